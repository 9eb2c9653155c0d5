//! WASI 0.2 as the outside of shims: everything but files, in the world of `wit/shim.wit`.
//!
//! It is also what starts the application: a host calls the exported `wasi:cli/run`.

mod bindings;
mod outside;
mod poll;
// Its export has a name that native linkers refuse.
#[cfg(target_family = "wasm")]
mod run;
mod streams;
mod wall_clock;

pub use outside::Wasi;

use shim::FileClock;

/// The time of files that the shim keeps itself.
pub static CLOCK: FileClock = FileClock::new(wall_clock::now);
