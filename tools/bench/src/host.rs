//! wasmtime as an embedder sets it up, for wrapped and unwrapped programs.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasmtime::component::{Component, Linker as ComponentLinker, ResourceTable};
use wasmtime::{Config, Engine, Linker, Module, OptLevel, Store};
use wasmtime_wasi::filesystem::FsPerms;
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wrap::{Emit, Options, Shims};

/// wasmtime's errors are not `std::error::Error`.
pub(crate) fn foreign(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:#}")
}

pub(crate) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::Speed);
    Engine::new(&config).map_err(foreign)
}

/// Wraps without embedded files.
pub(crate) fn wrapped(input: &[u8], emit: Emit) -> Result<Vec<u8>> {
    let shims = Shims {
        p1: artifacts::SHIM_P1,
        p2: artifacts::SHIM_P2,
        plugged: artifacts::SHIM_PLUGGED,
        vfs: artifacts::VFS,
    };
    let options = Options {
        emit,
        ..Options::default()
    };
    Ok(wrap::wrap(input, &shims, &options)?
        .artifact
        .to_bytes()
        .into())
}

/// What a program is started with.
pub(crate) struct Start<'a> {
    pub(crate) args: &'a [String],
    pub(crate) preopen: Option<(&'a Path, Blocking)>,
}

/// Where wasmtime-wasi makes the system calls of a preopen.
#[derive(Clone, Copy)]
pub(crate) enum Blocking {
    /// On the calling thread, as wasmtime's command line does.
    CallingThread,
    /// On another thread: the default of embedders.
    OtherThread,
}

impl Start<'_> {
    fn context(&self, stdout: MemoryOutputPipe) -> Result<WasiCtxBuilder> {
        let mut context = WasiCtxBuilder::new();
        context.args(self.args).stdout(stdout).inherit_stderr();
        if let Some((path, blocking)) = self.preopen {
            context
                .allow_blocking_current_thread(matches!(blocking, Blocking::CallingThread))
                .preopened_dir(path, "/", FsPerms::ReadWrite)
                .map_err(foreign)?;
        }
        Ok(context)
    }
}

pub(crate) struct ComponentHost {
    pub(crate) context: WasiCtx,
    pub(crate) resources: ResourceTable,
}

impl WasiView for ComponentHost {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.resources,
        }
    }
}

/// Runs a component and gives what it printed.
pub(crate) fn run_component(
    engine: &Engine,
    code: &Component,
    start: &Start<'_>,
) -> Result<String> {
    let stdout = MemoryOutputPipe::new(1 << 20);
    let mut linker = ComponentLinker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;
    let host = ComponentHost {
        context: start.context(stdout.clone())?.build(),
        resources: ResourceTable::new(),
    };
    let mut store = Store::new(engine, host);
    let command = Command::instantiate(&mut store, code, &linker).map_err(foreign)?;
    command
        .wasi_cli_run()
        .call_run(&mut store)
        .map_err(foreign)?
        .map_err(|()| anyhow!("the program failed"))?;
    text(stdout)
}

/// Runs a core module and gives what it printed.
pub(crate) fn run_core(engine: &Engine, code: &Module, start: &Start<'_>) -> Result<String> {
    let stdout = MemoryOutputPipe::new(1 << 20);
    let mut linker: Linker<WasiP1Ctx> = Linker::new(engine);
    p1::add_to_linker_sync(&mut linker, |context| context).map_err(foreign)?;
    let mut store = Store::new(engine, start.context(stdout.clone())?.build_p1());
    let instance = linker.instantiate(&mut store, code).map_err(foreign)?;
    let entry = instance
        .get_typed_func::<(), ()>(&mut store, "_start")
        .map_err(foreign)?;
    entry.call(&mut store, ()).map_err(foreign)?;
    drop(store);
    text(stdout)
}

fn text(stdout: MemoryOutputPipe) -> Result<String> {
    String::from_utf8(stdout.contents().to_vec()).context("the program prints text")
}
