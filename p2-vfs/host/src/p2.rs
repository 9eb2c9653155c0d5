//! `wasi:filesystem` for WASI 0.2 components, next to wasmtime-wasi's streams, clocks and sockets.
//!
//! ```
//! use fs_core::MemFs;
//! use vfs_host::p2::{self, VfsCtxView, VfsView};
//! use vfs_host::{VfsCtx, WallTime};
//! use wasmtime::component::{Component, Linker, ResourceTable};
//! use wasmtime::{Engine, Store};
//! use wasmtime_wasi::p2::bindings::sync::Command;
//! use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
//!
//! struct Guest {
//!     files: VfsCtx,
//!     wasi: WasiCtx,
//!     table: ResourceTable,
//! }
//!
//! impl WasiView for Guest {
//!     fn ctx(&mut self) -> WasiCtxView<'_> {
//!         WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
//!     }
//! }
//!
//! impl VfsView for Guest {
//!     type Files = MemFs;
//!     fn vfs(&mut self) -> VfsCtxView<'_, MemFs> {
//!         VfsCtxView { ctx: &mut self.files, table: &mut self.table }
//!     }
//! }
//!
//! fn run(engine: &Engine, component: &Component, files: &MemFs) -> wasmtime::Result<bool> {
//!     let mut linker = Linker::new(engine);
//!     p2::add_to_linker_sync(&mut linker)?;
//!     let guest = Guest {
//!         files: VfsCtx::builder().build(files),
//!         wasi: WasiCtx::builder().arg("guest").inherit_stdio().build(),
//!         table: ResourceTable::new(),
//!     };
//!     let mut store = Store::new(engine, guest);
//!     let command = Command::instantiate(&mut store, component, &linker)?;
//!     Ok(command.wasi_cli_run().call_run(&mut store)?.is_ok())
//! }
//! # // A component that does nothing, and needs nothing.
//! # let engine = Engine::default();
//! # let files = MemFs::builder(WallTime).build().expect("an empty file system has room");
//! # let component = wat::parse_str(r#"(component
//! #     (core module $m (func (export "run") (result i32) i32.const 0))
//! #     (core instance $i (instantiate $m))
//! #     (func $run (result (result)) (canon lift (core func $i "run")))
//! #     (instance $run-interface (export "run" (func $run)))
//! #     (export "wasi:cli/run@0.2.12" (instance $run-interface)))"#).expect("a component");
//! # let component = Component::new(&engine, component).unwrap();
//! # assert!(run(&engine, &component, &files).unwrap());
//! ```
//!
//! Every call is answered on the guest's thread: memory never blocks. So the same functions serve
//! stores that are called synchronously and those that are not.

mod bindings;
mod convert;
mod descriptor;
mod streams;

use std::marker::PhantomData;

use fs_core::FileSystem;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::p2::bindings::{self as wasi, sync};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView as _};

use crate::context::VfsCtx;
use bindings::wasi::filesystem;

/// What a guest's files are reached by: a view into the data of its store.
pub struct VfsCtxView<'a, F: FileSystem> {
    /// The guest.
    pub ctx: &'a mut VfsCtx<F>,
    /// Its resources, the same table as wasmtime-wasi's.
    pub table: &'a mut ResourceTable,
}

/// Store data with files in it, as [`WasiView`] is with everything else of WASI.
pub trait VfsView: WasiView {
    /// What the guest sees as its files.
    type Files: FileSystem<Descriptor: Send + 'static> + 'static;

    /// The guest and its resources.
    fn vfs(&mut self) -> VfsCtxView<'_, Self::Files>;
}

/// Defines `wasi:filesystem`, and all else of `wasi:cli/imports` as wasmtime-wasi does, for stores
/// that are called synchronously.
///
/// # Errors
/// An interface is defined already.
pub fn add_to_linker_sync<T: VfsView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    add_only_files_to_linker(linker)?;
    add_nonblocking_to_linker(linker)?;
    sync::io::poll::add_to_linker::<T, HasTable>(linker, |host| host.ctx().table)?;
    sync::io::streams::add_to_linker::<T, HasTable>(linker, |host| host.ctx().table)?;
    sync::sockets::tcp::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    sync::sockets::udp::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    sync::sockets::udp_create_socket::add_to_linker::<T, WasiSockets>(linker, T::sockets)
}

/// The same for stores that are called asynchronously.
///
/// # Errors
/// An interface is defined already.
pub fn add_to_linker_async<T: VfsView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    add_only_files_to_linker(linker)?;
    add_nonblocking_to_linker(linker)?;
    wasi::io::poll::add_to_linker::<T, HasTable>(linker, |host| host.ctx().table)?;
    wasi::io::streams::add_to_linker::<T, HasTable>(linker, |host| host.ctx().table)?;
    wasi::sockets::tcp::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    wasi::sockets::udp::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    wasi::sockets::udp_create_socket::add_to_linker::<T, WasiSockets>(linker, T::sockets)
}

/// Defines `wasi:filesystem` and nothing else.
///
/// # Errors
/// An interface is defined already.
pub fn add_only_files_to_linker<T: VfsView + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    filesystem::types::add_to_linker::<T, HasFiles<T>>(linker, T::vfs)?;
    filesystem::preopens::add_to_linker::<T, HasFiles<T>>(linker, T::vfs)
}

/// The interfaces whose functions never wait. wasmtime-wasi has no name for all but the files.
fn add_nonblocking_to_linker<T: VfsView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    use wasi::{cli, clocks, random, sockets};

    let network = sockets::network::LinkOptions::default();
    wasi::io::error::add_to_linker::<T, HasTable>(linker, |host| host.ctx().table)?;
    clocks::wall_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(linker, T::clocks)?;
    random::random::add_to_linker::<T, WasiRandom>(linker, |host| host.ctx().ctx.random())?;
    random::insecure::add_to_linker::<T, WasiRandom>(linker, |host| host.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<T, WasiRandom>(linker, |host| host.ctx().ctx.random())?;
    cli::exit::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::environment::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::stdin::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::stdout::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::stderr::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::terminal_input::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::terminal_output::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::terminal_stdin::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::terminal_stdout::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    cli::terminal_stderr::add_to_linker::<T, WasiCli>(linker, T::cli)?;
    sockets::tcp_create_socket::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    sockets::instance_network::add_to_linker::<T, WasiSockets>(linker, T::sockets)?;
    sockets::network::add_to_linker::<T, WasiSockets>(linker, &network, T::sockets)?;
    sockets::ip_name_lookup::add_to_linker::<T, WasiSockets>(linker, T::sockets)
}

struct HasTable;

impl HasData for HasTable {
    type Data<'a> = &'a mut ResourceTable;
}

struct HasFiles<T>(PhantomData<T>);

impl<T: VfsView + 'static> HasData for HasFiles<T> {
    type Data<'a> = VfsCtxView<'a, T::Files>;
}
