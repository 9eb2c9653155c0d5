//! The shim for programs that become a component.
//!
//! Its outside is WASI 0.2: the world of `wit/shim.wit`, with nothing of `wasi:filesystem` in it.

mod bindings;
mod exports;
mod outside;
mod poll;
// Its export has a name that native linkers refuse.
#[cfg(target_family = "wasm")]
mod run;
mod streams;
mod wall_clock;

use outside::Wasi;
use shim::{FileClock, Program};

static CLOCK: FileClock = FileClock::new(wall_clock::now);

static PROGRAM: Program<Wasi> = Program::new(&CLOCK);
