//! The file system in memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::clock::{Clock, Pace};
use crate::content::Content;
use crate::descriptor::MemDescriptor;
use crate::error_code::Result;
use crate::file_system::{Descriptor, FileSystem, Preopen};
use crate::inode::{Inode, InodeKind};
use crate::lower::Lower;
use crate::space::{Limits, Space, Usage};
use crate::tree::{Stop, Tree};
use crate::types::{DescriptorFlags, Ino, OpenFlags, PathFlags, Timestamp};

/// A file system in memory. `clone` shares it.
///
/// Names are guarded by one lock, the content and the attributes of each inode by its own; the
/// names' lock is taken first.
///
/// ```
/// use fs_core::{Clock, Descriptor, MemFs, Timestamp, WriteAt};
///
/// struct Fixed;
/// impl Clock for Fixed {
///     fn now(&self) -> Timestamp {
///         Timestamp(1_700_000_000_000_000_000)
///     }
/// }
///
/// let fs = MemFs::builder(Fixed).build()?;
/// fs.root().create_directory_at("etc")?;
/// assert_eq!(fs.root().stat_at(fs_core::PathFlags::empty(), "etc")?.link_count, 2);
/// # Ok::<(), fs_core::ErrorCode>(())
/// ```
#[derive(Clone)]
pub struct MemFs {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    tree: RwLock<Tree>,
    pub(crate) space: Arc<Space>,
    clock: Box<dyn Clock>,
    pace: &'static Pace,
    pub(crate) next_ino: AtomicU64,
    pub(crate) preopens: Vec<(String, String)>,
}

impl Shared {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Tree> {
        self.tree.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `look` on the tree, again and again until all that it meets of the lower tree is copied
    /// up.
    pub(crate) fn look<T>(
        &self,
        look: impl Fn(&Tree) -> core::result::Result<T, Stop>,
    ) -> Result<T> {
        loop {
            let looked = look(&self.read());
            match looked {
                Ok(seen) => return Ok(seen),
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Untouched(name)) => self.write().copy_up(name, &self.space)?,
            }
        }
    }

    /// The same with `change`, which must not have changed anything when it meets something.
    pub(crate) fn change<T>(
        &self,
        mut change: impl FnMut(&mut Tree) -> core::result::Result<T, Stop>,
    ) -> Result<T> {
        let mut tree = self.write();
        loop {
            match change(&mut tree) {
                Ok(done) => return Ok(done),
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Untouched(name)) => tree.copy_up(name, &self.space)?,
            }
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.pace.look(self.clock.now())
    }

    /// The time of changes that come in great numbers.
    #[inline]
    pub(crate) fn coarse_now(&self) -> Timestamp {
        self.pace.step().unwrap_or_else(|| self.now())
    }

    /// An inode without a name.
    ///
    /// # Errors
    /// `InsufficientSpace`: the quota of inodes or of bytes is used up.
    pub(crate) fn new_inode(&self, kind: InodeKind) -> Result<Arc<Inode>> {
        let content = Content::empty(self.space.clone());
        let now = self.now();
        self.space.charge_inode()?;
        if let Err(error) = self.space.charge(kind.size()) {
            self.space.release_inode();
            return Err(error);
        }
        let ino = Ino(self.next_ino.fetch_add(1, Ordering::Relaxed));
        Ok(Arc::new(Inode::new(
            ino,
            kind,
            content,
            now,
            self.space.clone(),
        )))
    }
}

impl MemFs {
    /// An empty file system to be, with the time from `clock`.
    pub fn builder(clock: impl Clock + 'static) -> MemFsBuilder {
        MemFsBuilder {
            clock: Box::new(clock),
            limits: Limits::default(),
            preopens: vec![root_preopen()],
        }
    }

    /// The root directory, for whoever owns the file system rather than a program in it.
    pub fn root(&self) -> MemDescriptor {
        let tree = self.shared.read();
        let id = tree.root();
        let inode = tree.inode(id).cloned();
        MemDescriptor::new(
            self.shared.clone(),
            id,
            inode.expect("the root is never removed"),
            DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
        )
    }

    /// What the file system may hold.
    pub fn limits(&self) -> Limits {
        self.shared.space.limits()
    }

    /// What the file system holds.
    pub fn usage(&self) -> Usage {
        self.shared.space.usage()
    }
}

/// The root as `/`.
pub(crate) fn root_preopen() -> (String, String) {
    ("/".to_owned(), ".".to_owned())
}

impl FileSystem for MemFs {
    type Descriptor = MemDescriptor;

    fn preopens(&self) -> Vec<Preopen<MemDescriptor>> {
        let root = self.root();
        let open = |path: &str| {
            root.open_at(
                PathFlags::SYMLINK_FOLLOW,
                path,
                OpenFlags::DIRECTORY,
                DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            )
        };
        let preopens = self.shared.preopens.iter();
        preopens
            .filter_map(|(name, path)| {
                Some(Preopen {
                    descriptor: open(path).ok()?,
                    name: name.clone(),
                })
            })
            .collect()
    }
}

/// What a [`MemFs`] starts with.
pub struct MemFsBuilder {
    clock: Box<dyn Clock>,
    limits: Limits,
    preopens: Vec<(String, String)>,
}

impl MemFsBuilder {
    /// How much it may hold.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The directories that programs start with, instead of the root as `/`: pairs of a name and a
    /// path relative to the root. Directories that do not exist are created.
    #[must_use]
    pub fn preopens(mut self, preopens: Vec<(String, String)>) -> Self {
        self.preopens = preopens;
        self
    }

    /// Makes it.
    ///
    /// # Errors
    /// Those of [`Descriptor::create_directory_at`] for a preopen's path; `InsufficientSpace`
    /// (a quota of no inodes).
    pub fn build(self) -> Result<MemFs> {
        let space = Arc::new(Space::new(self.limits));
        space.charge_inode()?;
        let root = Inode::new(
            Ino(1),
            InodeKind::Directory,
            Content::empty(space.clone()),
            self.clock.now(),
            space.clone(),
        );
        self.finish(Tree::new(Arc::new(root)), space, 2)
    }

    /// Makes it over a tree whose inodes and further names are charged as `inodes`, and have numbers
    /// below `next_ino`.
    ///
    /// # Errors
    /// As [`MemFsBuilder::build`]; `Io` (the lower tree has no root).
    pub(crate) fn over(self, lower: Arc<dyn Lower>, inodes: u64, next_ino: u64) -> Result<MemFs> {
        let space = Arc::new(Space::new(self.limits));
        space.charge_inodes(inodes)?;
        let tree = Tree::over(lower, inodes, &space)?;
        self.finish(tree, space, next_ino)
    }

    fn finish(self, tree: Tree, space: Arc<Space>, next_ino: u64) -> Result<MemFs> {
        let shared = Shared {
            tree: RwLock::new(tree),
            space,
            pace: self.clock.pace(),
            clock: self.clock,
            next_ino: AtomicU64::new(next_ino),
            preopens: self.preopens,
        };
        let fs = MemFs {
            shared: Arc::new(shared),
        };
        for (_, path) in &fs.shared.preopens {
            fs.root().create_directories(path)?;
        }
        Ok(fs)
    }
}
