//! `host --http ADDR HANDLER`: requests are answered by a component on the files of the host.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use vfs_host::VfsCtx;
use vfs_host::http::{HttpHandler, HttpLimits};
use vfs_host::watch::{Monitor, Watched};
use wasmtime::component::Component;
use wasmtime_wasi::WasiCtx;

use super::app::App;
use super::{HostArgs, Source};
use crate::failure::Failure;
use crate::runtime::Form;

/// A server that listens.
pub(super) struct Server {
    runtime: Runtime,
    serving: JoinHandle<io::Error>,
    signals: [Signal; 2],
}

impl Server {
    /// Listens and says where, in one line.
    ///
    /// # Errors
    /// Those of [`super::read_program`], `Start`, `Guest`, `Listen`, `Print`.
    pub(super) fn start(
        address: SocketAddr,
        handler: &App,
        source: Source,
        args: &HostArgs,
        monitor: &Monitor,
    ) -> Result<Self, Failure> {
        let wasm = match super::read_program(&handler.file)? {
            (Form::Component, wasm) => wasm,
            (Form::Module, _) => {
                return Err(Failure::NoHandler {
                    path: handler.file.clone(),
                });
            }
        };
        let limits = limits(args);
        let engine = vfs_host::http::engine(limits).map_err(Failure::Start)?;
        let component = Component::new(&engine, &wasm).map_err(Failure::Start)?;
        let activity = monitor.guest(&handler.file_stem());
        // What is wrong with its directories is said now.
        let shared = handler.view(&source.files()?)?;
        let env = handler.variables(args);
        let handler = handler.clone();
        let guest = move || {
            let view = match &source.fork {
                None => shared.clone(),
                Some(_) => source.files().and_then(|files| handler.view(&files))?,
            };
            let files = VfsCtx::builder().build(&Watched::new(view, activity.clone()));
            let mut wasi = WasiCtx::builder();
            wasi.envs(&env).inherit_stderr();
            Ok((files, wasi.build()))
        };
        let http = HttpHandler::new(&component, limits, guest).map_err(Failure::Start)?;
        let failed = |source| Failure::Listen { address, source };
        let runtime = Runtime::new().map_err(failed)?;
        let _inside = runtime.enter();
        let listener = runtime
            .block_on(TcpListener::bind(address))
            .map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let signals = [SignalKind::interrupt(), SignalKind::terminate()];
        let [interrupt, terminate] = signals.map(signal);
        let signals = [interrupt.map_err(failed)?, terminate.map_err(failed)?];
        let serve = Arc::new(http).serve(listener);
        let serving = runtime.spawn(async move {
            match serve.await {
                Ok(never) => match never {},
                Err(error) => error,
            }
        });
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "http://{bound}")
            .and_then(|()| stdout.flush())
            .map_err(Failure::Print)?;
        drop(stdout);
        drop(_inside);
        Ok(Self {
            runtime,
            serving,
            signals,
        })
    }

    /// Answers requests until the process is told to end.
    pub(super) fn run(self) {
        let [mut interrupt, mut terminate] = self.signals;
        self.runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = self.serving => {}
            }
        });
        // Requests that are under way are not waited for.
        self.runtime.shutdown_background();
    }
}

fn limits(args: &HostArgs) -> HttpLimits {
    let defaults = HttpLimits::default();
    let memory = args.max_memory.map(usize::try_from);
    HttpLimits {
        timeout: args.timeout.unwrap_or(defaults.timeout),
        memory: memory.map_or(defaults.memory, |memory| memory.unwrap_or(usize::MAX)),
        ..defaults
    }
}
