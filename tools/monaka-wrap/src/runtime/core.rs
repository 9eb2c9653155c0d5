//! Core modules, on wasmtime's preview 1.

use std::process::ExitCode;

use wasmtime::{Engine, Linker, Module, Store};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};

use super::Program;
use super::limits::MemoryLimit;

struct Host {
    context: WasiP1Ctx,
    limit: MemoryLimit,
}

pub(super) fn run(
    program: &Program,
    engine: &Engine,
    module: &Module,
    mut context: WasiCtxBuilder,
) -> wasmtime::Result<ExitCode> {
    let mut linker = Linker::new(engine);
    p1::add_to_linker_sync(&mut linker, |host: &mut Host| &mut host.context)?;
    // wasmtime refuses codes from 126 on; programs use 127 and 255.
    linker.allow_shadowing(true);
    linker.func_wrap("wasi_snapshot_preview1", "proc_exit", exit)?;
    let host = Host {
        context: context.build_p1(),
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

fn exit(code: i32) -> wasmtime::Result<()> {
    Err(wasmtime::Error::from(I32Exit(code)))
}
