//! The shim for programs that stay a core module.
//!
//! Its outside is the host's `wasi_snapshot_preview1`, as far as that has nothing to do with
//! files. The host reads pointers in the application's memory, so the application's own pointers
//! are passed on; see `outside`.

mod exports;
mod host;
mod outside;
mod poll;
mod realtime;

use fs_core::MemFs;
use outside::Host;
use shim::{FileClock, Program};

static CLOCK: FileClock = FileClock::new(realtime::now);

static PROGRAM: Program<MemFs, Host> = Program::new(|| shim::with_embedded_files(&CLOCK));
