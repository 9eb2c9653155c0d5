//! What guests do to their files: counted, and told to whoever keeps a log.
//!
//! A [`Watched`] file system passes every call on. What it saw is in the guest's [`Activity`], which
//! a [`Monitor`] has of all guests, and which others may read at any time.
//!
//! ```
//! use fs_core::{Access, Descriptor, FileSystem, MemFs, View};
//! use vfs_host::watch::{Monitor, Operation, Watched};
//! use vfs_host::{VfsCtx, WallTime};
//!
//! let files = MemFs::builder(WallTime).build()?;
//! let monitor = Monitor::new();
//! let watched = Watched::new(files, monitor.guest("sensor"));
//! let guest = VfsCtx::builder().build(&watched);
//! # drop(guest);
//! # watched.preopens()[0].descriptor.create_directory_at("log")?;
//! assert_eq!(monitor.guest("sensor").calls(Operation::Create), 1);
//! # Ok::<(), fs_core::ErrorCode>(())
//! ```

mod activity;
mod audit;
mod metrics;

use std::sync::Arc;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileSystem, Listing, NewTimestamp, OpenFlags,
    PathFlags, Preopen, Remove, Result, Stat, SyncLevel, Target, WriteAt, Written,
};

pub use activity::{Activity, Monitor, Operation};
pub use audit::{AuditLog, Event};
pub use metrics::metrics;

/// A file system whose calls are counted.
#[derive(Clone, Debug)]
pub struct Watched<F> {
    files: F,
    activity: Arc<Activity>,
}

impl<F> Watched<F> {
    /// `files`, as the guest sees them whose activity it is.
    pub fn new(files: F, activity: Arc<Activity>) -> Self {
        Self { files, activity }
    }
}

impl<F: FileSystem> FileSystem for Watched<F> {
    type Descriptor = WatchedDescriptor<F::Descriptor>;

    fn preopens(&self) -> Vec<Preopen<Self::Descriptor>> {
        let watch = |Preopen { descriptor, name }| Preopen {
            descriptor: WatchedDescriptor::new(
                descriptor,
                self.activity.place(|| name.clone()),
                &self.activity,
            ),
            name,
        };
        self.files.preopens().into_iter().map(watch).collect()
    }
}

/// An open file description of a [`Watched`] file system.
#[derive(Debug)]
pub struct WatchedDescriptor<D> {
    inner: D,
    /// The path by which it was opened, if somebody wants to know.
    place: Option<Arc<str>>,
    activity: Arc<Activity>,
}

impl<D: Clone> Clone for WatchedDescriptor<D> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.place.clone(), &self.activity)
    }
}

impl<D> Drop for WatchedDescriptor<D> {
    fn drop(&mut self) {
        self.activity.closed();
    }
}

impl<D> WatchedDescriptor<D> {
    fn new(inner: D, place: Option<Arc<str>>, activity: &Arc<Activity>) -> Self {
        activity.opened();
        Self {
            inner,
            place,
            activity: activity.clone(),
        }
    }

    /// Counts a call, and tells of it.
    #[inline]
    fn watch<T>(
        &self,
        operation: Operation,
        path: Option<&str>,
        call: impl FnOnce(&D) -> Result<T>,
    ) -> Result<T> {
        let answer = call(&self.inner);
        self.note(operation, path, answer.as_ref().err().copied());
        answer
    }

    #[inline]
    fn note(&self, operation: Operation, path: Option<&str>, error: Option<ErrorCode>) {
        self.activity.count(operation, error.is_some());
        if self.activity.is_audited() {
            self.tell(operation, path, error);
        }
    }

    #[cold]
    fn tell(&self, operation: Operation, path: Option<&str>, error: Option<ErrorCode>) {
        let place = self.place.as_deref().unwrap_or_default();
        let path = path.map_or_else(|| place.to_owned(), |path| join(place, path));
        self.activity.tell(operation, &path, error);
    }
}

/// A path below the place of a directory.
fn join(place: &str, path: &str) -> String {
    match place.ends_with('/') {
        true => format!("{place}{path}"),
        false => format!("{place}/{path}"),
    }
}

impl<D: Descriptor> Descriptor for WatchedDescriptor<D> {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        let inner = self.watch(Operation::Open, Some(path), |inner| {
            inner.open_at(at, path, open, access)
        })?;
        let place = self.place.as_ref().map(|place| join(place, path).into());
        Ok(Self::new(inner, place, &self.activity))
    }

    #[inline]
    fn flags(&self) -> DescriptorFlags {
        self.inner.flags()
    }

    fn stat(&self) -> Result<Stat> {
        self.watch(Operation::Stat, None, D::stat)
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        self.watch(Operation::Stat, Some(path), |inner| inner.stat_at(at, path))
    }

    #[inline]
    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize> {
        let read = self.inner.read_at(offset, len, sink);
        self.note(Operation::Read, None, read.err());
        self.activity.read(read.unwrap_or(0));
        read
    }

    #[inline]
    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written> {
        let written = self.inner.write_at(at, len, source);
        self.note(Operation::Write, None, written.err());
        self.activity
            .wrote(written.map_or(0, |written| written.len));
        written
    }

    fn set_size(&self, size: u64) -> Result<()> {
        self.watch(Operation::Resize, None, |inner| inner.set_size(size))
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        self.watch(Operation::Resize, None, |inner| inner.allocate(offset, len))
    }

    fn advise(&self, offset: u64, len: u64) -> Result<()> {
        self.inner.advise(offset, len)
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let path = match target {
            Target::This => None,
            Target::At(_, path) => Some(path),
        };
        self.watch(Operation::SetTimes, path, |inner| {
            inner.set_times_at(target, access, modification)
        })
    }

    fn read_dir(&self) -> Result<Listing> {
        self.watch(Operation::List, None, D::read_dir)
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        self.watch(Operation::Create, Some(path), |inner| {
            inner.create_directory_at(path)
        })
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        self.watch(Operation::Link, Some(path), |inner| {
            inner.symlink_at(target, path)
        })
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        self.watch(Operation::Stat, Some(path), |inner| inner.readlink_at(path))
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        new_dir.watch(Operation::Link, Some(new_path), |new| {
            self.inner.link_at(at, old_path, new, new_path)
        })
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        // The old name goes, the new one comes: each is told, and counted once.
        let answer = self.inner.rename_at(old_path, &new_dir.inner, new_path);
        self.note(Operation::Rename, Some(old_path), answer.err());
        if self.activity.is_audited() {
            new_dir.tell(Operation::Rename, Some(new_path), answer.err());
        }
        answer
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        self.watch(Operation::Remove, Some(path), |inner| {
            inner.remove_at(path, kind)
        })
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        self.watch(Operation::Sync, None, |inner| inner.sync(level))
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.inner.is_same_object(&other.inner)
    }
}
