//! Modules of preview 1: as they are, on files that this process holds, or wrapped, on wasmtime's
//! preview 1.

use std::fs::File;
use std::process::ExitCode;

use fs_core::FileSystem;
use vfs_host::VfsCtx;
use wasmtime::{Linker, Module};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

use super::{Files, Given, Host, Program, Stdin, component};

pub(super) fn run(
    program: &Program,
    module: &Module,
    stdin: Option<File>,
) -> wasmtime::Result<ExitCode> {
    match &program.files {
        Some(Files::Memory(files)) => return hosted(program, module, files, stdin),
        Some(Files::Server(files)) => return hosted(program, module, files, stdin),
        None => {}
    }
    let mut linker: Linker<Host<WasiP1Ctx>> = Linker::new(program.code.engine());
    p1::add_to_linker_sync(&mut linker, |host| &mut host.context)?;
    // wasmtime refuses codes from 126 on; programs use 127 and 255.
    linker.allow_shadowing(true);
    linker.func_wrap("wasi_snapshot_preview1", "proc_exit", exit)?;
    let context = component::context(program, stdin).build_p1();
    start(program, module, &linker, context)
}

fn hosted<F: FileSystem + 'static>(
    program: &Program,
    module: &Module,
    files: &Given<F>,
    stdin: Option<File>,
) -> wasmtime::Result<ExitCode> {
    let mut linker: Linker<Host<VfsCtx<F>>> = Linker::new(program.code.engine());
    vfs_host::preview1::add_to_linker(&mut linker, |host| &mut host.context)?;
    start(program, module, &linker, guest(program, files, stdin))
}

fn start<C: 'static>(
    program: &Program,
    module: &Module,
    linker: &Linker<Host<C>>,
    context: C,
) -> wasmtime::Result<ExitCode> {
    let mut store = program.store(context);
    let instance = linker.instantiate(&mut store, module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())?;
    Ok(ExitCode::SUCCESS)
}

fn guest<F: FileSystem>(program: &Program, files: &Given<F>, stdin: Option<File>) -> VfsCtx<F> {
    let mut guest = VfsCtx::builder().args(&program.args);
    for (name, value) in &program.env {
        guest = guest.env(name, value);
    }
    guest = match (stdin, &program.stdin) {
        (Some(file), _) => guest.stdin(file),
        (None, Stdin::Inherit) => guest.inherit_stdin(),
        (None, Stdin::Nothing | Stdin::File(_)) => guest,
    };
    guest = match program.lines() {
        Some([stdout, stderr]) => guest.stdout(stdout).stderr(stderr),
        None => guest.inherit_stdout().inherit_stderr(),
    };
    if let Some(directory) = &files.working_directory {
        guest = guest.working_directory(directory);
    }
    guest.build(&files.view)
}

fn exit(code: i32) -> wasmtime::Result<()> {
    Err(wasmtime::Error::from(I32Exit(code)))
}
