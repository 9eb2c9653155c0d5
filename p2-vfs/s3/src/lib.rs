//! Files kept in S3-compatible storage, one object for each.
//!
//! [`S3Fs`] is a file system in memory whose content is in a store. [`sync_core`] decides what the
//! store gets and when, without I/O; [`change`] finds out what became of one conditional change;
//! [`Prefix`] translates between paths and keys. One thread of its own talks to the store.
//!
//! ```no_run
//! use s3::{Access, Options, S3Fs};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let memory: fs_core::MemFs = todo!();
//! let location = "s3://bucket/prefix".parse()?;
//! let files = S3Fs::mount(memory, location, Access::default(), &Options::default())?;
//! // Programs use the files. Then:
//! for (place, problem) in files.drain(std::time::Duration::from_secs(30)) {
//!     eprintln!("{place} was not saved: {problem:?}");
//! }
//! # Ok(()) }
//! ```

pub mod change;
mod driver;
mod file;
mod file_system;
mod key;
mod location;
mod metadata;
mod mount;
mod names;
mod place;
mod problem;
mod remote;
mod shared;
pub mod sync_core;

pub use file_system::{S3Descriptor, S3Fs};
pub use key::{Entry, Hidden, Key, KeyError, MAX_KEY, Prefix};
pub use location::Location;
pub use mount::{MountError, Options};
pub use place::Place;
pub use problem::Problem;
pub use remote::{Access, StoreError};
