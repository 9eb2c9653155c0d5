//! Components, on wasmtime's WASI 0.2.

use std::process::ExitCode;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::Program;
use super::limits::MemoryLimit;

struct Host {
    context: WasiCtx,
    resources: ResourceTable,
    limit: MemoryLimit,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.resources,
        }
    }
}

pub(super) fn run(
    program: &Program,
    engine: &Engine,
    component: &Component,
    mut context: WasiCtxBuilder,
) -> wasmtime::Result<ExitCode> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let host = Host {
        context: context.build(),
        resources: ResourceTable::new(),
        limit: program.memory_limit(),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limit);
    store.set_epoch_deadline(1);
    let command = Command::instantiate(&mut store, component, &linker)?;
    Ok(match command.wasi_cli_run().call_run(&mut store)? {
        Ok(()) => ExitCode::SUCCESS,
        Err(()) => ExitCode::FAILURE,
    })
}
