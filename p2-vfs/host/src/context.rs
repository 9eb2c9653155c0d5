//! What a guest is given.

use std::io::{Read, Write};

use fs_core::{Clock, FileSystem, MemFs, Preopen};
use preview1::Preview1;
use rand::Rng;

use crate::input::Source;
use crate::output::Sink;
use crate::time::{Monotonic, WallTime};
use crate::world::World;

/// How many descriptors a guest may have open, unless said otherwise.
const MAX_OPEN_FILES: u32 = 1 << 16;

/// One guest: its open files, its arguments, its streams. It is the data of the guest's store, or
/// a part of it.
///
/// `F` is what it sees as its files. Guests that are given the same [`MemFs`] share it.
pub struct VfsCtx<F: FileSystem = MemFs> {
    /// What components start with; modules have it in `preview1`.
    pub(crate) preopens: Vec<Preopen<F::Descriptor>>,
    pub(crate) preview1: Preview1<F, World>,
}

impl VfsCtx {
    /// A guest without arguments, environment, input and output.
    pub fn builder() -> VfsCtxBuilder {
        VfsCtxBuilder::new()
    }
}

/// What a [`VfsCtx`] is made of, named as in wasmtime-wasi's `WasiCtxBuilder`.
#[must_use]
pub struct VfsCtxBuilder {
    world: World,
    working_directory: Option<String>,
    max_open_files: u32,
}

impl Default for VfsCtxBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl VfsCtxBuilder {
    /// Without arguments, environment, input and output; with the host's clocks and random bytes.
    pub fn new() -> Self {
        Self {
            world: World {
                args: Vec::new(),
                env: Vec::new(),
                stdin: Source::Nothing,
                stdout: Sink::Nowhere,
                stderr: Sink::Nowhere,
                wall: Box::new(WallTime),
                monotonic: Monotonic::start(),
                random: wasmtime_wasi::random::thread_rng(),
                waiting_since: None,
                written: 0,
                must_wait: false,
            },
            working_directory: None,
            max_open_files: MAX_OPEN_FILES,
        }
    }

    /// Adds arguments; the first of all is the program's name.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.world.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a variable to the environment, which starts empty.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.world.env.push([name, "=", value].concat());
        self
    }

    /// Gives the guest the three standard streams of this process.
    pub fn inherit_stdio(self) -> Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Gives the guest the standard input of this process. Guests share it: what one has read, no
    /// other sees.
    pub fn inherit_stdin(mut self) -> Self {
        self.world.stdin = Source::Stdin;
        self
    }

    /// Gives the guest the standard output of this process.
    pub fn inherit_stdout(mut self) -> Self {
        self.world.stdout = Sink::Stdout;
        self
    }

    /// Gives the guest the standard error of this process.
    pub fn inherit_stderr(mut self) -> Self {
        self.world.stderr = Sink::Stderr;
        self
    }

    /// Has standard input read from a file, a pipe or a buffer, by a thread that starts when the
    /// guest first reads.
    pub fn stdin(mut self, reader: impl Read + Send + 'static) -> Self {
        self.world.stdin = Source::reader(reader);
        self
    }

    /// Has standard output written to a file, a pipe or an [`OutputBuffer`](crate::OutputBuffer).
    /// A writer that blocks blocks the guest, whatever its epoch; one that says `WouldBlock`
    /// is asked again.
    pub fn stdout(mut self, writer: impl Write + Send + 'static) -> Self {
        self.world.stdout = Sink::Writer(Box::new(writer));
        self
    }

    /// Has standard error written as [`stdout`](Self::stdout).
    pub fn stderr(mut self, writer: impl Write + Send + 'static) -> Self {
        self.world.stderr = Sink::Writer(Box::new(writer));
        self
    }

    /// Tells the guest in the variable `PWD` where it starts; a runtime that knows no directory of
    /// that name as `.` goes by it.
    pub fn working_directory(mut self, directory: impl Into<String>) -> Self {
        self.working_directory = Some(directory.into());
        self
    }

    /// How many descriptors the guest may have open; 65,536 unless said otherwise. Opening one
    /// more is `MFILE`.
    pub fn max_open_files(mut self, limit: u32) -> Self {
        self.max_open_files = limit;
        self
    }

    /// The time of day that the guest is told. The times of files are up to the file system.
    pub fn wall_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.world.wall = Box::new(clock);
        self
    }

    /// Where the guest's random bytes come from.
    pub fn secure_random(mut self, random: impl Rng + Send + 'static) -> Self {
        self.world.random = Box::new(random);
        self
    }

    /// Makes the guest. Its directories are the preopens of `files`.
    #[must_use]
    pub fn build<F: FileSystem>(self, files: &F) -> VfsCtx<F> {
        let preview1 = Preview1::with_fd_limit(files, self.world, self.max_open_files);
        VfsCtx {
            preopens: files.preopens(),
            preview1: match &self.working_directory {
                Some(directory) => preview1.working_directory(directory),
                None => preview1,
            },
        }
    }
}
