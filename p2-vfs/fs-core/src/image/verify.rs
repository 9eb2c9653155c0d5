//! Whether all of an image is good.

use super::decode::{Image, ImageError};
use super::record::{EntryRecord, InodeRecord, RecordKind};
use super::{EMPTY_SLOT, FAST_CHECKSUM, hash};
use crate::lower::{Lower, LowerId};
use crate::path::is_component;

impl Image {
    /// Checks every inode, every name and the content of every file: that they match their
    /// checksums, and that they make a tree.
    ///
    /// # Errors
    /// `Checksum`, `Inode`, `Name`, `Content`.
    pub fn verify(&self) -> Result<(), ImageError> {
        if FAST_CHECKSUM.checksum(self.metadata()) != self.header.checksum {
            return Err(ImageError::Checksum);
        }
        let free = (0..self.header.slots).filter(|slot| self.slot(*slot) == Some(EMPTY_SLOT));
        if free.count() as u64 + u64::from(self.header.entries) != u64::from(self.header.slots) {
            return Err(ImageError::Checksum);
        }
        self.verify_tree()?;
        for index in 0..self.header.inodes {
            let record = self.verify_inode(index).ok_or(ImageError::Inode(index))?;
            if record.kind == RecordKind::File {
                let content = self.content(record.at, record.len);
                let content = content.ok_or(ImageError::Inode(index))?;
                if FAST_CHECKSUM.checksum(&content) != record.checksum {
                    return Err(ImageError::Content(index));
                }
            }
        }
        Ok(())
    }

    fn verify_inode(&self, index: u32) -> Option<InodeRecord> {
        let record = self.inode_record(index)?;
        let makes_sense = match record.kind {
            RecordKind::File => true,
            RecordKind::Directory => self.entries_of(&record).is_some(),
            RecordKind::Symlink => self.target_of(&record).is_some(),
        };
        makes_sense.then_some(record)
    }

    /// Walks the whole tree: every entry belongs to one directory, every inode is reached as often
    /// as it says, a directory once.
    fn verify_tree(&self) -> Result<(), ImageError> {
        let mut names = Vec::new();
        names
            .try_reserve_exact(self.header.inodes as usize)
            .map_err(|_| ImageError::InsufficientSpace)?;
        names.resize(self.header.inodes as usize, 0_u32);
        let mut subdirectories = names.clone();
        let mut directories = vec![0_u32];
        let mut seen = 0_u64;
        while let Some(directory) = directories.pop() {
            let damaged = ImageError::Inode(directory);
            let record = self.inode_record(directory).ok_or(damaged)?;
            if record.kind != RecordKind::Directory {
                return Err(damaged);
            }
            let entries = self.entries_of(&record).ok_or(damaged)?;
            seen += entries.len() as u64;
            let mut last = "";
            for index in entries {
                let entry = self.verify_entry(directory, index, last);
                let (name, entry) = entry.ok_or(ImageError::Name(index))?;
                last = name;
                let count = &mut names[entry.inode as usize];
                *count += 1;
                if entry.kind == RecordKind::Directory {
                    subdirectories[directory as usize] += 1;
                    if *count > 1 || entry.inode == 0 {
                        return Err(ImageError::Name(index));
                    }
                    directories.push(entry.inode);
                }
            }
        }
        if seen != u64::from(self.header.entries) {
            return Err(ImageError::Checksum);
        }
        for index in 0..self.header.inodes {
            let record = self.inode_record(index);
            let record = record.ok_or(ImageError::Inode(index))?;
            let expected = match record.kind {
                RecordKind::Directory => subdirectories[index as usize] + 2,
                RecordKind::File | RecordKind::Symlink => names[index as usize],
            };
            let is_reached = names[index as usize] > 0 || index == 0;
            if !is_reached || record.link_count != expected {
                return Err(ImageError::Inode(index));
            }
        }
        Ok(())
    }

    /// An entry that can be found, is a name behind `last`, and is what its inode is.
    fn verify_entry(&self, directory: u32, index: u32, last: &str) -> Option<(&str, EntryRecord)> {
        let entry = self.entry_record(index)?;
        let name = self.name_of(&entry)?;
        let found = self.look_up(LowerId(directory), name);
        let is_good = is_component(name)
            && last < name
            && entry.hash == hash(directory, name)
            && found == Ok(Some(LowerId(entry.inode)))
            && self.inode_record(entry.inode)?.kind == entry.kind;
        is_good.then_some((name, entry))
    }
}
