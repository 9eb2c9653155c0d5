//! The values of `wasi:filesystem` as those of `fs_core`, and back.

use fs_core::{FileType, Ino, NewTimestamp, Stat, Timestamp};

use crate::bindings::wasi::clocks::wall_clock::Datetime;
use crate::bindings::wasi::filesystem::types as wasi;

macro_rules! to_error_code {
    ($($code:ident),+) => {
        impl From<wasi::ErrorCode> for fs_core::ErrorCode {
            fn from(code: wasi::ErrorCode) -> Self {
                match code {
                    $(wasi::ErrorCode::$code => Self::$code,)+
                }
            }
        }
    };
}

fs_core::for_each_error_code!(to_error_code);

/// What a descriptor is. What a host has beyond files, directories and links can be read and
/// written, if at all, as a file can.
pub(crate) fn file_type(found: wasi::DescriptorType) -> FileType {
    match found {
        wasi::DescriptorType::Directory => FileType::Directory,
        wasi::DescriptorType::SymbolicLink => FileType::SymbolicLink,
        wasi::DescriptorType::RegularFile
        | wasi::DescriptorType::Unknown
        | wasi::DescriptorType::BlockDevice
        | wasi::DescriptorType::CharacterDevice
        | wasi::DescriptorType::Fifo
        | wasi::DescriptorType::Socket => FileType::RegularFile,
    }
}

/// The number of an inode, which programs compare: never 0.
pub(crate) fn ino(hash: wasi::MetadataHashValue) -> Ino {
    Ino(hash.lower.max(1))
}

/// Attributes, in the two parts that they are asked for.
pub(crate) fn stat(stat: &wasi::DescriptorStat, hash: wasi::MetadataHashValue) -> Stat {
    Stat {
        ino: ino(hash),
        file_type: file_type(stat.type_),
        link_count: stat.link_count,
        size: stat.size,
        access: timestamp(stat.data_access_timestamp),
        modification: timestamp(stat.data_modification_timestamp),
        change: timestamp(stat.status_change_timestamp),
    }
}

/// A time, or 1970 where the other side tells none. Beyond what nanoseconds can count it is the
/// last that they can.
fn timestamp(time: Option<Datetime>) -> Timestamp {
    time.map_or(Timestamp(0), |time| {
        Timestamp::from_parts(time.seconds, time.nanoseconds).unwrap_or(Timestamp(u64::MAX))
    })
}

impl From<NewTimestamp> for wasi::NewTimestamp {
    fn from(time: NewTimestamp) -> Self {
        match time {
            NewTimestamp::NoChange => Self::NoChange,
            NewTimestamp::Now => Self::Now,
            NewTimestamp::At(time) => {
                let (seconds, nanoseconds) = time.parts();
                Self::Timestamp(Datetime {
                    seconds,
                    nanoseconds,
                })
            }
        }
    }
}

/// Flags have the order of the WIT on both sides.
impl From<fs_core::PathFlags> for wasi::PathFlags {
    fn from(flags: fs_core::PathFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<fs_core::OpenFlags> for wasi::OpenFlags {
    fn from(flags: fs_core::OpenFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<fs_core::DescriptorFlags> for wasi::DescriptorFlags {
    fn from(flags: fs_core::DescriptorFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<wasi::DescriptorFlags> for fs_core::DescriptorFlags {
    fn from(flags: wasi::DescriptorFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}
