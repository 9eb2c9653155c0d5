//! The shim for programs that become a component.
//!
//! Its outside is WASI 0.2, with nothing of `wasi:filesystem` in it.

mod exports;

use fs_core::MemFs;
use outside_p2::{CLOCK, Wasi};
use shim::Program;

static PROGRAM: Program<MemFs, Wasi> = Program::new(|| shim::with_embedded_files(&CLOCK));
