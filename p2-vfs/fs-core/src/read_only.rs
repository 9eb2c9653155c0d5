//! Any file system, as one that cannot be changed.

use crate::error_code::{ErrorCode, Result};
use crate::file_system::{Descriptor, FileSystem, Preopen};
use crate::path::{Components, check_link_target, last_component, parent_path};
use crate::types::{
    DescriptorFlags, FileType, Listing, NewTimestamp, OpenFlags, PathFlags, Remove, Stat,
    SyncLevel, Target, WriteAt, Written,
};

/// A view of a file system through which nothing can be changed: every attempt is `ReadOnly`.
///
/// Which error wins is decided as on Linux's read-only mounts. What is wrong with the way to a name
/// comes first, and so does a name that exists where a new one is to be made; `ReadOnly` comes
/// before it is looked what there is to be moved or removed. Descriptors are open for reading only,
/// and answer to writing as such descriptors do.
#[derive(Clone, Debug)]
pub struct ReadOnly<F>(F);

impl<F> ReadOnly<F> {
    /// A view of `fs`.
    pub fn new(fs: F) -> Self {
        Self(fs)
    }
}

impl<F: FileSystem> FileSystem for ReadOnly<F> {
    type Descriptor = ReadOnlyDescriptor<F::Descriptor>;

    fn preopens(&self) -> Vec<Preopen<Self::Descriptor>> {
        let preopens = self.0.preopens().into_iter();
        preopens
            .map(|preopen| Preopen {
                descriptor: ReadOnlyDescriptor(preopen.descriptor),
                name: preopen.name,
            })
            .collect()
    }
}

/// An open file description of a [`ReadOnly`] file system.
#[derive(Clone, Debug)]
pub struct ReadOnlyDescriptor<D>(D);

impl<D: Descriptor> Descriptor for ReadOnlyDescriptor<D> {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        let changing = OpenFlags::CREATE | OpenFlags::TRUNCATE;
        if open.contains(OpenFlags::DIRECTORY) && open.intersects(changing | OpenFlags::EXCLUSIVE) {
            return Err(ErrorCode::Invalid);
        }
        let create = open.contains(OpenFlags::CREATE);
        if create && path.ends_with('/') {
            return Err(match self.refuse(path) {
                ErrorCode::ReadOnly => ErrorCode::IsDirectory,
                error => error,
            });
        }
        if create && open.contains(OpenFlags::EXCLUSIVE) {
            return Err(self.refuse_new(path));
        }
        let reading = access - DescriptorFlags::WRITE;
        let opened = match self.0.open_at(at, path, open - changing, reading) {
            Err(ErrorCode::NoEntry) if create => return Err(self.refuse(path)),
            opened => opened?,
        };
        let writing = access.contains(DescriptorFlags::WRITE);
        match opened.stat()?.file_type {
            FileType::Directory if writing || open.intersects(changing) => {
                Err(ErrorCode::IsDirectory)
            }
            _ if writing || open.contains(OpenFlags::TRUNCATE) => Err(ErrorCode::ReadOnly),
            _ => Ok(Self(opened)),
        }
    }

    fn flags(&self) -> DescriptorFlags {
        self.0.flags() - DescriptorFlags::MUTATE_DIRECTORY
    }

    fn stat(&self) -> Result<Stat> {
        self.0.stat()
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        self.0.stat_at(at, path)
    }

    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize> {
        self.0.read_at(offset, len, sink)
    }

    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written> {
        self.0.write_at(at, len, source)
    }

    fn set_size(&self, size: u64) -> Result<()> {
        self.0.set_size(size)
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        self.0.allocate(offset, len)
    }

    fn set_times_at(&self, target: Target<'_>, _: NewTimestamp, _: NewTimestamp) -> Result<()> {
        if let Target::At(at, path) = target {
            self.0.stat_at(at, path)?;
        }
        Err(ErrorCode::ReadOnly)
    }

    fn read_dir(&self) -> Result<Listing> {
        self.0.read_dir()
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        Err(self.refuse_new(path))
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        check_link_target(target)?;
        Err(self.refuse_new_file(path))
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        self.0.readlink_at(path)
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        if at.contains(PathFlags::SYMLINK_FOLLOW) {
            return Err(ErrorCode::Invalid);
        }
        self.0.stat_at(PathFlags::empty(), old_path)?;
        Err(new_dir.refuse_new_file(new_path))
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        for (directory, path) in [(self, old_path), (new_dir, new_path)] {
            let refused = directory.refuse(path);
            if refused != ErrorCode::ReadOnly {
                return Err(refused);
            }
        }
        let is_dots = |path| matches!(last_component(path), "." | "..");
        Err(if is_dots(old_path) || is_dots(new_path) {
            ErrorCode::Busy
        } else {
            ErrorCode::ReadOnly
        })
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        Err(match (self.refuse(path), last_component(path), kind) {
            (ErrorCode::ReadOnly, "." | "..", Remove::File) => ErrorCode::IsDirectory,
            (ErrorCode::ReadOnly, ".", Remove::Directory) => ErrorCode::Invalid,
            (ErrorCode::ReadOnly, "..", Remove::Directory) => ErrorCode::NotEmpty,
            (error, _, _) => error,
        })
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        self.0.sync(level)
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.0.is_same_object(&other.0)
    }
}

impl<D: Descriptor> ReadOnlyDescriptor<D> {
    pub(crate) fn new(descriptor: D) -> Self {
        Self(descriptor)
    }

    pub(crate) fn inner(&self) -> &D {
        &self.0
    }

    /// Why the name at `path` is not changed, be it there or not.
    fn refuse(&self, path: &str) -> ErrorCode {
        if let Err(error) = Components::of(path) {
            return error;
        }
        let way = match last_component(path) {
            ".." => path,
            _ => parent_path(path),
        };
        let parent = self.0.stat_at(PathFlags::SYMLINK_FOLLOW, way);
        parent.err().unwrap_or(ErrorCode::ReadOnly)
    }

    /// Why no directory is made at `path`.
    fn refuse_new(&self, path: &str) -> ErrorCode {
        let refused = self.refuse(path);
        if refused != ErrorCode::ReadOnly {
            return refused;
        }
        let name = path.trim_end_matches('/');
        match self.0.stat_at(PathFlags::empty(), name) {
            Ok(_) => ErrorCode::Exist,
            Err(ErrorCode::NoEntry) => refused,
            Err(error) => error,
        }
    }

    /// Why nothing that is not a directory is made at `path`.
    fn refuse_new_file(&self, path: &str) -> ErrorCode {
        match self.refuse_new(path) {
            ErrorCode::ReadOnly if path.ends_with('/') => ErrorCode::NoEntry,
            error => error,
        }
    }
}
