//! A file system behind the seam as a component: it is plugged into WASI 0.2 programs.
//!
//! ```text
//! program ── descriptor.read ──> descriptor, streams ──> Backend     whatever implements the seam
//!        ─── stdin, tcp … ─────> streams, tcp ─────────> the host
//! ```
//!
//! It translates between the world `vfs` of `wit/vfs.wit` and [`fs_core`], which has the rules. Both
//! kinds of streams are of one type, because a component exports each resource once.
//!
//! A component is a `cdylib` with a [`Backend`] and [`bindings::export!`]:
//!
//! ```text
//! vfs_component::bindings::export!(Component with_types_in vfs_component::bindings);
//! type Component = vfs_component::Vfs<MyBackend>;
//! ```

#[allow(
    missing_docs,
    unreachable_pub,
    reason = "generated; the definitions are documented in wit/deps"
)]
pub mod bindings;
mod clock;
mod convert;
mod descriptor;
mod directory;
mod environment;
mod error;
mod input;
mod output;
mod stdio;
mod tcp;

use core::marker::PhantomData;

use fs_core::{Descriptor, Preopen};

pub use clock::WallClock;

/// The one file system of a component.
pub trait Backend: 'static {
    /// Its open file descriptions.
    type Descriptor: Descriptor + 'static;

    /// The directories that the program starts with, the same ones each time.
    fn preopens() -> Vec<Preopen<Self::Descriptor>>;

    /// The directory that the program's relative paths start from, absolute; `None` is for the
    /// program to decide.
    fn working_directory() -> Option<String> {
        None
    }

    /// Whether a variable of the environment is for the file system, and not for the program.
    fn is_hidden(_variable: &str) -> bool {
        false
    }
}

/// What the world's functions are defined for.
#[derive(Debug)]
pub struct Vfs<B>(PhantomData<B>);
