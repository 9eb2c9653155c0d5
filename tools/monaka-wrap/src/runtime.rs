//! Running programs on wasmtime, with nothing of the host but its standard streams.

mod component;
mod deadline;
mod limits;
mod lines;
mod module;

use std::fs::File;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fs_core::{MemDescriptor, View};
use vfs_host::watch::Watched;
use wasmtime::component::Component;
use wasmtime::{Cache, CacheConfig, Config, Engine, Module, OptLevel, Store, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use self::limits::{MemoryLimit, OutOfMemory};
use self::lines::{Lines, Stream};
use crate::attach::Attached;
use crate::failure::Failure;

pub(crate) use self::deadline::Deadline;

/// As much as the first thread of a process has.
const STACK: usize = 8 << 20;

/// A program and what it is started with.
pub(crate) struct Program {
    pub(crate) code: Code,
    /// The files beside it; a program without brings its own, and runs on wasmtime's WASI alone.
    pub(crate) files: Option<Files>,
    /// The program's own name first.
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) stdin: Stdin,
    pub(crate) output: Output,
    /// Bytes, over all of its memories.
    pub(crate) max_memory: Option<u64>,
}

/// What a program is.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A component of WASI 0.2.
    Component,
    /// A module of preview 1.
    Module,
}

impl Form {
    /// What a binary is, by its first bytes.
    pub(crate) fn of(wasm: &[u8]) -> Self {
        match wasm.starts_with(b"\0asm\x0d\0\x01\0") {
            true => Self::Component,
            false => Self::Module,
        }
    }
}

/// A program after compilation. `clone` shares it.
#[derive(Clone)]
pub(crate) enum Code {
    Component(Component),
    Module(Module),
}

impl Code {
    /// Compiles a program, or takes it from the cache of earlier runs.
    ///
    /// # Errors
    /// `Start`.
    pub(crate) fn compile(engine: &Engine, form: Form, wasm: &[u8]) -> Result<Self, Failure> {
        let code = match form {
            Form::Component => Component::new(engine, wasm).map(Self::Component),
            Form::Module => Module::new(engine, wasm).map(Self::Module),
        };
        code.map_err(Failure::Start)
    }

    fn engine(&self) -> &Engine {
        match self {
            Self::Component(code) => code.engine(),
            Self::Module(code) => code.engine(),
        }
    }
}

/// The files beside a program.
pub(crate) enum Files {
    /// In the memory of this process.
    Memory(Given<GuestFiles>),
    /// At a server.
    Server(Given<Attached>),
}

/// What a program sees of a file system.
pub(crate) struct Given<F> {
    pub(crate) view: F,
    pub(crate) working_directory: Option<String>,
}

/// Some directories, with an eye on what is done to them.
pub(crate) type GuestFiles = Watched<View<MemDescriptor>>;

/// Where standard input comes from.
pub(crate) enum Stdin {
    Inherit,
    Nothing,
    File(PathBuf),
}

/// Where standard output and standard error go.
pub(crate) enum Output {
    Inherit,
    /// The same, line by line, each behind this name.
    Prefixed(String),
}

/// wasmtime as it runs programs that have so much time, or any.
///
/// # Errors
/// `Start`.
pub(crate) fn engine(timeout: Option<Duration>) -> Result<Engine, Failure> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::Speed);
    config.epoch_interruption(timeout.is_some());
    // Without a place for a cache, every run compiles.
    config.cache(Cache::new(CacheConfig::new()).ok());
    Engine::new(&config).map_err(Failure::Start)
}

/// The data of a store.
struct Host<C> {
    context: C,
    limit: MemoryLimit,
}

impl Program {
    /// Starts the program on a thread of its own.
    ///
    /// # Errors
    /// `Thread`.
    pub(crate) fn start(self, deadline: Option<Deadline>) -> Result<Running, Failure> {
        let (ended, end) = mpsc::channel();
        let thread = thread::Builder::new()
            .name(self.args.first().cloned().unwrap_or_default())
            .stack_size(STACK)
            .spawn(move || {
                let result = self.run(deadline);
                // All that the program held is gone before its end is known.
                drop(self);
                // Nobody waits for a program whose time was over.
                drop(ended.send(result));
            })
            .map_err(Failure::Thread)?;
        Ok(Running {
            thread,
            end,
            deadline,
        })
    }

    fn run(&self, deadline: Option<Deadline>) -> Result<ExitCode, Failure> {
        let name = self.args.first().map_or("", String::as_str);
        let _span = tracing::info_span!("program", name).entered();
        let ended = match &self.code {
            Code::Component(code) => component::run(self, code, self.stdin()?),
            Code::Module(code) => module::run(self, code, self.stdin()?),
        };
        ended.or_else(|error| judge(error, deadline))
    }

    /// The file that standard input is read from.
    ///
    /// # Errors
    /// `Read`.
    fn stdin(&self) -> Result<Option<File>, Failure> {
        match &self.stdin {
            Stdin::Inherit | Stdin::Nothing => Ok(None),
            Stdin::File(path) => File::open(path).map(Some).map_err(|source| Failure::Read {
                path: path.clone(),
                source,
            }),
        }
    }

    /// The standard output and the standard error, if they are not this process's own.
    fn lines(&self) -> Option<[Lines; 2]> {
        match &self.output {
            Output::Inherit => None,
            Output::Prefixed(name) => {
                Some([Stream::Stdout, Stream::Stderr].map(|stream| Lines::new(name, stream)))
            }
        }
    }

    fn store<C: 'static>(&self, context: C) -> Store<Host<C>> {
        let limit = MemoryLimit::new(self.max_memory.unwrap_or(u64::MAX));
        let mut store = Store::new(self.code.engine(), Host { context, limit });
        store.limiter(|host| &mut host.limit);
        store.set_epoch_deadline(1);
        store
    }
}

/// A program that was started.
pub(crate) struct Running {
    thread: JoinHandle<()>,
    end: Receiver<Result<ExitCode, Failure>>,
    deadline: Option<Deadline>,
}

impl Running {
    /// Waits for the end of the program and gives its exit status.
    ///
    /// A program that has not noticed that its time is over waits for something that may never
    /// come, such as somebody who reads its output. It is left behind, and ends with this process.
    ///
    /// # Errors
    /// `Read` (standard input), `Start`, `Trap`, `Timeout`, `Memory`.
    pub(crate) fn wait(self) -> Result<ExitCode, Failure> {
        let ended = match self.deadline {
            None => self.end.recv().map_err(RecvTimeoutError::from),
            Some(deadline) => self.end.recv_timeout(deadline.patience()),
        };
        match (ended, self.deadline) {
            (Ok(ended), _) => ended,
            (Err(RecvTimeoutError::Timeout), Some(deadline)) => Err(deadline.failure()),
            (Err(_), _) => self.died(),
        }
    }

    fn died(self) -> ! {
        match self.thread.join() {
            Err(panic) => resume_unwind(panic),
            Ok(()) => unreachable!("a thread that ends well says how the program ended"),
        }
    }
}

/// Tells an exit from a failure.
fn judge(error: wasmtime::Error, deadline: Option<Deadline>) -> Result<ExitCode, Failure> {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        // As the shell sees it: the low eight bits.
        return Ok(ExitCode::from(*code as u8));
    }
    if let Some(OutOfMemory { limit }) = error.downcast_ref() {
        return Err(Failure::Memory(*limit));
    }
    match (error.downcast_ref::<Trap>(), deadline) {
        (Some(Trap::Interrupt), Some(deadline)) => Err(deadline.failure()),
        (Some(trap), _) => Err(Failure::Trap(trap.to_string())),
        // Such as a handle that the program does not have.
        (None, _) if error.is::<WasmBacktrace>() => {
            Err(Failure::Trap(error.root_cause().to_string()))
        }
        (None, _) => Err(Failure::Start(error)),
    }
}
