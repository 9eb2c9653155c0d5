//! Components: on files that this process holds, or wrapped, on wasmtime's WASI 0.2.

use std::fs::File;
use std::process::ExitCode;

use fs_core::{FileSystem, View};
use vfs_host::VfsCtx;
use vfs_host::p2::{VfsCtxView, VfsView};
use vfs_host::watch::{Monitor, Watched};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime_wasi::cli::InputFile;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::{Files, Given, GuestFiles, Host, Program, Stdin};

struct Guest<F: FileSystem> {
    wasi: WasiCtx,
    files: VfsCtx<F>,
    table: ResourceTable,
}

impl<F: FileSystem<Descriptor: Send> + 'static> WasiView for Host<Guest<F>> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context.wasi,
            table: &mut self.context.table,
        }
    }
}

impl<F: FileSystem<Descriptor: Send> + 'static> VfsView for Host<Guest<F>> {
    type Files = F;

    fn vfs(&mut self) -> VfsCtxView<'_, F> {
        VfsCtxView {
            ctx: &mut self.context.files,
            table: &mut self.context.table,
        }
    }
}

pub(super) fn run(
    program: &Program,
    component: &Component,
    stdin: Option<File>,
) -> wasmtime::Result<ExitCode> {
    match &program.files {
        Some(Files::Memory(files)) => hosted(program, component, files, stdin),
        Some(Files::Server(files)) => hosted(program, component, files, stdin),
        None => {
            let nothing = Watched::new(View::empty(), Monitor::new().guest(""));
            let mut linker = Linker::new(program.code.engine());
            wasmtime_wasi::p2::add_to_linker_sync::<Host<Guest<GuestFiles>>>(&mut linker)?;
            start(
                program,
                component,
                &linker,
                context(program, stdin),
                &nothing,
            )
        }
    }
}

fn hosted<F: FileSystem<Descriptor: Send> + 'static>(
    program: &Program,
    component: &Component,
    files: &Given<F>,
    stdin: Option<File>,
) -> wasmtime::Result<ExitCode> {
    let mut linker = Linker::new(program.code.engine());
    vfs_host::p2::add_to_linker_sync::<Host<Guest<F>>>(&mut linker)?;
    let mut context = context(program, stdin);
    if let Some(directory) = &files.working_directory {
        context.initial_cwd(directory).env("PWD", directory);
    }
    start(program, component, &linker, context, &files.view)
}

fn start<F: FileSystem<Descriptor: Send> + 'static>(
    program: &Program,
    component: &Component,
    linker: &Linker<Host<Guest<F>>>,
    mut context: WasiCtxBuilder,
    files: &F,
) -> wasmtime::Result<ExitCode> {
    let mut store = program.store(Guest {
        wasi: context.build(),
        files: VfsCtx::builder().build(files),
        table: ResourceTable::new(),
    });
    let command = Command::instantiate(&mut store, component, linker)?;
    Ok(match command.wasi_cli_run().call_run(&mut store)? {
        Ok(()) => ExitCode::SUCCESS,
        Err(()) => ExitCode::FAILURE,
    })
}

/// All that wasmtime-wasi gives the program.
pub(super) fn context(program: &Program, stdin: Option<File>) -> WasiCtxBuilder {
    let mut context = WasiCtxBuilder::new();
    context.allow_blocking_current_thread(true);
    context.args(&program.args).envs(&program.env);
    match (stdin, &program.stdin) {
        (Some(file), _) => context.stdin(InputFile::new(file)),
        (None, Stdin::Inherit) => context.inherit_stdin(),
        (None, Stdin::Nothing | Stdin::File(_)) => &mut context,
    };
    match program.lines() {
        Some([stdout, stderr]) => context.stdout(stdout).stderr(stderr),
        None => context.inherit_stdout().inherit_stderr(),
    };
    context
}
