//! Inodes: what names and open file descriptions share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::content::Content;
use crate::space::Space;
use crate::types::{FileType, Ino, Stat, Timestamp};

/// The earliest time an inode shows: programs take 0 for «unknown», and a host without a clock
/// says 0.
const EARLIEST: Timestamp = Timestamp(1_000_000_000);

/// An inode. It lives as long as a name or an open description holds it.
#[derive(Debug)]
pub(crate) struct Inode {
    ino: Ino,
    kind: InodeKind,
    record: RwLock<Record>,
    space: Arc<Space>,
}

/// What an inode is, for ever.
#[derive(Debug)]
pub(crate) enum InodeKind {
    File,
    Directory,
    /// The target, verbatim.
    Symlink(Box<str>),
}

/// What of an inode changes.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) link_count: u64,
    pub(crate) access: Timestamp,
    pub(crate) modification: Timestamp,
    pub(crate) change: Timestamp,
    /// Empty unless the inode is a file.
    pub(crate) content: Content,
}

impl Record {
    /// Notes a change of the content.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.modification = now.max(EARLIEST);
        self.change = self.modification;
    }

    /// Sets all times to one.
    pub(crate) fn set_times(&mut self, time: Timestamp) {
        self.touch(time);
        self.access = self.modification;
    }

    /// Notes a change of an attribute.
    pub(crate) fn touch_attributes(&mut self, now: Timestamp) {
        self.change = now.max(EARLIEST);
    }
}

impl Inode {
    /// An inode without a name, already charged to `space`.
    pub(crate) fn new(
        ino: Ino,
        kind: InodeKind,
        content: Content,
        now: Timestamp,
        space: Arc<Space>,
    ) -> Self {
        let now = now.max(EARLIEST);
        let record = Record {
            link_count: 0,
            access: now,
            modification: now,
            change: now,
            content,
        };
        Self {
            ino,
            kind,
            record: RwLock::new(record),
            space,
        }
    }

    pub(crate) fn ino(&self) -> Ino {
        self.ino
    }

    pub(crate) fn kind(&self) -> &InodeKind {
        &self.kind
    }

    pub(crate) fn file_type(&self) -> FileType {
        match self.kind {
            InodeKind::File => FileType::RegularFile,
            InodeKind::Directory => FileType::Directory,
            InodeKind::Symlink(_) => FileType::SymbolicLink,
        }
    }

    /// Locks what changes, for looking.
    #[inline]
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Record> {
        self.record.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks what changes, for changing.
    #[inline]
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Record> {
        self.record.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stat(&self) -> Stat {
        let record = self.read();
        Stat {
            ino: self.ino,
            file_type: self.file_type(),
            link_count: record.link_count,
            size: match &self.kind {
                InodeKind::File => record.content.size(),
                InodeKind::Directory => 0,
                InodeKind::Symlink(target) => target.len() as u64,
            },
            access: record.access,
            modification: record.modification,
            change: record.change,
        }
    }
}

impl Drop for Inode {
    fn drop(&mut self) {
        self.space.release_inode();
    }
}
