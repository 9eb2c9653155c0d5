//! The file system of WASI 0.2 programs: a component that is plugged into them.
//!
//! ```text
//! program ── descriptor.read ──> descriptor, streams ──> MemFs     in this component's memory
//!        ─── stdin, tcp … ─────> streams, tcp ─────────> the host
//! ```
//!
//! It translates between the world `vfs` of `wit/vfs.wit` and [`fs_core`], which has the rules. Both
//! kinds of streams are of one type, because a component exports each resource once.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod bindings;
mod convert;
mod descriptor;
mod directory;
mod environment;
mod error;
// They have names that native linkers refuse.
#[cfg(target_family = "wasm")]
mod exports;
mod files;
mod input;
mod output;
mod stdio;
mod tcp;

/// What the world's functions are defined for.
struct Vfs;
