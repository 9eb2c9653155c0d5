//! Attributes and errors in the kernel's words.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fs_core::{ErrorCode, FileType, NewTimestamp, Stat, Timestamp};
use fuser::{Errno, FileAttr, INodeNo, TimeOrNow};

/// To whom all files belong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// The user of this process.
    ///
    /// # Errors
    /// There is no `/proc`.
    pub(super) fn of_process() -> io::Result<Self> {
        let process = fs::metadata("/proc/self")?;
        Ok(Self {
            uid: process.uid(),
            gid: process.gid(),
        })
    }

    /// The attributes of an inode. There are no permissions: everything may be read, changed and run.
    pub(super) fn attributes(self, stat: &Stat) -> FileAttr {
        FileAttr {
            ino: INodeNo(stat.ino.0),
            size: stat.size,
            blocks: stat.size.div_ceil(512),
            atime: time(stat.access),
            mtime: time(stat.modification),
            ctime: time(stat.change),
            crtime: UNIX_EPOCH,
            kind: kind(stat.file_type),
            perm: match stat.file_type {
                FileType::SymbolicLink => 0o777,
                FileType::RegularFile | FileType::Directory => 0o755,
            },
            nlink: u32::try_from(stat.link_count).unwrap_or(u32::MAX),
            uid: self.uid,
            gid: self.gid,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }
}

fn time(time: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(time.0)
}

pub(super) fn kind(file_type: FileType) -> fuser::FileType {
    match file_type {
        FileType::RegularFile => fuser::FileType::RegularFile,
        FileType::Directory => fuser::FileType::Directory,
        FileType::SymbolicLink => fuser::FileType::Symlink,
    }
}

pub(super) fn new_time(time: Option<TimeOrNow>) -> NewTimestamp {
    match time {
        None => NewTimestamp::NoChange,
        Some(TimeOrNow::Now) => NewTimestamp::Now,
        Some(TimeOrNow::SpecificTime(time)) => {
            // What is before 1970 is as early as can be.
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            NewTimestamp::At(Timestamp(since.as_nanos() as u64))
        }
    }
}

/// The number of an error.
pub(super) fn errno(code: ErrorCode) -> Errno {
    match code {
        ErrorCode::Access => Errno::EACCES,
        ErrorCode::WouldBlock => Errno::EAGAIN,
        ErrorCode::Already => Errno::EALREADY,
        ErrorCode::BadDescriptor => Errno::EBADF,
        ErrorCode::Busy => Errno::EBUSY,
        ErrorCode::Deadlock => Errno::EDEADLK,
        ErrorCode::Quota => Errno::EDQUOT,
        ErrorCode::Exist => Errno::EEXIST,
        ErrorCode::FileTooLarge => Errno::EFBIG,
        ErrorCode::IllegalByteSequence => Errno::EILSEQ,
        ErrorCode::InProgress => Errno::EINPROGRESS,
        ErrorCode::Interrupted => Errno::EINTR,
        ErrorCode::Invalid => Errno::EINVAL,
        ErrorCode::Io => Errno::EIO,
        ErrorCode::IsDirectory => Errno::EISDIR,
        ErrorCode::Loop => Errno::ELOOP,
        ErrorCode::TooManyLinks => Errno::EMLINK,
        ErrorCode::MessageSize => Errno::EMSGSIZE,
        ErrorCode::NameTooLong => Errno::ENAMETOOLONG,
        ErrorCode::NoDevice => Errno::ENODEV,
        ErrorCode::NoEntry => Errno::ENOENT,
        ErrorCode::NoLock => Errno::ENOLCK,
        ErrorCode::InsufficientMemory => Errno::ENOMEM,
        ErrorCode::InsufficientSpace => Errno::ENOSPC,
        ErrorCode::NotDirectory => Errno::ENOTDIR,
        ErrorCode::NotEmpty => Errno::ENOTEMPTY,
        ErrorCode::NotRecoverable => Errno::ENOTRECOVERABLE,
        ErrorCode::Unsupported => Errno::ENOTSUP,
        ErrorCode::NoTty => Errno::ENOTTY,
        ErrorCode::NoSuchDevice => Errno::ENXIO,
        ErrorCode::Overflow => Errno::EOVERFLOW,
        ErrorCode::NotPermitted => Errno::EPERM,
        ErrorCode::Pipe => Errno::EPIPE,
        ErrorCode::ReadOnly => Errno::EROFS,
        ErrorCode::InvalidSeek => Errno::ESPIPE,
        ErrorCode::TextFileBusy => Errno::ETXTBSY,
        ErrorCode::CrossDevice => Errno::EXDEV,
    }
}
