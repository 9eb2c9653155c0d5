//! Trees that do not change, below the one that does. An inode is copied up when it is first
//! touched; until then its lower tree says what it is.

use std::fmt;

use crate::content::Frozen;
use crate::error_code::Result;
use crate::inode::InodeKind;
use crate::types::{FileType, Ino, Timestamp};

/// Where an inode is in its lower tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LowerId(pub(crate) u32);

/// A tree that does not change.
///
/// Whatever is damaged is `Io`, when it is met.
pub(crate) trait Lower: Send + Sync {
    /// The root directory.
    fn root(&self) -> LowerId;

    /// How many trees lie below this one. Each makes the first look at a name a little longer.
    fn depth(&self) -> u32 {
        0
    }

    /// What is needed to go on with the inode elsewhere.
    fn inode(&self, id: LowerId) -> Result<LowerInode>;

    /// How many names the directory has.
    fn name_count(&self, directory: LowerId) -> Result<u32>;

    /// The inode behind a name of the directory.
    fn look_up(&self, directory: LowerId, name: &str) -> Result<Option<LowerId>>;

    /// Hands over all names of the directory, always in the same order.
    fn list(
        &self,
        directory: LowerId,
        each: &mut dyn FnMut(&str, Ino, FileType) -> Result<()>,
    ) -> Result<()>;
}

/// Not a supertrait: its entry in the table of methods would put all of formatting into the guests.
impl fmt::Debug for dyn Lower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lower")
    }
}

/// An inode of a lower tree.
#[derive(Clone, Debug)]
pub(crate) struct LowerInode {
    pub(crate) ino: Ino,
    pub(crate) kind: InodeKind,
    pub(crate) mode: u32,
    pub(crate) link_count: u64,
    pub(crate) access: Timestamp,
    pub(crate) modification: Timestamp,
    pub(crate) change: Timestamp,
    pub(crate) mutability: Mutability,
    /// Empty unless the inode is a file.
    pub(crate) content: Frozen,
}

/// Whether an inode, and the names in it, may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutability {
    Mutable,
    /// Part of a read-only mount.
    ReadOnly,
}
