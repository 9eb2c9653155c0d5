//! File systems that nobody changes any more, and those that begin where one of them ended.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::clock::Clock;
use crate::descriptor::MemDescriptor;
use crate::error_code::Result;
use crate::lower::{Lower, LowerId, LowerInode};
use crate::mem_fs::{MemFs, Shared};
use crate::read_only::ReadOnly;
use crate::space::Usage;
use crate::types::{FileType, Ino};

/// A file system that does not change any more. `clone` shares it.
///
/// Any number of file systems can [start](Snapshot::fork) from it. That takes the same time for
/// every size, and each takes room for what it touches and writes only; all content is shared.
#[derive(Clone)]
pub struct Snapshot {
    shared: Arc<Shared>,
}

impl MemFs {
    /// The file system as it is, for ever; in no time, and without a copy. To go on, fork it.
    ///
    /// # Errors
    /// The file system itself, if a clone or a descriptor of it is still in use.
    pub fn freeze(mut self) -> core::result::Result<Snapshot, Self> {
        match Arc::get_mut(&mut self.shared) {
            Some(_) => Ok(Snapshot {
                shared: self.shared,
            }),
            None => Err(self),
        }
    }
}

impl Snapshot {
    /// A file system that begins as this one is, with its limits and preopens. Of its quota of
    /// bytes nothing is used: what it inherits is not charged until it changes.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub fn fork(&self, clock: impl Clock + 'static) -> Result<MemFs> {
        let frozen = Frozen(self.shared.clone());
        MemFs::builder(clock)
            .limits(self.shared.space.limits())
            .preopens(self.shared.preopens.clone())
            .over(
                Arc::new(frozen),
                self.usage().inodes,
                self.shared.next_ino.load(Ordering::Relaxed),
            )
    }

    /// What it holds beyond what it was forked from.
    pub fn usage(&self) -> Usage {
        self.shared.space.usage()
    }

    /// A view of it.
    pub fn view(&self) -> ReadOnly<MemFs> {
        ReadOnly::new(MemFs {
            shared: self.shared.clone(),
        })
    }

    /// The root directory, for [images](crate::image::ImageBuilder::tree) of it.
    pub(crate) fn root(&self) -> MemDescriptor {
        MemFs {
            shared: self.shared.clone(),
        }
        .root()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("usage", &self.usage())
            .finish()
    }
}

/// A frozen file system as a lower tree: its inodes are named by their slots. What it has of a
/// lower tree itself is copied up into it when a fork touches it, for all forks.
struct Frozen(Arc<Shared>);

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Frozen").finish()
    }
}

impl Lower for Frozen {
    fn root(&self) -> LowerId {
        LowerId(self.0.read().root().slot)
    }

    fn inode(&self, id: LowerId) -> Result<LowerInode> {
        let tree = self.0.read();
        Ok(tree.inode(tree.id_at(id.0)?)?.to_lower())
    }

    fn name_count(&self, directory: LowerId) -> Result<u32> {
        let tree = self.0.read();
        let names = tree.directory(tree.id_at(directory.0)?)?;
        Ok(names.len() as u32)
    }

    fn look_up(&self, directory: LowerId, name: &str) -> Result<Option<LowerId>> {
        self.0.look(|tree| {
            let found = tree.look_up(tree.id_at(directory.0)?, name)?;
            Ok(found.map(|id| LowerId(id.slot)))
        })
    }

    fn list(
        &self,
        directory: LowerId,
        each: &mut dyn FnMut(&str, Ino, FileType) -> Result<()>,
    ) -> Result<()> {
        let tree = self.0.read();
        for entry in tree.list(tree.id_at(directory.0)?)? {
            each(&entry.name, entry.ino, entry.file_type)?;
        }
        Ok(())
    }
}
