//! Inodes: what names and open file descriptions share.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::content::Content;
use crate::error_code::Result;
use crate::lower::{LowerInode, Mutability};
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
    mode: u32,
    mutability: Mutability,
    record: RwLock<Record>,
    /// Bytes that were charged for what the inode itself holds.
    charged: u64,
    space: Arc<Space>,
}

/// What an inode is, for ever.
#[derive(Clone, Debug)]
pub(crate) enum InodeKind {
    File,
    Directory,
    /// The target, verbatim.
    Symlink(Box<str>),
}

impl InodeKind {
    /// The permission bits of an inode that a program made. Programs neither see nor change them.
    fn default_mode(&self) -> u32 {
        match self {
            Self::File => 0o644,
            Self::Directory => 0o755,
            Self::Symlink(_) => 0o777,
        }
    }

    /// Bytes that an inode of this kind holds beside its content.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::File | Self::Directory => 0,
            Self::Symlink(target) => target.len() as u64,
        }
    }
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

    /// Notes that a name is gone. An image that was not verified may have said that there are fewer.
    pub(crate) fn lose_link(&mut self) {
        self.link_count = self.link_count.saturating_sub(1);
    }

    /// Notes a change of an attribute.
    pub(crate) fn touch_attributes(&mut self, now: Timestamp) {
        self.change = now.max(EARLIEST);
    }
}

impl Inode {
    /// An inode without a name, already charged to `space`, as is the target of a symbolic link.
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
            mode: kind.default_mode(),
            charged: kind.size(),
            kind,
            mutability: Mutability::Mutable,
            record: RwLock::new(record),
            space,
        }
    }

    /// An inode of a lower tree, already charged to `space`. It has one name or more.
    pub(crate) fn copied_up(lower: LowerInode, space: Arc<Space>) -> Self {
        let record = Record {
            link_count: lower.link_count.max(1),
            access: lower.access.max(EARLIEST),
            modification: lower.modification.max(EARLIEST),
            change: lower.change.max(EARLIEST),
            content: Content::over(lower.content, space.clone()),
        };
        Self {
            ino: lower.ino,
            kind: lower.kind,
            mode: lower.mode,
            mutability: lower.mutability,
            record: RwLock::new(record),
            charged: 0,
            space,
        }
    }

    /// The inode as it is now, its content shared from now on.
    ///
    /// # Errors
    /// `InsufficientSpace`; nothing has changed then.
    pub(crate) fn freeze(&self) -> Result<LowerInode> {
        let mut record = self.write();
        Ok(LowerInode {
            content: record.content.freeze()?,
            ino: self.ino,
            kind: self.kind.clone(),
            mode: self.mode,
            link_count: record.link_count,
            access: record.access,
            modification: record.modification,
            change: record.change,
            mutability: self.mutability,
        })
    }

    /// Its permission bits.
    pub(crate) fn mode(&self) -> u32 {
        self.mode
    }

    /// Whether it is part of a read-only mount.
    pub(crate) fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }

    /// Charges a further name, as a tmpfs does: names take memory, and inodes alone are counted.
    ///
    /// # Errors
    /// `InsufficientSpace`
    pub(crate) fn charge_name(&self) -> Result<()> {
        self.space.charge_inode()
    }

    /// One of several names is gone.
    pub(crate) fn release_name(&self) {
        self.space.release_inode();
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
                kind @ (InodeKind::Directory | InodeKind::Symlink(_)) => kind.size(),
            },
            access: record.access,
            modification: record.modification,
            change: record.change,
        }
    }
}

impl Drop for Inode {
    fn drop(&mut self) {
        self.space.release(self.charged);
        self.space.release_inode();
    }
}
