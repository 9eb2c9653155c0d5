//! A tree as it was when it was frozen, as the lower tree of others.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::directory::Directory;
use crate::error_code::{ErrorCode, Result};
use crate::lower::{Lower, LowerId, LowerInode};
use crate::types::{FileType, Ino};

/// An inode of a frozen tree.
#[derive(Debug)]
pub(crate) struct FrozenNode {
    pub(crate) inode: LowerInode,
    /// `Some` for directories.
    pub(crate) directory: Option<Directory>,
}

impl FrozenNode {
    fn names(&self) -> Result<&Directory> {
        self.directory.as_ref().ok_or(ErrorCode::NotDirectory)
    }
}

/// What was touched of a tree, over the lower tree that it had itself.
///
/// Identifiers below the number of slots are slots; those of the lower tree follow.
#[derive(Debug)]
pub(crate) struct FrozenTree {
    pub(crate) nodes: Vec<Option<FrozenNode>>,
    pub(crate) root: LowerId,
    /// Where the inodes are that have several names in the lower tree, of which one was touched.
    pub(crate) linked: HashMap<LowerId, LowerId>,
    pub(crate) lower: Option<Arc<dyn Lower>>,
}

impl FrozenTree {
    fn node(&self, id: LowerId) -> Option<&FrozenNode> {
        self.nodes.get(id.0 as usize)?.as_ref()
    }

    /// The lower tree and the identifier in it, of what was not touched.
    ///
    /// # Errors
    /// `NoEntry`: there is no such thing.
    fn beneath(&self, id: LowerId) -> Result<(&Arc<dyn Lower>, LowerId)> {
        let lower = self.lower.as_ref().ok_or(ErrorCode::NoEntry)?;
        let below = id.0.checked_sub(self.nodes.len() as u32);
        Ok((lower, LowerId(below.ok_or(ErrorCode::NoEntry)?)))
    }

    /// The identifier here of what the lower tree has.
    ///
    /// # Errors
    /// `Overflow`: there are too many.
    fn above(&self, id: LowerId) -> Result<LowerId> {
        if let Some(touched) = self.linked.get(&id) {
            return Ok(*touched);
        }
        let above = id.0.checked_add(self.nodes.len() as u32);
        above.map(LowerId).ok_or(ErrorCode::Overflow)
    }

    /// What the thing is of which both trees have it, if it was untouched in all trees above.
    pub(crate) fn origin(&self, id: LowerId) -> (*const (), LowerId) {
        match self.beneath(id) {
            Ok((lower, below)) if self.node(id).is_none() => (Arc::as_ptr(lower).cast(), below),
            _ => (std::ptr::from_ref(self).cast(), id),
        }
    }

    /// Whether what is below an untouched directory may have been touched elsewhere.
    pub(crate) fn has_touched_links(&self) -> bool {
        !self.linked.is_empty()
    }
}

impl Lower for FrozenTree {
    fn root(&self) -> LowerId {
        self.root
    }

    fn depth(&self) -> u32 {
        1 + self.lower.as_ref().map_or(0, |lower| lower.depth())
    }

    fn inode(&self, id: LowerId) -> Result<LowerInode> {
        match self.node(id) {
            Some(node) => Ok(node.inode.clone()),
            None => {
                let (lower, id) = self.beneath(id)?;
                lower.inode(id)
            }
        }
    }

    fn name_count(&self, directory: LowerId) -> Result<u32> {
        match self.node(directory) {
            Some(node) => Ok(node.names()?.len() as u32),
            None => {
                let (lower, id) = self.beneath(directory)?;
                lower.name_count(id)
            }
        }
    }

    fn look_up(&self, directory: LowerId, name: &str) -> Result<Option<LowerId>> {
        let found = match self.node(directory) {
            Some(node) => {
                let names = node.names()?;
                if let Some(dentry) = names.get(name) {
                    return Ok(Some(dentry.child.lower_id()));
                }
                names.get_untouched(name, self.lower.as_deref())?
            }
            None => {
                let (lower, id) = self.beneath(directory)?;
                lower.look_up(id, name)?
            }
        };
        found.map(|id| self.above(id)).transpose()
    }

    fn list(
        &self,
        directory: LowerId,
        each: &mut dyn FnMut(&str, Ino, FileType) -> Result<()>,
    ) -> Result<()> {
        match self.node(directory) {
            Some(node) => {
                let entries = node.names()?.list(self.lower.as_deref())?;
                let mut entries = entries.into_iter();
                entries.try_for_each(|entry| each(&entry.name, entry.ino, entry.file_type))
            }
            None => {
                let (lower, id) = self.beneath(directory)?;
                lower.list(id, each)
            }
        }
    }
}
