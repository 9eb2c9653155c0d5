//! Core modules as they are, on files that this process holds.

use std::process::ExitCode;

use fs_core::FileSystem;
use vfs_host::VfsCtx;
use wasmtime::{Engine, Linker, Module, Store};

use super::Program;
use super::limits::MemoryLimit;
use crate::failure::Failure;

struct Host<F: FileSystem> {
    guest: VfsCtx<F>,
    limit: MemoryLimit,
}

/// What the program is given.
///
/// # Errors
/// `Read` (standard input).
pub(super) fn guest<F: FileSystem>(
    program: &Program,
    files: &F,
    working_directory: Option<&str>,
) -> Result<VfsCtx<F>, Failure> {
    let mut guest = VfsCtx::builder().args(&program.args).inherit_stdio();
    for (name, value) in &program.env {
        guest = guest.env(name, value);
    }
    if let Some(file) = program.stdin()? {
        guest = guest.stdin(file);
    }
    if let Some(directory) = working_directory {
        guest = guest.working_directory(directory);
    }
    Ok(guest.build(files))
}

pub(super) fn run<F: FileSystem + 'static>(
    program: &Program,
    engine: &Engine,
    module: &Module,
    guest: VfsCtx<F>,
) -> wasmtime::Result<ExitCode> {
    let mut linker = Linker::new(engine);
    vfs_host::preview1::add_to_linker(&mut linker, |host: &mut Host<F>| &mut host.guest)?;
    let host = Host {
        guest,
        limit: program.memory_limit(),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limit);
    store.set_epoch_deadline(1);
    let instance = linker.instantiate(&mut store, module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())?;
    Ok(ExitCode::SUCCESS)
}
