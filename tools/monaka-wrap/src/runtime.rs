//! Running a program on wasmtime, with nothing of the host but its standard streams.

mod component;
mod core;
mod host;
mod limits;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use wasmtime::component::Component;
use wasmtime::{Cache, CacheConfig, Config, Engine, Module, OptLevel, Trap, WasmBacktrace};
use wasmtime_wasi::cli::InputFile;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder};

use self::limits::{MemoryLimit, OutOfMemory};
use crate::attach::Attached;
use crate::content::Files;
use crate::failure::Failure;
use crate::serving::Serving;

/// A program and what it is started with.
pub(crate) struct Program {
    pub(crate) wasm: Bytes,
    pub(crate) form: Form,
    /// The program's own name first.
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) network: Network,
    pub(crate) stdin: Option<PathBuf>,
    pub(crate) timeout: Option<Duration>,
    /// Bytes, over all of its memories.
    pub(crate) max_memory: Option<u64>,
}

/// Whether a program may connect to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    None,
    /// Its files are at a server.
    Reachable,
}

/// What a program is, and with that who answers it.
pub(crate) enum Form {
    /// A component that brings its files: wasmtime's WASI 0.2.
    Component,
    /// A preview 1 module that brings its files: wasmtime's preview 1.
    Core,
    /// A preview 1 module as it was: the files are beside it.
    Host(Files),
    /// A preview 1 module as it was: the files are at a server.
    Remote(Remote),
}

/// The files of a server for a program that is not wrapped.
pub(crate) struct Remote {
    pub(crate) attached: Attached,
    pub(crate) working_directory: Option<String>,
    /// Ends when the client is gone.
    pub(crate) _server: Option<Serving>,
}

/// A program after compilation.
pub(crate) struct Compiled<'p> {
    program: &'p Program,
    engine: Engine,
    code: Code,
}

enum Code {
    Component(Component),
    Core(Module),
}

impl Program {
    /// Compiles the program, or takes it from the cache of earlier runs.
    ///
    /// # Errors
    /// `Start`.
    pub(crate) fn compile(&self) -> Result<Compiled<'_>, Failure> {
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::Speed);
        config.epoch_interruption(self.timeout.is_some());
        // Without a place for a cache, every run compiles.
        config.cache(Cache::new(CacheConfig::new()).ok());
        let engine = Engine::new(&config).map_err(Failure::Start)?;
        let code = match self.form {
            Form::Component => Component::new(&engine, &self.wasm).map(Code::Component),
            Form::Core | Form::Host(_) | Form::Remote(_) => {
                Module::new(&engine, &self.wasm).map(Code::Core)
            }
        };
        Ok(Compiled {
            program: self,
            engine,
            code: code.map_err(Failure::Start)?,
        })
    }

    /// The file that standard input is read from, if it is not this process's own.
    ///
    /// # Errors
    /// `Read`.
    fn stdin(&self) -> Result<Option<File>, Failure> {
        let open = |path: &PathBuf| {
            File::open(path).map_err(|source| Failure::Read {
                path: path.clone(),
                source,
            })
        };
        self.stdin.as_ref().map(open).transpose()
    }

    fn context(&self) -> Result<WasiCtxBuilder, Failure> {
        let mut context = WasiCtxBuilder::new();
        context.inherit_stdio().allow_blocking_current_thread(true);
        context.args(&self.args).envs(&self.env);
        if self.network == Network::Reachable {
            context.inherit_network().allow_ip_name_lookup(true);
        }
        if let Some(file) = self.stdin()? {
            context.stdin(InputFile::new(file));
        }
        Ok(context)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::new(self.max_memory.unwrap_or(u64::MAX))
    }
}

impl Compiled<'_> {
    /// Runs the program to its end and gives its exit status.
    ///
    /// # Errors
    /// `Read` (standard input), `Start`, `Trap`, `Timeout`, `Memory`.
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if let Some(timeout) = self.program.timeout {
            let engine = self.engine.clone();
            // The thread ends with the process.
            std::thread::spawn(move || {
                std::thread::sleep(timeout);
                engine.increment_epoch();
            });
        }
        let program = self.program;
        let ended = match (&self.code, &program.form) {
            (Code::Component(code), _) => {
                component::run(program, &self.engine, code, program.context()?)
            }
            (Code::Core(code), Form::Host(files)) => {
                let directory = files.settings.working_directory.as_deref();
                let guest = host::guest(program, &files.files, directory)?;
                host::run(program, &self.engine, code, guest)
            }
            (Code::Core(code), Form::Remote(remote)) => {
                let directory = remote.working_directory.as_deref();
                let guest = host::guest(program, &remote.attached, directory)?;
                host::run(program, &self.engine, code, guest)
            }
            (Code::Core(code), _) => core::run(program, &self.engine, code, program.context()?),
        };
        match ended {
            Ok(code) => Ok(code),
            Err(error) => self.judge(error),
        }
    }

    /// Tells an exit from a failure.
    fn judge(&self, error: wasmtime::Error) -> Result<ExitCode, Failure> {
        if let Some(I32Exit(code)) = error.downcast_ref() {
            // As the shell sees it: the low eight bits.
            return Ok(ExitCode::from(*code as u8));
        }
        if let Some(OutOfMemory { limit }) = error.downcast_ref() {
            return Err(Failure::Memory(*limit));
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Err(Failure::Timeout(
                self.program.timeout.unwrap_or(Duration::ZERO),
            )),
            Some(trap) => Err(Failure::Trap(trap.to_string())),
            // Such as a handle that the program does not have.
            None if error.is::<WasmBacktrace>() => {
                Err(Failure::Trap(error.root_cause().to_string()))
            }
            None => Err(Failure::Start(error)),
        }
    }
}
