//! One program's view of its files and of the world.

use alloc::boxed::Box;

use fs_core::FileSystem;

use crate::fd_table::FdTable;
use crate::outside::Outside;
use crate::path::PathBuffer;

/// The descriptor number that is not given any more, unless [`Preview1::with_fd_limit`] says
/// otherwise.
pub const DEFAULT_FD_LIMIT: u32 = 1 << 20;

/// All of preview 1 for one program.
///
/// The methods named like preview 1 functions take their parameters. Pointers and lengths are the
/// guest's, unchecked; any value of any parameter is fine.
pub struct Preview1<F: FileSystem, O> {
    pub(crate) fds: FdTable<F::Descriptor>,
    pub(crate) outside: O,
    pub(crate) path: PathBuffer,
    /// The second path of calls that take two.
    pub(crate) new_path: PathBuffer,
    /// One more variable of the environment, as `NAME=VALUE` and a NUL.
    pub(crate) variable: Option<Box<[u8]>>,
}

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// The standard streams at 0, 1 and 2, and the preopens of `file_system` from 3 on.
    pub fn new(file_system: &F, outside: O) -> Self {
        Self::with_fd_limit(file_system, outside, DEFAULT_FD_LIMIT)
    }

    /// As [`Preview1::new`], with descriptor numbers below `limit` only (`RLIMIT_NOFILE`). It does
    /// not bind the descriptors that are there from the start.
    pub fn with_fd_limit(file_system: &F, outside: O, limit: u32) -> Self {
        Self {
            fds: FdTable::new(file_system.preopens(), limit),
            outside,
            path: PathBuffer::default(),
            new_path: PathBuffer::default(),
            variable: None,
        }
    }

    /// Adds the variable `PWD` behind those of the outside, for runtimes that take their working
    /// directory from it; one of the outside comes first and wins.
    #[must_use]
    pub fn working_directory(mut self, directory: &str) -> Self {
        let text = [b"PWD=", directory.as_bytes(), b"\0"].concat();
        self.variable = Some(text.into_boxed_slice());
        self
    }

    /// The world around the program.
    pub fn outside(&self) -> &O {
        &self.outside
    }

    /// The world around the program, to change it.
    pub fn outside_mut(&mut self) -> &mut O {
        &mut self.outside
    }
}
