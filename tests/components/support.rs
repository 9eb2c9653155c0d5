//! Making components, and running the tool on them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command as CliCommand;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wit_component::ComponentEncoder;

/// Every version that changed an interface, and the one that the VFS is written in.
pub(crate) const VERSIONS: [&str; 5] = ["0.2.0", "0.2.3", "0.2.6", "0.2.9", "0.2.12"];

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A component in a file of its own.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    pub(crate) fn new(component: &[u8]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("program.wasm"), component)?;
        Ok(Self { folder })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("program.wasm")
    }

    /// Wraps and runs it.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, options: &[S], args: &[&str]) -> Result<Output> {
        let mut command = monaka_wrap();
        command.args(["run", "--quiet"]).args(options);
        command.arg(self.path()).arg("--").args(args);
        Ok(command.output()?)
    }

    /// Wraps it and gives the result.
    pub(crate) fn wrap(&self, options: &[&str]) -> Result<Vec<u8>> {
        let out = self.folder.path().join("out.wasm");
        let mut command = monaka_wrap();
        command.arg("wrap").args(options).arg(self.path());
        let output = command.arg("-o").arg(&out).output()?;
        fs::read(out).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The tool, without anything on standard input.
pub(crate) fn monaka_wrap() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command.stdin(Stdio::null());
    command
}

/// A preview1 command as the stock adapter makes a component of it.
pub(crate) fn lifted(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )?
        .encode()
}

/// A component with all that it names of WASI in another version.
pub(crate) fn in_version(component: &[u8], version: &str) -> Result<Vec<u8>> {
    let text = wasmprinter::print_bytes(component)?;
    let mut renamed = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("@0.2.") {
        let digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
        renamed += before;
        renamed += "@";
        renamed += version;
        rest = digits;
    }
    Ok(wat::parse_str(renamed + rest)?)
}

/// The guest modules that come with the tool.
pub(crate) const GUESTS: wrap::Shims<'_> = wrap::Shims {
    p1: artifacts::SHIM_P1,
    p2: artifacts::SHIM_P2,
    plugged: artifacts::SHIM_PLUGGED,
    vfs: artifacts::VFS,
};

/// A command on a plain host of WASI 0.2, to be run any number of times.
pub(crate) struct OnHost {
    engine: Engine,
    component: Component,
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with its exit code.
    Exited(i32),
    /// In a trap.
    Trapped,
}

impl OnHost {
    pub(crate) fn new(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, component).map_err(of_wasmtime)?;
        Ok(Self { engine, component })
    }

    /// Runs it; gives how it ended and what it printed.
    pub(crate) fn run(&self, context: &mut WasiCtxBuilder) -> Result<(Ended, String)> {
        let mut linker = Linker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(of_wasmtime)?;
        let stdout = MemoryOutputPipe::new(1 << 20);
        let host = Host {
            context: context.stdout(stdout.clone()).build(),
            resources: ResourceTable::new(),
        };
        let mut store = Store::new(&self.engine, host);
        let command = CliCommand::instantiate(&mut store, &self.component, &linker);
        let command = command.map_err(of_wasmtime)?;
        let ended = match command.wasi_cli_run().call_run(&mut store) {
            Ok(Ok(())) => Ended::Exited(0),
            Ok(Err(())) => Ended::Exited(1),
            Err(error) => match error.downcast_ref() {
                Some(I32Exit(code)) => Ended::Exited(*code),
                None => Ended::Trapped,
            },
        };
        drop(store);
        Ok((ended, String::from_utf8(stdout.contents().to_vec())?))
    }
}

/// An error of wasmtime, with all that it was caused by.
pub(crate) fn of_wasmtime(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

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
