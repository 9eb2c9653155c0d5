//! Components: on files that this process holds, or wrapped, on wasmtime's WASI 0.2.

use std::fs::File;
use std::process::ExitCode;

use fs_core::View;
use vfs_host::VfsCtx;
use vfs_host::p2::{VfsCtxView, VfsView};
use vfs_host::watch::{Monitor, Watched};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime_wasi::cli::InputFile;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::{GuestFiles, Host, Program, Stdin};

struct Guest {
    wasi: WasiCtx,
    files: VfsCtx<GuestFiles>,
    table: ResourceTable,
}

impl WasiView for Host<Guest> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context.wasi,
            table: &mut self.context.table,
        }
    }
}

impl VfsView for Host<Guest> {
    type Files = GuestFiles;

    fn vfs(&mut self) -> VfsCtxView<'_, Self::Files> {
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
    let mut linker = Linker::new(program.code.engine());
    let mut context = context(program, stdin);
    let view = match &program.files {
        Some(files) => {
            vfs_host::p2::add_to_linker_sync(&mut linker)?;
            if let Some(directory) = &files.working_directory {
                context.initial_cwd(directory).env("PWD", directory);
            }
            &files.view
        }
        None => {
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            &Watched::new(View::empty(), Monitor::new().guest(""))
        }
    };
    let mut store = program.store(Guest {
        wasi: context.build(),
        files: VfsCtx::builder().build(view),
        table: ResourceTable::new(),
    });
    let command = Command::instantiate(&mut store, component, &linker)?;
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
