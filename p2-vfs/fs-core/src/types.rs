//! The plain values that cross the seam: what WIT and preview 1 call by the same names.

use crate::error_code::{ErrorCode, Result};

/// The number of an inode: 1 or more, given once, never reused, the same wherever it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ino(pub u64);

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

const SECOND: u64 = 1_000_000_000;

impl Timestamp {
    /// The time given in two parts, as `wasi:clocks` has it.
    ///
    /// # Errors
    /// `Invalid` (a second or more of nanoseconds), `Overflow` (after the year 2554).
    pub fn from_parts(seconds: u64, nanoseconds: u32) -> Result<Self> {
        let nanoseconds = u64::from(nanoseconds);
        if nanoseconds >= SECOND {
            return Err(ErrorCode::Invalid);
        }
        let time = seconds.checked_mul(SECOND);
        time.and_then(|time| time.checked_add(nanoseconds))
            .map(Self)
            .ok_or(ErrorCode::Overflow)
    }

    /// The time in two parts: seconds, and the nanoseconds beyond.
    pub fn parts(self) -> (u64, u32) {
        (self.0 / SECOND, (self.0 % SECOND) as u32)
    }
}

/// What an inode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// A regular file.
    RegularFile,
    /// A directory.
    Directory,
    /// A symbolic link.
    SymbolicLink,
}

/// The attributes of an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its number.
    pub ino: Ino,
    /// What it is.
    pub file_type: FileType,
    /// How many names it has; for a directory 2 and one more for each subdirectory.
    pub link_count: u64,
    /// Bytes: of a file its length, of a link its target's length, of a directory 0.
    pub size: u64,
    /// Last access; set by `set_times_at` and at creation only.
    pub access: Timestamp,
    /// Last change of the content.
    pub modification: Timestamp,
    /// Last change of the content or of an attribute.
    pub change: Timestamp,
}

/// What tells inodes, and the states of one inode, apart (`metadata-hash-value`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MetadataHash {
    /// The inode's number: programs take it for one.
    pub lower: u64,
    /// Another value for every other state of the attributes, but for the time of access.
    pub upper: u64,
}

impl Stat {
    /// The hash of the attributes.
    pub fn metadata_hash(&self) -> MetadataHash {
        const PRIME: u64 = 0x100_0000_01b3;
        let words = [
            self.size,
            self.link_count,
            self.modification.0,
            self.change.0,
        ];
        let mix = |hash: u64, word: u64| ((hash ^ word).wrapping_mul(PRIME)).rotate_left(29);
        MetadataHash {
            lower: self.ino.0,
            upper: words.into_iter().fold(0xcbf2_9ce4_8422_2325, mix),
        }
    }
}

/// One name of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The inode behind the name.
    pub ino: Ino,
    /// What the inode is.
    pub file_type: FileType,
    /// The name: one path component.
    pub name: String,
}

/// A directory as it was at one moment, without `.` and `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The directory itself: what `.` stands for.
    pub this: Ino,
    /// Its parent: what `..` stands for; a root is its own.
    pub parent: Ino,
    /// Its names, in an order that later changes of other names do not disturb.
    pub entries: Vec<DirEntry>,
}

bitflags::bitflags! {
    /// How the last component of a path is resolved (`path-flags`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct PathFlags: u8 {
        /// Follow a symbolic link in the last component.
        const SYMLINK_FOLLOW = 1;
    }

    /// What `open_at` does besides opening (`open-flags`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct OpenFlags: u8 {
        /// Create a regular file where there is nothing.
        const CREATE = 1;
        /// Fail unless it is a directory.
        const DIRECTORY = 2;
        /// Fail if the name exists.
        const EXCLUSIVE = 4;
        /// Empty the file.
        const TRUNCATE = 8;
    }

    /// What a descriptor may be used for (`descriptor-flags`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct DescriptorFlags: u8 {
        /// Reading.
        const READ = 1;
        /// Writing.
        const WRITE = 2;
        /// Writes complete with their attributes (`O_SYNC`).
        const FILE_INTEGRITY_SYNC = 4;
        /// Writes complete with their data (`O_DSYNC`).
        const DATA_INTEGRITY_SYNC = 8;
        /// Reads are as complete as writes (`O_RSYNC`).
        const REQUESTED_WRITE_SYNC = 16;
        /// Changing the names of a directory.
        const MUTATE_DIRECTORY = 32;
    }
}

/// Where a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteAt {
    /// To a byte offset; a gap before it reads as zeros.
    Offset(u64),
    /// To the end, as it is at the moment of the write (`O_APPEND`).
    End,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many bytes; fewer than asked when space ran out.
    pub len: usize,
    /// The offset behind the last byte written.
    pub end: u64,
}

/// What `set_times_at` does to one of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTimestamp {
    /// Leave it.
    NoChange,
    /// Set it to the file system's clock.
    Now,
    /// Set it to this.
    At(Timestamp),
}

/// Whose times `set_times_at` sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// The descriptor's own inode.
    This,
    /// The inode at a path below the descriptor.
    At(PathFlags, &'a str),
}

/// Which kind of name `remove_at` takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remove {
    /// A file or a symbolic link (`unlink`).
    File,
    /// An empty directory (`rmdir`).
    Directory,
}

/// How much `sync` makes durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncLevel {
    /// The content (`fdatasync`).
    Data,
    /// The content and the attributes (`fsync`).
    All,
}
