//! The file system behind every front door.
//!
//! [`FileSystem`] and [`Descriptor`] are the seam; [`MemFs`] implements them in memory, [`ReadOnly`]
//! on top of any other that is not to be changed. Front doors (preview 1, `wasi:filesystem`, RPC)
//! are bindings that translate and decide nothing about files.

mod base;
mod clock;
mod content;
mod descriptor;
mod diff;
mod directory;
mod error_code;
mod file_system;
mod frozen_tree;
pub mod image;
mod inode;
mod lower;
mod mem_fs;
mod page_table;
mod path;
mod read_only;
mod resolve;
mod snapshot;
mod space;
mod stream;
mod sync;
mod tree;
mod types;
mod view;

pub use clock::{Clock, Pace};
pub use descriptor::MemDescriptor;
pub use diff::{Change, Difference, diff};
pub use error_code::{ErrorCode, Result};
pub use file_system::{Descriptor, FileSystem, MAX_READ, Preopen};
pub use mem_fs::{MemFs, MemFsBuilder};
pub use read_only::{ReadOnly, ReadOnlyDescriptor};
pub use snapshot::Snapshot;
pub use space::{Limits, Usage};
pub use stream::{Reader, StreamError, WRITE_PERMIT, Writer};
pub use types::{
    DescriptorFlags, DirEntry, FileType, Ino, Listing, MetadataHash, NewTimestamp, OpenFlags,
    PathFlags, Remove, Stat, SyncLevel, Target, Timestamp, WriteAt, Written,
};
pub use view::{Access, View, ViewDescriptor};
