//! The values of `fs_core` as those of `wasi:filesystem`, and back.

use fs_core::{MetadataHash, Stat, Timestamp};

use crate::bindings::exports::wasi::filesystem::types as wasi;
use crate::bindings::wasi::clocks::wall_clock::Datetime;

macro_rules! from_error_code {
    ($($code:ident),+) => {
        impl From<fs_core::ErrorCode> for wasi::ErrorCode {
            fn from(code: fs_core::ErrorCode) -> Self {
                match code {
                    $(fs_core::ErrorCode::$code => Self::$code,)+
                }
            }
        }
    };
}

fs_core::for_each_error_code!(from_error_code);

impl From<fs_core::FileType> for wasi::DescriptorType {
    fn from(file_type: fs_core::FileType) -> Self {
        match file_type {
            fs_core::FileType::RegularFile => Self::RegularFile,
            fs_core::FileType::Directory => Self::Directory,
            fs_core::FileType::SymbolicLink => Self::SymbolicLink,
        }
    }
}

impl From<Stat> for wasi::DescriptorStat {
    fn from(stat: Stat) -> Self {
        Self {
            type_: stat.file_type.into(),
            link_count: stat.link_count,
            size: stat.size,
            data_access_timestamp: Some(datetime(stat.access)),
            data_modification_timestamp: Some(datetime(stat.modification)),
            status_change_timestamp: Some(datetime(stat.change)),
        }
    }
}

impl From<MetadataHash> for wasi::MetadataHashValue {
    fn from(hash: MetadataHash) -> Self {
        Self {
            lower: hash.lower,
            upper: hash.upper,
        }
    }
}

/// Flags have the order of the WIT on both sides.
impl From<wasi::PathFlags> for fs_core::PathFlags {
    fn from(flags: wasi::PathFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<wasi::OpenFlags> for fs_core::OpenFlags {
    fn from(flags: wasi::OpenFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<wasi::DescriptorFlags> for fs_core::DescriptorFlags {
    fn from(flags: wasi::DescriptorFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl From<fs_core::DescriptorFlags> for wasi::DescriptorFlags {
    fn from(flags: fs_core::DescriptorFlags) -> Self {
        Self::from_bits_truncate(flags.bits())
    }
}

impl TryFrom<wasi::NewTimestamp> for fs_core::NewTimestamp {
    type Error = fs_core::ErrorCode;

    fn try_from(time: wasi::NewTimestamp) -> fs_core::Result<Self> {
        Ok(match time {
            wasi::NewTimestamp::NoChange => Self::NoChange,
            wasi::NewTimestamp::Now => Self::Now,
            wasi::NewTimestamp::Timestamp(Datetime {
                seconds,
                nanoseconds,
            }) => Self::At(Timestamp::from_parts(seconds, nanoseconds)?),
        })
    }
}

fn datetime(time: Timestamp) -> Datetime {
    let (seconds, nanoseconds) = time.parts();
    Datetime {
        seconds,
        nanoseconds,
    }
}
