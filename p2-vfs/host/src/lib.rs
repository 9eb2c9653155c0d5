//! A file system in memory for the guests of a wasmtime host.
//!
//! wasmtime gives its guests directories of the host, or none. This crate gives them a
//! [`fs_core::MemFs`]: shared by as many guests as the host likes, on as many threads, and with
//! nothing of the host in reach.
//!
//! ```text
//! module ──── wasi_snapshot_preview1 ──> preview1::Preview1 ──> fs_core::MemFs   shared by guests
//!                                            └────────────────> world            of each its own
//! component ─ wasi:filesystem ─────────> p2 ──────────────────> fs_core::MemFs
//!             everything else ─────────> wasmtime_wasi
//! ```
//!
//! Components of WASI 0.2 have their files from [`p2`], requests of `wasi:http` are answered by
//! [`http`], and [`watch`] says what guests do.
//!
//! Modules of preview 1 run unmodified. [`preview1::add_to_linker`] defines its 46 functions as
//! plain host functions that copy between the pages of a file and the memory of the guest, on the
//! guest's thread, without a runtime.
//!
//! ```
//! use fs_core::{Descriptor, MemFs, PathFlags};
//! use vfs_host::{VfsCtx, WallTime};
//! use wasmtime::{Engine, Linker, Module, Store};
//!
//! # fn main() -> wasmtime::Result<()> {
//! # let legacy = wat::parse_str(r#"(module
//! #     (import "wasi_snapshot_preview1" "path_create_directory"
//! #         (func $mkdir (param i32 i32 i32) (result i32)))
//! #     (memory (export "memory") 1)
//! #     (data (i32.const 8) "made by the guest")
//! #     (func (export "_start")
//! #         (if (call $mkdir (i32.const 3) (i32.const 8) (i32.const 17)) (then unreachable))))"#)?;
//! let files = MemFs::builder(WallTime).build().expect("an empty file system has room");
//! let engine = Engine::default();
//! let module = Module::new(&engine, legacy)?;
//! let mut linker = Linker::new(&engine);
//! vfs_host::preview1::add_to_linker(&mut linker, |guest: &mut VfsCtx| guest)?;
//!
//! let guest = VfsCtx::builder().args(["legacy", "input"]).inherit_stdio().build(&files);
//! let mut store = Store::new(&engine, guest);
//! let instance = linker.instantiate(&mut store, &module)?;
//! instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ())?;
//!
//! assert!(files.root().stat_at(PathFlags::empty(), "made by the guest").is_ok());
//! # Ok(())
//! # }
//! ```
//!
//! # What a guest cannot do
//! It reaches the directories that its file system names as preopens, and nothing above them: an
//! [`fs_core::View`] chooses them, and which of them it may change. What it makes can be bounded by a
//! quota of its own ([`fs_core::MemFs::with_quota`]). Bad
//! pointers and numbers are errnos. What it holds open goes when its store is dropped, however the
//! guest ended. Memory is bounded by the limits of the [`MemFs`](fs_core::MemFs), by
//! [`VfsCtxBuilder::max_open_files`] and by a limiter of the store's. Time is bounded by epochs: a
//! guest that sleeps, or waits for who feeds it or reads from it, meets its epoch deadline as one
//! that computes.

mod context;
mod epoch;
pub mod http;
mod input;
mod output;
pub mod p2;
pub mod preview1;
mod time;
pub mod watch;
mod world;

pub use context::{VfsCtx, VfsCtxBuilder};
pub use output::OutputBuffer;
pub use time::WallTime;
