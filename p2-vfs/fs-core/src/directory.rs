//! The names of one directory: those it got, over those of its lower tree.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use crate::error_code::{ErrorCode, Result};
use crate::lower::{Lower, LowerId};
use crate::tree::InodeId;
use crate::types::{DirEntry, FileType};

/// A name and the inode behind it.
#[derive(Clone, Debug)]
pub(crate) struct Dentry {
    pub(crate) name: Box<str>,
    pub(crate) child: InodeId,
    pub(crate) file_type: FileType,
    pub(crate) place: Place,
}

/// Where a name is in the order of its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind those that came before it.
    Own,
    /// Where the lower tree has the same name, which this one stands for.
    Lower,
}

/// The names of a directory: those of the lower tree in its order, then the others in the order in
/// which they came.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) parent: InodeId,
    lower: Option<Box<LowerNames>>,
    /// Removed names leave a gap, so that those behind keep their place.
    slots: Vec<Option<Dentry>>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What a directory has of its lower tree.
#[derive(Clone, Debug)]
struct LowerNames {
    id: LowerId,
    count: usize,
    /// Names that are not where the lower tree has them any more.
    whiteouts: HashSet<Box<str>>,
    /// How many of the directory's names stand for one of the lower tree.
    covered: usize,
}

impl Directory {
    /// A directory that has the names of one of the lower tree.
    pub(crate) fn over(parent: InodeId, id: LowerId, count: u32) -> Self {
        let lower = LowerNames {
            id,
            count: count as usize,
            whiteouts: HashSet::new(),
            covered: 0,
        };
        Self {
            lower: Some(Box::new(lower)),
            ..Self::new(parent)
        }
    }

    pub(crate) fn new(parent: InodeId) -> Self {
        Self {
            parent,
            lower: None,
            slots: Vec::new(),
            by_name: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        let untouched = self.lower.as_ref().map_or(0, |lower| {
            let gone = lower.whiteouts.len() + lower.covered;
            lower.count.saturating_sub(gone)
        });
        self.by_name.len() + untouched
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All names in their order.
    ///
    /// # Errors
    /// `InsufficientMemory`, `Io` (the lower tree is damaged).
    pub(crate) fn list(&self, lower: Option<&dyn Lower>) -> Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        let mut push = |ino, file_type, name: &str| {
            entries
                .try_reserve(1)
                .map_err(|_| ErrorCode::InsufficientMemory)?;
            entries.push(DirEntry {
                ino,
                file_type,
                name: String::from(name),
            });
            Ok(())
        };
        if let (Some(names), Some(lower)) = (&self.lower, lower) {
            lower.list(names.id, &mut |name, ino, file_type| match self
                .get(name)
                .filter(|dentry| dentry.place == Place::Lower)
            {
                Some(dentry) => push(dentry.child.ino, dentry.file_type, name),
                None if names.whiteouts.contains(name) => Ok(()),
                None => push(ino, file_type, name),
            })?;
        }
        for dentry in self.slots.iter().flatten() {
            if dentry.place == Place::Own {
                push(dentry.child.ino, dentry.file_type, &dentry.name)?;
            }
        }
        Ok(entries)
    }

    /// Makes all names its own, after those of the lower tree have been copied up.
    pub(crate) fn detach(&mut self) {
        self.lower = None;
        for dentry in self.slots.iter_mut().flatten() {
            dentry.place = Place::Own;
        }
    }

    /// What is behind its own names and those that were copied up.
    pub(crate) fn children(&self) -> impl Iterator<Item = InodeId> {
        self.slots.iter().flatten().map(|dentry| dentry.child)
    }

    /// The inode behind a name that only the lower tree has.
    ///
    /// # Errors
    /// `Io` (the lower tree is damaged).
    pub(crate) fn get_untouched(
        &self,
        name: &str,
        lower: Option<&dyn Lower>,
    ) -> Result<Option<LowerId>> {
        match (&self.lower, lower) {
            (Some(names), Some(lower)) if !names.whiteouts.contains(name) => {
                lower.look_up(names.id, name)
            }
            _ => Ok(None),
        }
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
        if dentry.place == Place::Lower
            && let Some(lower) = &mut self.lower
        {
            lower.covered += 1;
        }
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

    /// Makes room for the removal of one name, so that [`Directory::remove`] cannot fail.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub(crate) fn reserve_whiteout(&mut self) -> Result<()> {
        let Some(lower) = &mut self.lower else {
            return Ok(());
        };
        lower
            .whiteouts
            .try_reserve(1)
            .map_err(|_| ErrorCode::InsufficientSpace)
    }

    /// Removes a name. One of the lower tree leaves a whiteout.
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
        if let (Some(lower), Some(dentry)) = (&mut self.lower, &dentry)
            && dentry.place == Place::Lower
        {
            lower.covered -= 1;
            lower.whiteouts.insert(dentry.name.clone());
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
