//! The enumerations and flags of preview 1, read from and written as its numbers.

use fs_core::{DescriptorFlags, FileType, NewTimestamp, OpenFlags, PathFlags, Timestamp};

use crate::errno::{Errno, Result};

/// A descriptor's number, as the guest passed it: open, closed or absurd.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fd(pub u32);

/// `filetype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Filetype {
    Unknown = 0,
    CharacterDevice = 2,
    Directory = 3,
    RegularFile = 4,
    SymbolicLink = 7,
}

impl From<FileType> for Filetype {
    fn from(file_type: FileType) -> Self {
        match file_type {
            FileType::RegularFile => Self::RegularFile,
            FileType::Directory => Self::Directory,
            FileType::SymbolicLink => Self::SymbolicLink,
        }
    }
}

/// `whence`: what a seek counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whence {
    Set,
    Current,
    End,
}

impl Whence {
    pub(crate) fn from_raw(raw: u32) -> Result<Self> {
        match raw {
            0 => Ok(Self::Set),
            1 => Ok(Self::Current),
            2 => Ok(Self::End),
            _ => Err(Errno::INVAL),
        }
    }
}

/// `advice`: checked, and without effect in a file system that is all cache.
pub(crate) fn check_advice(raw: u32) -> Result {
    match raw {
        // Normal, sequential, random, will need, don't need, no reuse.
        0..=5 => Ok(()),
        _ => Err(Errno::INVAL),
    }
}

/// `clockid`, as far as there are such clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockId {
    /// Nanoseconds since 1970.
    Realtime,
    /// Nanoseconds since some moment; never steps back.
    Monotonic,
}

impl ClockId {
    /// # Errors
    /// `BADF` for the two CPU time clocks, which nobody has; `INVAL`.
    pub(crate) fn from_raw(raw: u32) -> Result<Self> {
        match raw {
            0 => Ok(Self::Realtime),
            1 => Ok(Self::Monotonic),
            2 | 3 => Err(Errno::BADF),
            _ => Err(Errno::INVAL),
        }
    }

    /// The number at the ABI.
    #[must_use]
    pub fn to_raw(self) -> u32 {
        match self {
            Self::Realtime => 0,
            Self::Monotonic => 1,
        }
    }
}

bitflags::bitflags! {
    /// `oflags`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct OFlags: u32 {
        const CREAT = 1;
        const DIRECTORY = 2;
        const EXCL = 4;
        const TRUNC = 8;
    }

    /// `fdflags`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct FdFlags: u32 {
        const APPEND = 1;
        const DSYNC = 2;
        const NONBLOCK = 4;
        const RSYNC = 8;
        const SYNC = 16;
    }

    /// `fstflags`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct FstFlags: u32 {
        const ATIM = 1;
        const ATIM_NOW = 2;
        const MTIM = 4;
        const MTIM_NOW = 8;
    }

    /// `eventrwflags`: more about a descriptor that is ready.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct EventFlags: u16 {
        /// The other side has hung up, or the file is at its end.
        const HANGUP = 1;
    }
}

impl OFlags {
    pub(crate) fn from_raw(raw: u32) -> Result<Self> {
        Self::from_bits(raw).ok_or(Errno::INVAL)
    }

    pub(crate) fn open_flags(self) -> OpenFlags {
        let mut flags = OpenFlags::empty();
        flags.set(OpenFlags::CREATE, self.contains(Self::CREAT));
        flags.set(OpenFlags::DIRECTORY, self.contains(Self::DIRECTORY));
        flags.set(OpenFlags::EXCLUSIVE, self.contains(Self::EXCL));
        flags.set(OpenFlags::TRUNCATE, self.contains(Self::TRUNC));
        flags
    }
}

impl FdFlags {
    /// The flags that can be changed after opening.
    pub(crate) const STATUS: Self = Self::APPEND.union(Self::NONBLOCK);

    pub(crate) fn from_raw(raw: u32) -> Result<Self> {
        Self::from_bits(raw).ok_or(Errno::INVAL)
    }

    pub(crate) fn descriptor_flags(self) -> DescriptorFlags {
        let mut flags = DescriptorFlags::empty();
        flags.set(
            DescriptorFlags::FILE_INTEGRITY_SYNC,
            self.contains(Self::SYNC),
        );
        flags.set(
            DescriptorFlags::DATA_INTEGRITY_SYNC,
            self.contains(Self::DSYNC),
        );
        flags.set(
            DescriptorFlags::REQUESTED_WRITE_SYNC,
            self.contains(Self::RSYNC),
        );
        flags
    }
}

/// `lookupflags`.
pub(crate) fn path_flags(raw: u32) -> Result<PathFlags> {
    match raw {
        0 => Ok(PathFlags::empty()),
        1 => Ok(PathFlags::SYMLINK_FOLLOW),
        _ => Err(Errno::INVAL),
    }
}

/// The two times of a `set_times` call.
pub(crate) struct NewTimes {
    pub(crate) access: NewTimestamp,
    pub(crate) modification: NewTimestamp,
}

impl NewTimes {
    /// # Errors
    /// `INVAL`: a time that is both given and now, or an unknown flag.
    pub(crate) fn from_raw(atim: u64, mtim: u64, fst_flags: u32) -> Result<Self> {
        let flags = FstFlags::from_bits(fst_flags).ok_or(Errno::INVAL)?;
        let time = |given, now, nanoseconds| match (flags.contains(given), flags.contains(now)) {
            (false, false) => Ok(NewTimestamp::NoChange),
            (false, true) => Ok(NewTimestamp::Now),
            (true, false) => Ok(NewTimestamp::At(Timestamp(nanoseconds))),
            (true, true) => Err(Errno::INVAL),
        };
        Ok(Self {
            access: time(FstFlags::ATIM, FstFlags::ATIM_NOW, atim)?,
            modification: time(FstFlags::MTIM, FstFlags::MTIM_NOW, mtim)?,
        })
    }
}
