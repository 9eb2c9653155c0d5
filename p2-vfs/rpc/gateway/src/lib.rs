//! A file system for programs that know nothing of it: the kernel asks, and what implements the seam
//! answers.
//!
//! ```text
//! program ── kernel ── /dev/fuse ── Fuse ── impl FileSystem
//! ```

#[cfg(target_os = "linux")]
mod fuse;

#[cfg(target_os = "linux")]
pub use fuse::{Mounted, Room, Unmounter, mount};
