//! The values of `fs_core` as those of `wasi:filesystem`, and back.

use fs_core::{MetadataHash, Stat, Timestamp};
use wasmtime::component::ResourceTableError;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;

use super::bindings::wasi::filesystem::types as wasi;

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The guest is told.
    Code(fs_core::ErrorCode),
    /// The guest is ended: it used a resource that it does not have.
    Trap(wasmtime::Error),
}

impl From<fs_core::ErrorCode> for Failure {
    fn from(code: fs_core::ErrorCode) -> Self {
        Self::Code(code)
    }
}

impl From<ResourceTableError> for Failure {
    fn from(error: ResourceTableError) -> Self {
        match error {
            ResourceTableError::Full => Self::Code(fs_core::ErrorCode::InsufficientMemory),
            error => Self::Trap(error.into()),
        }
    }
}

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
macro_rules! same_flags {
    ($($flags:ident: $($flag:ident),+;)+) => {$(
        impl From<wasi::$flags> for fs_core::$flags {
            fn from(flags: wasi::$flags) -> Self {
                let mut same = Self::empty();
                $(same.set(Self::$flag, flags.contains(wasi::$flags::$flag));)+
                same
            }
        }

        impl From<fs_core::$flags> for wasi::$flags {
            fn from(flags: fs_core::$flags) -> Self {
                let mut same = Self::empty();
                $(if flags.contains(fs_core::$flags::$flag) {
                    same |= Self::$flag;
                })+
                same
            }
        }
    )+};
}

same_flags! {
    PathFlags: SYMLINK_FOLLOW;
    OpenFlags: CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE;
    DescriptorFlags: READ, WRITE, FILE_INTEGRITY_SYNC, DATA_INTEGRITY_SYNC,
        REQUESTED_WRITE_SYNC, MUTATE_DIRECTORY;
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
