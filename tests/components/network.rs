//! Sockets beside files, on a host that allows them.

use anyhow::{Result, anyhow};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::calls;
use crate::support::Program;

struct Host {
    context: WasiCtx,
    resources: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.resources,
        }
    }
}

#[test]
fn a_file_goes_through_a_connection_and_comes_back() -> Result<()> {
    let wrapped = Program::new(&calls::component()?)?.wrap(&[])?;
    let stderr = MemoryOutputPipe::new(4096);
    let succeeded = run(&wrapped, stderr.clone()).map_err(|error| anyhow!("{error:#}"))?;
    assert!(succeeded, "{:?}", stderr.contents());
    Ok(())
}

/// Runs the part `echo`.
fn run(component: &[u8], stderr: MemoryOutputPipe) -> wasmtime::Result<bool> {
    let engine = Engine::default();
    let component = Component::new(&engine, component)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let mut context = WasiCtxBuilder::new();
    context
        .args(&["calls", "echo"])
        .inherit_network()
        .allow_tcp(true)
        .stderr(stderr);
    let host = Host {
        context: context.build(),
        resources: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, host);
    let command = Command::instantiate(&mut store, &component, &linker)?;
    Ok(command.wasi_cli_run().call_run(&mut store)?.is_ok())
}
