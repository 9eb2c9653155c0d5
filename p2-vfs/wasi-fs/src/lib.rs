//! The file system that a guest imports as `wasi:filesystem`, behind the seam: [`WasiFs`].
//!
//! Whoever is on the other side, a component that the guest is composed with or a host, decides
//! everything about files; this crate asks. What `wasi:filesystem` has no call for is put together
//! from several: the number of an inode is the lower half of its metadata hash, an append begins
//! where the file ended before, and allocating extends by setting the size. Nothing else may change the
//! file in between for these to be exact.

mod append;
mod bindings;
mod convert;
mod descriptor;
mod file_system;

pub use descriptor::WasiDescriptor;
pub use file_system::WasiFs;
