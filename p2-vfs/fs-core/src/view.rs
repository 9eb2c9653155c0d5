//! Some directories of a file system, as all that a program sees of it.

use crate::error_code::Result;
use crate::file_system::{Descriptor, FileSystem, Preopen};
use crate::read_only::ReadOnlyDescriptor;
use crate::types::{
    DescriptorFlags, Listing, NewTimestamp, OpenFlags, PathFlags, Remove, Stat, SyncLevel, Target,
    WriteAt, Written,
};

/// What a program may do with a directory that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Whatever the directory allows.
    ReadWrite,
    /// Nothing that changes it: every attempt is `ReadOnly`, as with [`ReadOnly`](crate::ReadOnly).
    ReadOnly,
}

/// The directories that a program is given, each under a name of its own, and nothing above them.
///
/// ```
/// use fs_core::{Access, Clock, Descriptor, FileSystem, MemFs, Timestamp, View};
///
/// # struct Fixed;
/// # impl Clock for Fixed {
/// #     fn now(&self) -> Timestamp {
/// #         Timestamp(1_700_000_000_000_000_000)
/// #     }
/// # }
/// let fs = MemFs::builder(Fixed).build()?;
/// fs.root().create_directory_at("etc")?;
/// fs.root().create_directory_at("own")?;
/// let view = View::empty()
///     .directory("/", fs.root().open_directory_at("own")?, Access::ReadWrite)
///     .directory("/etc", fs.root().open_directory_at("etc")?, Access::ReadOnly);
/// let [root, etc] = &view.preopens()[..] else { panic!("two directories") };
/// root.descriptor.create_directory_at("new")?;
/// let refused = etc.descriptor.create_directory_at("new");
/// assert_eq!(refused, Err(fs_core::ErrorCode::ReadOnly));
/// # Ok::<(), fs_core::ErrorCode>(())
/// ```
#[derive(Clone, Debug)]
pub struct View<D> {
    preopens: Vec<Preopen<ViewDescriptor<D>>>,
}

impl<D: Descriptor> View<D> {
    /// Nothing: every path fails.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            preopens: Vec::new(),
        }
    }

    /// All that programs are given of `fs` anyway.
    #[must_use]
    pub fn of(fs: &impl FileSystem<Descriptor = D>, access: Access) -> Self {
        let mut view = Self::empty();
        for Preopen { descriptor, name } in fs.preopens() {
            view = view.directory(name, descriptor, access);
        }
        view
    }

    /// Adds a directory under the name that the program knows it by, such as `/`.
    #[must_use]
    pub fn directory(mut self, name: impl Into<String>, directory: D, access: Access) -> Self {
        self.preopens.push(Preopen {
            descriptor: match access {
                Access::ReadWrite => ViewDescriptor::ReadWrite(directory),
                Access::ReadOnly => ViewDescriptor::ReadOnly(ReadOnlyDescriptor::new(directory)),
            },
            name: name.into(),
        });
        self
    }
}

impl<D: Descriptor> FileSystem for View<D> {
    type Descriptor = ViewDescriptor<D>;

    fn preopens(&self) -> Vec<Preopen<ViewDescriptor<D>>> {
        self.preopens.clone()
    }
}

/// An open file description of a [`View`].
#[derive(Clone, Debug)]
pub enum ViewDescriptor<D> {
    /// As it is.
    ReadWrite(D),
    /// Not to be changed.
    ReadOnly(ReadOnlyDescriptor<D>),
}

/// The same call on whichever it is.
macro_rules! either {
    ($view:expr, $inner:ident => $call:expr) => {
        match $view {
            ViewDescriptor::ReadWrite($inner) => $call,
            ViewDescriptor::ReadOnly($inner) => $call,
        }
    };
}

impl<D: Descriptor> ViewDescriptor<D> {
    fn inner(&self) -> &D {
        match self {
            Self::ReadWrite(inner) => inner,
            Self::ReadOnly(inner) => inner.inner(),
        }
    }

    fn as_read_only(&self) -> ReadOnlyDescriptor<D> {
        ReadOnlyDescriptor::new(self.inner().clone())
    }
}

impl<D: Descriptor> Descriptor for ViewDescriptor<D> {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        Ok(match self {
            Self::ReadWrite(inner) => Self::ReadWrite(inner.open_at(at, path, open, access)?),
            Self::ReadOnly(inner) => Self::ReadOnly(inner.open_at(at, path, open, access)?),
        })
    }

    fn flags(&self) -> DescriptorFlags {
        either!(self, inner => inner.flags())
    }

    fn stat(&self) -> Result<Stat> {
        self.inner().stat()
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        self.inner().stat_at(at, path)
    }

    #[inline]
    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize> {
        self.inner().read_at(offset, len, sink)
    }

    #[inline]
    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written> {
        either!(self, inner => inner.write_at(at, len, source))
    }

    fn set_size(&self, size: u64) -> Result<()> {
        either!(self, inner => inner.set_size(size))
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        either!(self, inner => inner.allocate(offset, len))
    }

    fn advise(&self, offset: u64, len: u64) -> Result<()> {
        self.inner().advise(offset, len)
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        either!(self, inner => inner.set_times_at(target, access, modification))
    }

    fn read_dir(&self) -> Result<Listing> {
        self.inner().read_dir()
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        either!(self, inner => inner.create_directory_at(path))
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        either!(self, inner => inner.symlink_at(target, path))
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        self.inner().readlink_at(path)
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        match (self, new_dir) {
            (Self::ReadWrite(old), Self::ReadWrite(new)) => {
                old.link_at(at, old_path, new, new_path)
            }
            (old, new) => {
                let (old, new) = (old.as_read_only(), new.as_read_only());
                old.link_at(at, old_path, &new, new_path)
            }
        }
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        match (self, new_dir) {
            (Self::ReadWrite(old), Self::ReadWrite(new)) => old.rename_at(old_path, new, new_path),
            (old, new) => {
                let (old, new) = (old.as_read_only(), new.as_read_only());
                old.rename_at(old_path, &new, new_path)
            }
        }
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        either!(self, inner => inner.remove_at(path, kind))
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        self.inner().sync(level)
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.inner().is_same_object(other.inner())
    }
}
