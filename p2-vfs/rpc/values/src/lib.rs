//! The values of [`fs_core`] as those of the protocol, and back: for both ends of the wire.

use fs_core::{ErrorCode, FileType, Ino, MemFs, NewTimestamp, Stat, Timestamp};
use rpc_protocol::{Attributes, FileKind, NewTime, Space, Status};

macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        /// The status of an error.
        pub fn status(code: ErrorCode) -> Status {
            match code {
                $(ErrorCode::$name => Status::$name),*
            }
        }

        /// The error of a status; [`Status::Done`] is none.
        pub fn error(status: Status) -> Option<ErrorCode> {
            match status {
                Status::Done => None,
                $(Status::$name => Some(ErrorCode::$name)),*
            }
        }
    };
}

codes! {
    Access, WouldBlock, Already, BadDescriptor, Busy, Deadlock, Quota, Exist, FileTooLarge,
    IllegalByteSequence, InProgress, Interrupted, Invalid, Io, IsDirectory, Loop, TooManyLinks,
    MessageSize, NameTooLong, NoDevice, NoEntry, NoLock, InsufficientMemory, InsufficientSpace,
    NotDirectory, NotEmpty, NotRecoverable, Unsupported, NoTty, NoSuchDevice, Overflow,
    NotPermitted, Pipe, ReadOnly, InvalidSeek, TextFileBusy, CrossDevice,
}

/// The kind of an inode for the wire.
pub fn file_kind(file_type: FileType) -> FileKind {
    match file_type {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::SymbolicLink => FileKind::SymbolicLink,
    }
}

/// The kind of an inode from the wire.
pub fn file_type(kind: FileKind) -> FileType {
    match kind {
        FileKind::Regular => FileType::RegularFile,
        FileKind::Directory => FileType::Directory,
        FileKind::SymbolicLink => FileType::SymbolicLink,
    }
}

/// Attributes for the wire. Their version is never 0, which stands for «any» there.
pub fn attributes(stat: &Stat) -> Attributes {
    Attributes {
        node: stat.ino.0,
        kind: file_kind(stat.file_type),
        links: stat.link_count,
        size: stat.size,
        accessed: stat.access.0,
        modified: stat.modification.0,
        changed: stat.change.0,
        version: stat.metadata_hash().upper.max(1),
    }
}

/// Attributes from the wire.
pub fn stat(attributes: &Attributes) -> Stat {
    Stat {
        ino: Ino(attributes.node),
        file_type: file_type(attributes.kind),
        link_count: attributes.links,
        size: attributes.size,
        access: Timestamp(attributes.accessed),
        modification: Timestamp(attributes.modified),
        change: Timestamp(attributes.changed),
    }
}

/// A time to be set, for the wire.
pub fn new_time(time: NewTimestamp) -> NewTime {
    match time {
        NewTimestamp::NoChange => NewTime::Keep,
        NewTimestamp::Now => NewTime::Now,
        NewTimestamp::At(time) => NewTime::At(time.0),
    }
}

/// A time to be set, from the wire.
pub fn new_timestamp(time: NewTime) -> NewTimestamp {
    match time {
        NewTime::Keep => NewTimestamp::NoChange,
        NewTime::Now => NewTimestamp::Now,
        NewTime::At(time) => NewTimestamp::At(Timestamp(time)),
    }
}

/// How much a file system in memory holds and may hold.
pub fn space(files: &MemFs) -> Space {
    let (limits, usage) = (files.limits(), files.usage());
    Space {
        bytes: limits.bytes,
        used_bytes: usage.bytes,
        inodes: limits.inodes,
        used_inodes: usage.inodes,
    }
}
