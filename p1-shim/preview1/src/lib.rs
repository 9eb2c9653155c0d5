//! `wasi_snapshot_preview1`, all of it, on any [`FileSystem`](fs_core::FileSystem).
//!
//! [`Preview1`] has one method for each of the 46 functions, with the parameters of the ABI. It
//! owns what preview 1 has and a file system has not: descriptor numbers, positions, the append
//! flag, rights, readdir cookies. It knows neither wasm nor a host; those are two traits:
//!
//! - [`GuestMemory`]: where the pointers point. Ranges are checked once, into a [`GuestRange`].
//! - [`Outside`]: what is not files, from arguments to random bytes.
//!
//! ```text
//! guest ── ABI ──> Preview1 ──> fs_core::Descriptor     files and directories
//!                     └───────> Outside                 everything else
//! ```
//!
//! A front door is one line per function, generated from [`for_each_function!`].
//!
//! # Errors
//! Every call checks in this order, and changes nothing when a check fails: the descriptor
//! (`BADF`, or the kind's own error), its access mode (`BADF`), flags and numbers (`INVAL`),
//! pointers and lengths (`FAULT`), paths (`NAMETOOLONG`, `FAULT`, `ILSEQ`), then the file system's
//! own checks in its own order. The methods' docs list what they add to that, or answer instead.
//! Where the official test suite accepts several numbers, this is the one that Linux gives.

#![no_std]

extern crate alloc;

mod calls;
mod errno;
mod fd_table;
mod functions;
mod iovec;
mod layout;
mod memory;
mod outside;
mod path;
mod preview1;
mod rights;
mod snapshots;
mod strings;
mod types;

pub use errno::{Errno, Result};
pub use functions::{CoreType, FUNCTIONS, Function, Parameter};
pub use iovec::{IovecCursor, Iovecs, MAX_IOVECS, MAX_TRANSFER};
pub use memory::{GuestMemory, GuestRange, Ptr};
pub use outside::{Output, Outside, PollScratch, Ready, Stdio, Strings, Timeout, Wait};
pub use preview1::{DEFAULT_FD_LIMIT, Preview1};
pub use strings::{store_sizes, store_strings};
pub use types::{ClockId, EventFlags, Fd};
