//! The names of one directory.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use crate::error_code::{ErrorCode, Result};
use crate::tree::InodeId;
use crate::types::FileType;

/// A name and the inode behind it.
#[derive(Debug)]
pub(crate) struct Dentry {
    pub(crate) name: Box<str>,
    pub(crate) child: InodeId,
    pub(crate) file_type: FileType,
}

/// The names of a directory, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) parent: InodeId,
    /// Removed names leave a gap, so that those behind keep their place.
    slots: Vec<Option<Dentry>>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Directory {
    pub(crate) fn new(parent: InodeId) -> Self {
        Self {
            parent,
            slots: Vec::new(),
            by_name: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Dentry> {
        self.slots.iter().flatten()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Dentry> {
        let slot = self
            .by_name
            .find(self.hash(name), |slot| self.is_named(*slot, name))?;
        self.slots[*slot as usize].as_ref()
    }

    /// Makes room for one more name, so that [`Directory::insert`] cannot fail.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub(crate) fn reserve(&mut self) -> Result<()> {
        self.compact();
        let Self {
            slots,
            by_name,
            hasher,
            ..
        } = self;
        slots
            .try_reserve(1)
            .map_err(|_| ErrorCode::InsufficientSpace)?;
        by_name
            .try_reserve(1, |slot| rehash(slots, hasher, *slot))
            .map_err(|_| ErrorCode::InsufficientSpace)
    }

    /// Adds a name that is not there yet.
    pub(crate) fn insert(&mut self, dentry: Dentry) {
        let hash = self.hash(&dentry.name);
        let slot = self.slots.len() as u32;
        self.slots.push(Some(dentry));
        let Self {
            slots,
            by_name,
            hasher,
            ..
        } = self;
        by_name.insert_unique(hash, slot, |slot| rehash(slots, hasher, *slot));
    }

    /// Removes a name.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Dentry> {
        let hash = self.hash(name);
        let Self { slots, by_name, .. } = self;
        let found = by_name.find_entry(hash, |slot| {
            slots[*slot as usize]
                .as_ref()
                .is_some_and(|dentry| &*dentry.name == name)
        });
        let (slot, _) = found.ok()?.remove();
        let dentry = slots[slot as usize].take();
        while let Some(None) = slots.last() {
            slots.pop();
        }
        dentry
    }

    /// Puts another inode behind an existing name.
    pub(crate) fn replace(&mut self, name: &str, child: InodeId, file_type: FileType) {
        let hash = self.hash(name);
        let found = self.by_name.find(hash, |slot| self.is_named(*slot, name));
        if let Some(slot) = found.copied()
            && let Some(dentry) = &mut self.slots[slot as usize]
        {
            dentry.child = child;
            dentry.file_type = file_type;
        }
    }

    /// Closes the gaps once they are more than the names, which is rare enough to cost nothing per
    /// removal.
    fn compact(&mut self) {
        if self.slots.len() < 32 || self.slots.len() < 2 * self.len() {
            return;
        }
        self.slots.retain(Option::is_some);
        self.by_name.clear();
        let Self {
            slots,
            by_name,
            hasher,
            ..
        } = self;
        for slot in 0..slots.len() as u32 {
            // The table keeps its room, so nothing is allocated.
            by_name.insert_unique(rehash(slots, hasher, slot), slot, |slot| {
                rehash(slots, hasher, *slot)
            });
        }
    }

    fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
    }

    fn is_named(&self, slot: u32, name: &str) -> bool {
        self.slots[slot as usize]
            .as_ref()
            .is_some_and(|dentry| &*dentry.name == name)
    }
}

fn rehash(slots: &[Option<Dentry>], hasher: &DefaultHashBuilder, slot: u32) -> u64 {
    slots[slot as usize]
        .as_ref()
        .map_or(0, |dentry| hasher.hash_one(&*dentry.name))
}
