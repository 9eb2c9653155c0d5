//! Linux behind the seam: each operation is one system call of the same meaning, and its `errno`
//! the answer. Running the rules here shows that they are Linux's.
//!
//! What is not the kernel's own: paths are held below a descriptor by `RESOLVE_BENEATH`, whose
//! `EXDEV` is `NotPermitted`; calls without that flag get the parent directory, opened with it, and
//! the last component. Files are opened with `O_NOATIME`.

use std::path::Path;
use std::sync::Arc;

use fs_core::{
    Descriptor, DescriptorFlags, DirEntry, ErrorCode, FileSystem, FileType, Ino, Listing,
    NewTimestamp, OpenFlags, PathFlags, Preopen, Remove, Result, Stat, SyncLevel, Target,
    Timestamp, WriteAt, Written,
};
use fs_testsuite::Subject;
use rustix::fd::OwnedFd;
use rustix::fs::{
    AtFlags, CWD, FallocateFlags, Mode, OFlags, RawDir, ResolveFlags, Timespec, Timestamps,
    UTIME_NOW, UTIME_OMIT, openat, openat2,
};
use rustix::io::{Errno, IoSlice, ReadWriteFlags, pread, pwrite, pwritev2};
use tempfile::TempDir;

/// Where Linux has a tmpfs, the file system that ours is compared to.
pub(crate) const TMPFS: &str = "/dev/shm";

/// Linux, in a temporary directory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostSubject;

impl Subject for HostSubject {
    type FileSystem = HostFs;

    fn fresh(&self) -> HostFs {
        let directory = TempDir::new_in(TMPFS);
        HostFs(Arc::new(directory.expect("a tmpfs that can be written to")))
    }
}

/// A temporary directory, removed with its last descriptor.
#[derive(Clone, Debug)]
pub(crate) struct HostFs(Arc<TempDir>);

impl FileSystem for HostFs {
    type Descriptor = HostDescriptor;

    fn preopens(&self) -> Vec<Preopen<HostDescriptor>> {
        let fd = open_directory(self.0.path()).expect("a temporary directory");
        let stat = rustix::fs::fstat(&fd).expect("an open directory");
        let descriptor = HostDescriptor {
            fd: Arc::new(fd),
            flags: DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            top: Ino(stat.st_ino),
            _directory: self.0.clone(),
        };
        let name = "/".to_owned();
        vec![Preopen { descriptor, name }]
    }
}

fn open_directory(path: &Path) -> rustix::io::Result<OwnedFd> {
    openat(
        CWD,
        path,
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// A file descriptor of Linux.
#[derive(Clone, Debug)]
pub(crate) struct HostDescriptor {
    fd: Arc<OwnedFd>,
    flags: DescriptorFlags,
    /// The directory that is its own parent.
    top: Ino,
    _directory: Arc<TempDir>,
}

impl HostDescriptor {
    /// Opens below this descriptor.
    fn open_beneath(&self, path: &str, flags: OFlags) -> Result<OwnedFd> {
        let mode = if flags.contains(OFlags::CREATE) {
            Mode::RUSR | Mode::WUSR
        } else {
            Mode::empty()
        };
        let flags = flags | OFlags::CLOEXEC;
        if self.stat()?.file_type != FileType::Directory {
            // The kernel says so too, but looks for bytes that no path has before.
            return Err(ErrorCode::NotDirectory);
        }
        loop {
            match openat2(&self.fd, path, flags, mode, ResolveFlags::BENEATH) {
                // A rename elsewhere, while `..` was resolved (openat2(2)).
                Err(Errno::AGAIN) => {}
                Err(Errno::XDEV) => return Err(ErrorCode::NotPermitted),
                answer => return answer.map_err(error_code),
            }
        }
    }

    /// What is at `path`, for looking at it.
    fn look(&self, at: PathFlags, path: &str) -> Result<OwnedFd> {
        self.open_beneath(path, OFlags::PATH | last_link(at))
    }

    /// The directory in which a path's last component is, and that component with the slashes
    /// behind it.
    fn parent<'p>(&self, path: &'p str) -> Result<(OwnedFd, &'p str)> {
        // The kernel sees the path in two pieces: neither is too long, nor out of the directory.
        if path.is_empty() || path.starts_with('/') || path.len() > 4095 || path.contains('\0') {
            return match self.look(PathFlags::empty(), path) {
                Ok(_) => unreachable!("the kernel refuses such paths"),
                Err(error) => Err(error),
            };
        }
        let name_start = path.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
        let (parent, last) = path.split_at(name_start);
        let parent = if parent.is_empty() { "." } else { parent };
        let parent = self.open_beneath(parent, OFlags::PATH | OFlags::DIRECTORY)?;
        if last.trim_end_matches('/') == ".." {
            self.look(PathFlags::empty(), path)?;
        }
        Ok((parent, last))
    }
}

impl Descriptor for HostDescriptor {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        let mut flags = last_link(at) | OFlags::NOATIME;
        for (ours, linux) in [
            (OpenFlags::CREATE, OFlags::CREATE),
            (OpenFlags::DIRECTORY, OFlags::DIRECTORY),
            (OpenFlags::EXCLUSIVE, OFlags::EXCL),
            (OpenFlags::TRUNCATE, OFlags::TRUNC),
        ] {
            flags.set(linux, open.contains(ours));
        }
        let (read, write) = (DescriptorFlags::READ, DescriptorFlags::WRITE);
        flags |= match (access.contains(read), access.contains(write)) {
            (_, false) => OFlags::RDONLY,
            (false, true) => OFlags::WRONLY,
            (true, true) => OFlags::RDWR,
        };
        Ok(Self {
            fd: Arc::new(self.open_beneath(path, flags)?),
            flags: access,
            ..self.clone()
        })
    }

    fn flags(&self) -> DescriptorFlags {
        self.flags
    }

    fn stat(&self) -> Result<Stat> {
        stat_of(&self.fd)
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        stat_of(&self.look(at, path)?)
    }

    fn read_at(&self, offset: u64, len: usize, mut sink: impl FnMut(&[u8])) -> Result<usize> {
        let mut buffer = vec![0; len];
        let count = pread(&self.fd, &mut buffer[..], offset).map_err(error_code)?;
        sink(&buffer[..count]);
        Ok(count)
    }

    fn write_at(
        &self,
        at: WriteAt,
        len: usize,
        mut source: impl FnMut(&mut [u8]),
    ) -> Result<Written> {
        let mut buffer = vec![0; len];
        source(&mut buffer);
        let answer = match at {
            WriteAt::Offset(offset) => pwrite(&self.fd, &buffer, offset),
            WriteAt::End => pwritev2(
                &self.fd,
                &[IoSlice::new(&buffer)],
                0,
                ReadWriteFlags::APPEND,
            ),
        };
        let len = answer.map_err(error_code)?;
        let end = match at {
            WriteAt::Offset(offset) => offset + len as u64,
            WriteAt::End => self.stat()?.size,
        };
        Ok(Written { len, end })
    }

    fn set_size(&self, size: u64) -> Result<()> {
        rustix::fs::ftruncate(&self.fd, size).map_err(error_code)
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        let extend = FallocateFlags::empty();
        rustix::fs::fallocate(&self.fd, extend, offset, len).map_err(error_code)
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let times = Timestamps {
            last_access: timespec(access),
            last_modification: timespec(modification),
        };
        let set = |fd: &OwnedFd| rustix::fs::utimensat(fd, "", &times, AtFlags::EMPTY_PATH);
        let answer = match target {
            Target::This => set(&self.fd),
            Target::At(at, path) => set(&self.look(at, path)?),
        };
        answer.map_err(error_code)
    }

    fn read_dir(&self) -> Result<Listing> {
        let this = self.stat()?.ino;
        let mut parent = this;
        let mut entries = Vec::new();
        let directory = self.open_beneath(".", OFlags::DIRECTORY | OFlags::NOATIME)?;
        let mut buffer = Vec::with_capacity(1 << 16);
        let mut listed = RawDir::new(directory, buffer.spare_capacity_mut());
        while let Some(entry) = listed.next() {
            let entry = entry.map_err(error_code)?;
            let ino = Ino(entry.ino());
            match entry.file_name().to_str() {
                Ok(".") => {}
                Ok("..") if this == self.top => {}
                Ok("..") => parent = ino,
                Ok(name) => entries.push(DirEntry {
                    ino,
                    file_type: file_type(entry.file_type()),
                    name: name.to_owned(),
                }),
                Err(_) => return Err(ErrorCode::IllegalByteSequence),
            }
        }
        Ok(Listing {
            this,
            parent,
            entries,
        })
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        rustix::fs::mkdirat(parent, name, Mode::RWXU).map_err(error_code)
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        // The kernel reads the target before it walks.
        match target {
            "" => return Err(ErrorCode::NoEntry),
            _ if target.len() > 4095 => return Err(ErrorCode::NameTooLong),
            _ if target.contains('\0') => return Err(ErrorCode::Invalid),
            _ => {}
        }
        let (parent, name) = self.parent(path)?;
        rustix::fs::symlinkat(target, parent, name).map_err(error_code)
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        let (parent, name) = self.parent(path)?;
        // A link before a slash is followed: not out of the directory.
        self.look(PathFlags::empty(), path)?;
        let target = rustix::fs::readlinkat(parent, name, Vec::new()).map_err(error_code)?;
        target
            .into_string()
            .map_err(|_| ErrorCode::IllegalByteSequence)
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        let (old_parent, old) = self.parent(old_path)?;
        // The kernel looks the old name up before it walks to the new one.
        self.look(at, old_path)?;
        let (new_parent, new) = new_dir.parent(new_path)?;
        let mut flags = AtFlags::empty();
        flags.set(
            AtFlags::SYMLINK_FOLLOW,
            at.contains(PathFlags::SYMLINK_FOLLOW),
        );
        rustix::fs::linkat(old_parent, old, new_parent, new, flags).map_err(error_code)
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        let (old_parent, old) = self.parent(old_path)?;
        let (new_parent, new) = new_dir.parent(new_path)?;
        rustix::fs::renameat(old_parent, old, new_parent, new).map_err(error_code)
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        let flags = match kind {
            Remove::File => AtFlags::empty(),
            Remove::Directory => AtFlags::REMOVEDIR,
        };
        rustix::fs::unlinkat(parent, name, flags).map_err(error_code)
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        let answer = match level {
            SyncLevel::Data => rustix::fs::fdatasync(&self.fd),
            SyncLevel::All => rustix::fs::fsync(&self.fd),
        };
        answer.map_err(error_code)
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.stat().map(|stat| stat.ino) == other.stat().map(|stat| stat.ino)
    }
}

fn last_link(at: PathFlags) -> OFlags {
    if at.contains(PathFlags::SYMLINK_FOLLOW) {
        OFlags::empty()
    } else {
        OFlags::NOFOLLOW
    }
}

fn stat_of(fd: &OwnedFd) -> Result<Stat> {
    let stat = rustix::fs::fstat(fd).map_err(error_code)?;
    let time = |seconds: i64, nanoseconds: u64| {
        Timestamp(seconds.unsigned_abs() * 1_000_000_000 + nanoseconds)
    };
    Ok(Stat {
        ino: Ino(stat.st_ino),
        file_type: file_type(rustix::fs::FileType::from_raw_mode(stat.st_mode)),
        link_count: stat.st_nlink,
        size: stat.st_size.unsigned_abs(),
        access: time(stat.st_atime, stat.st_atime_nsec),
        modification: time(stat.st_mtime, stat.st_mtime_nsec),
        change: time(stat.st_ctime, stat.st_ctime_nsec),
    })
}

fn file_type(linux: rustix::fs::FileType) -> FileType {
    match linux {
        rustix::fs::FileType::Directory => FileType::Directory,
        rustix::fs::FileType::Symlink => FileType::SymbolicLink,
        _ => FileType::RegularFile,
    }
}

fn timespec(time: NewTimestamp) -> Timespec {
    let (tv_sec, tv_nsec) = match time {
        NewTimestamp::NoChange => (0, UTIME_OMIT),
        NewTimestamp::Now => (0, UTIME_NOW),
        NewTimestamp::At(Timestamp(time)) => {
            ((time / 1_000_000_000) as i64, (time % 1_000_000_000) as i64)
        }
    };
    Timespec { tv_sec, tv_nsec }
}

fn error_code(errno: Errno) -> ErrorCode {
    match errno {
        Errno::BADF => ErrorCode::BadDescriptor,
        Errno::BUSY => ErrorCode::Busy,
        Errno::EXIST => ErrorCode::Exist,
        Errno::FBIG => ErrorCode::FileTooLarge,
        Errno::INVAL => ErrorCode::Invalid,
        Errno::ISDIR => ErrorCode::IsDirectory,
        Errno::LOOP => ErrorCode::Loop,
        Errno::NAMETOOLONG => ErrorCode::NameTooLong,
        Errno::NOENT => ErrorCode::NoEntry,
        Errno::NOSPC => ErrorCode::InsufficientSpace,
        Errno::NOTDIR => ErrorCode::NotDirectory,
        Errno::NOTEMPTY => ErrorCode::NotEmpty,
        Errno::OVERFLOW => ErrorCode::Overflow,
        Errno::PERM => ErrorCode::NotPermitted,
        Errno::ROFS => ErrorCode::ReadOnly,
        Errno::XDEV => ErrorCode::CrossDevice,
        other => panic!("no rule expects this of Linux: {other}"),
    }
}
