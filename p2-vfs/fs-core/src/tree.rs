//! The tree: every inode that has a name, and the directories that hold the names.

use std::sync::Arc;

use slab::Slab;

use crate::directory::{Dentry, Directory};
use crate::error_code::{ErrorCode, Result};
use crate::inode::{Inode, InodeKind};
use crate::types::Ino;

/// Where an inode is in the tree. The number tells a slot's present inode from earlier ones: it
/// is the slot's generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InodeId {
    slot: u32,
    pub(crate) ino: Ino,
}

#[derive(Debug)]
struct Node {
    inode: Arc<Inode>,
    /// `Some` for directories.
    directory: Option<Directory>,
}

/// All inodes with a name, in slots.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Slab<Node>,
    root: InodeId,
}

impl Tree {
    /// A tree with nothing but this directory.
    pub(crate) fn new(root: Arc<Inode>) -> Self {
        let id = InodeId {
            slot: 0,
            ino: root.ino(),
        };
        root.write().link_count = 2;
        let mut nodes = Slab::new();
        nodes.insert(Node {
            inode: root,
            directory: Some(Directory::new(id)),
        });
        Self { nodes, root: id }
    }

    pub(crate) fn root(&self) -> InodeId {
        self.root
    }

    fn node(&self, id: InodeId) -> Option<&Node> {
        self.nodes
            .get(id.slot as usize)
            .filter(|node| node.inode.ino() == id.ino)
    }

    fn node_mut(&mut self, id: InodeId) -> Option<&mut Node> {
        self.nodes
            .get_mut(id.slot as usize)
            .filter(|node| node.inode.ino() == id.ino)
    }

    /// The inode of a name.
    ///
    /// # Errors
    /// `NoEntry`: its last name is gone.
    pub(crate) fn inode(&self, id: InodeId) -> Result<&Arc<Inode>> {
        let node = self.node(id).ok_or(ErrorCode::NoEntry)?;
        Ok(&node.inode)
    }

    /// The names of a directory.
    ///
    /// # Errors
    /// `NoEntry` (it was removed), `NotDirectory`.
    pub(crate) fn directory(&self, id: InodeId) -> Result<&Directory> {
        let node = self.node(id).ok_or(ErrorCode::NoEntry)?;
        node.directory.as_ref().ok_or(ErrorCode::NotDirectory)
    }

    /// The names of a directory, to be changed.
    ///
    /// # Errors
    /// `NoEntry` (it was removed), `NotDirectory`.
    pub(crate) fn directory_mut(&mut self, id: InodeId) -> Result<&mut Directory> {
        let node = self.node_mut(id).ok_or(ErrorCode::NoEntry)?;
        node.directory.as_mut().ok_or(ErrorCode::NotDirectory)
    }

    /// Gives a new inode its first name. On an error nothing has changed.
    ///
    /// # Errors
    /// `NoEntry` (the directory was removed), `NotDirectory`, `InsufficientSpace`.
    pub(crate) fn add(
        &mut self,
        parent: InodeId,
        name: Box<str>,
        inode: Arc<Inode>,
    ) -> Result<InodeId> {
        self.directory_mut(parent)?.reserve()?;
        let slot = u32::try_from(self.nodes.vacant_key())
            .ok()
            .filter(|_| self.has_room())
            .ok_or(ErrorCode::InsufficientSpace)?;
        let child = InodeId {
            slot,
            ino: inode.ino(),
        };
        let is_directory = matches!(inode.kind(), InodeKind::Directory);
        let file_type = inode.file_type();
        inode.write().link_count = if is_directory { 2 } else { 1 };
        self.nodes.insert(Node {
            inode,
            directory: is_directory.then(|| Directory::new(parent)),
        });
        if is_directory {
            self.inode(parent)?.write().link_count += 1;
        }
        self.directory_mut(parent)?.insert(Dentry {
            name,
            child,
            file_type,
        });
        Ok(child)
    }

    /// Gives an inode that is not a directory one more name. On an error nothing has changed.
    ///
    /// # Errors
    /// `NoEntry` (either is gone), `NotDirectory`, `InsufficientSpace`.
    pub(crate) fn link(&mut self, parent: InodeId, name: Box<str>, child: InodeId) -> Result<()> {
        let inode = self.inode(child)?.clone();
        let directory = self.directory_mut(parent)?;
        directory.reserve()?;
        directory.insert(Dentry {
            name,
            child,
            file_type: inode.file_type(),
        });
        inode.write().link_count += 1;
        Ok(())
    }

    /// Takes a name away, and the inode with its last name. Open descriptions keep it alive.
    ///
    /// # Errors
    /// `NoEntry`, `NotDirectory`.
    pub(crate) fn unlink(&mut self, parent: InodeId, name: &str) -> Result<()> {
        let removed = self.directory_mut(parent)?.remove(name);
        let child = removed.ok_or(ErrorCode::NoEntry)?.child;
        self.release_name(parent, child)
    }

    /// Moves a name over another one, or to where there is none. On an error nothing has changed.
    /// The caller has checked the rules of rename.
    ///
    /// # Errors
    /// `NoEntry`, `NotDirectory`, `InsufficientSpace`.
    pub(crate) fn rename(
        &mut self,
        (old_parent, old_name): (InodeId, &str),
        (new_parent, new_name): (InodeId, Box<str>),
    ) -> Result<()> {
        let moved = self.directory(old_parent)?.get(old_name);
        let (child, file_type) = moved
            .map(|dentry| (dentry.child, dentry.file_type))
            .ok_or(ErrorCode::NoEntry)?;
        let target = self.directory_mut(new_parent)?;
        target.reserve()?;
        match target.get(&new_name).map(|dentry| dentry.child) {
            Some(replaced) => {
                target.replace(&new_name, child, file_type);
                self.release_name(new_parent, replaced)?;
            }
            None => target.insert(Dentry {
                name: new_name,
                child,
                file_type,
            }),
        }
        self.directory_mut(old_parent)?.remove(old_name);
        if let Ok(directory) = self.directory_mut(child) {
            directory.parent = new_parent;
            self.inode(old_parent)?.write().link_count -= 1;
            self.inode(new_parent)?.write().link_count += 1;
        }
        Ok(())
    }

    /// Whether `id` is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, id: InodeId, ancestor: InodeId) -> bool {
        let mut current = id;
        loop {
            if current == ancestor {
                return true;
            }
            match self.directory(current) {
                Ok(directory) if current != self.root => current = directory.parent,
                _ => return false,
            }
        }
    }

    /// Accounts for a name of `child` that was taken out of `parent`.
    fn release_name(&mut self, parent: InodeId, child: InodeId) -> Result<()> {
        let node = self.node(child).ok_or(ErrorCode::NoEntry)?;
        let is_last = if node.directory.is_some() {
            node.inode.write().link_count = 0;
            self.inode(parent)?.write().link_count -= 1;
            true
        } else {
            let mut record = node.inode.write();
            record.link_count -= 1;
            record.link_count == 0
        };
        if is_last {
            self.nodes.remove(child.slot as usize);
        }
        Ok(())
    }

    /// Whether one more node fits without an allocation that could fail the process.
    fn has_room(&mut self) -> bool {
        // `Slab` has no fallible growth; it doubles. A small trial allocation of that size tells.
        if self.nodes.len() < self.nodes.capacity() {
            return true;
        }
        let mut trial = Vec::<Node>::new();
        trial
            .try_reserve_exact(self.nodes.capacity().max(4) * 2)
            .is_ok()
    }
}
