//! The guest modules, built ahead, so that nobody needs a compiler for WebAssembly.
//!
//! A shim is the half of a wrapped program that holds its files: a core module with a memory of its
//! own that implements `wasi_snapshot_preview1`. The two differ in what they ask of the host.
//!
//! The VFS is what WASI 0.2 programs are composed with instead.
//!
//! `MANIFEST.toml` beside the modules says what they were built from; the tests of this crate
//! compare. To build them again: `cargo xtask guests build`.

/// The shim for programs that become a component: it asks for `wasi:cli`, `wasi:clocks`,
/// `wasi:io` and `wasi:random` of WASI 0.2, and exports `wasi:cli/run`.
pub const SHIM_P2: &[u8] = include_bytes!("../shim-p2.wasm");

/// The shim for programs that become a component whose files are another component's or a host's: as
/// [`SHIM_P2`], and it asks for `wasi:filesystem`.
pub const SHIM_PLUGGED: &[u8] = include_bytes!("../shim-plugged.wasm");

/// The shim for programs that stay a core module: it asks for the functions of preview 1 that have
/// nothing to do with files, in the names and with the pointers of the program.
pub const SHIM_P1: &[u8] = include_bytes!("../shim-p1.wasm");

/// The file system of WASI 0.2 programs, the core module of a component: `wasi:filesystem` and what
/// passes its streams.
pub const VFS: &[u8] = include_bytes!("../vfs.wasm");

/// The same with its files at a server, which the environment names: it asks for `wasi:sockets`, too.
pub const VFS_RPC: &[u8] = include_bytes!("../vfs-rpc.wasm");
