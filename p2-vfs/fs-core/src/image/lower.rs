//! An image as a lower tree.

use std::ops::Range;

use bytes::Bytes;

use super::decode::Image;
use super::record::{EntryRecord, InodeRecord, RecordKind};
use super::{EMPTY_SLOT, hash};
use crate::error_code::{ErrorCode, Result};
use crate::inode::InodeKind;
use crate::lower::{Lower, LowerId, LowerInode, Mutability};
use crate::path::check_link_target;
use crate::types::{FileType, Ino};

/// How many slots of the hash table one search looks at: a table without an empty slot must not
/// keep a program busy.
pub(super) const MAX_PROBES: u32 = 1024;

const DAMAGED: ErrorCode = ErrorCode::Io;

/// The number of the inode at an index.
pub(super) fn ino_of(index: u32) -> Ino {
    Ino(u64::from(index) + 1)
}

impl From<RecordKind> for FileType {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::File => Self::RegularFile,
            RecordKind::Directory => Self::Directory,
            RecordKind::Symlink => Self::SymbolicLink,
        }
    }
}

impl Image {
    /// The entries of a directory, by their indices.
    pub(super) fn entries_of(&self, directory: &InodeRecord) -> Option<Range<u32>> {
        let first = u32::try_from(directory.at).ok()?;
        let end = first.checked_add(u32::try_from(directory.len).ok()?)?;
        (end <= self.header.entries).then_some(first..end)
    }

    pub(super) fn name_of(&self, entry: &EntryRecord) -> Option<&str> {
        self.text(entry.name_at.into(), entry.name_len.into())
    }

    /// What a link leads to.
    pub(super) fn target_of(&self, link: &InodeRecord) -> Option<&str> {
        self.text(link.at, link.len)
            .filter(|target| check_link_target(target).is_ok())
    }

    fn directory(&self, id: LowerId) -> Result<Range<u32>> {
        let record = self.inode_record(id.0).ok_or(DAMAGED)?;
        match record.kind {
            RecordKind::Directory => self.entries_of(&record).ok_or(DAMAGED),
            RecordKind::File | RecordKind::Symlink => Err(ErrorCode::NotDirectory),
        }
    }
}

impl Lower for Image {
    fn root(&self) -> LowerId {
        LowerId(0)
    }

    fn inode(&self, id: LowerId) -> Result<LowerInode> {
        let record = self.inode_record(id.0).ok_or(DAMAGED)?;
        let mut content = Bytes::new();
        let kind = match record.kind {
            RecordKind::File => {
                content = self.content(record.at, record.len).ok_or(DAMAGED)?;
                InodeKind::File
            }
            RecordKind::Directory => InodeKind::Directory,
            RecordKind::Symlink => {
                InodeKind::Symlink(self.target_of(&record).ok_or(DAMAGED)?.into())
            }
        };
        Ok(LowerInode {
            ino: ino_of(id.0),
            kind,
            mode: record.mode,
            link_count: record.link_count.into(),
            access: record.access,
            modification: record.modification,
            change: record.change,
            mutability: if record.is_read_only {
                Mutability::ReadOnly
            } else {
                Mutability::Mutable
            },
            content: content.into(),
        })
    }

    fn name_count(&self, directory: LowerId) -> Result<u32> {
        Ok(self.directory(directory)?.len() as u32)
    }

    fn look_up(&self, directory: LowerId, name: &str) -> Result<Option<LowerId>> {
        let entries = self.directory(directory)?;
        let hash = hash(directory.0, name);
        for probe in 0..MAX_PROBES.min(self.header.slots) {
            let slot = hash.wrapping_add(probe) & (self.header.slots - 1);
            let index = self.slot(slot).ok_or(DAMAGED)?;
            if index == EMPTY_SLOT {
                return Ok(None);
            }
            if !entries.contains(&index) {
                continue;
            }
            let entry = self.entry_record(index).ok_or(DAMAGED)?;
            if entry.hash == hash && self.name_of(&entry) == Some(name) {
                return Ok(Some(LowerId(entry.inode)));
            }
        }
        Err(DAMAGED)
    }

    fn list(
        &self,
        directory: LowerId,
        each: &mut dyn FnMut(&str, Ino, FileType) -> Result<()>,
    ) -> Result<()> {
        for index in self.directory(directory)? {
            let entry = self.entry_record(index).ok_or(DAMAGED)?;
            let name = self.name_of(&entry).ok_or(DAMAGED)?;
            each(name, ino_of(entry.inode), entry.kind.into())?;
        }
        Ok(())
    }
}
