//! The tree: every inode that has a name, and the directories that hold the names.
//!
//! Below it may lie a lower tree. What of it nobody has touched is not in here: a look-up that
//! meets it stops with [`Stop::Untouched`], and goes on after [`Tree::copy_up`].

use std::sync::Arc;

use hashbrown::HashMap;
use slab::Slab;

use crate::directory::{Dentry, Directory, Place};
use crate::error_code::{ErrorCode, Result};
use crate::frozen_tree::{FrozenNode, FrozenTree};
use crate::inode::{Inode, InodeKind};
use crate::lower::{Lower, LowerId};
use crate::space::Space;
use crate::types::{DirEntry, Ino};

/// How many trees lie on each other at most.
const MAX_DEPTH: u32 = 16;

/// Where an inode is in the tree. The number tells a slot's present inode from earlier ones: it
/// is the slot's generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InodeId {
    slot: u32,
    pub(crate) ino: Ino,
}

impl InodeId {
    /// Where the inode is once its tree is frozen.
    pub(crate) fn lower_id(self) -> LowerId {
        LowerId(self.slot)
    }
}

#[derive(Debug)]
struct Node {
    inode: Arc<Inode>,
    /// `Some` for directories.
    directory: Option<Directory>,
}

/// Why an operation on the tree did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It failed.
    Error(ErrorCode),
    /// It met a name that has to be copied up. Nothing has changed.
    Untouched(Untouched),
}

impl From<ErrorCode> for Stop {
    fn from(code: ErrorCode) -> Self {
        Self::Error(code)
    }
}

/// A name that only the lower tree has.
#[derive(Debug)]
pub(crate) struct Untouched {
    directory: InodeId,
    name: Box<str>,
    id: LowerId,
}

/// All inodes with a name, in slots.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Slab<Node>,
    root: InodeId,
    lower: Option<Arc<dyn Lower>>,
    /// The inodes with several names in the lower tree of which one was touched.
    linked: HashMap<LowerId, InodeId>,
    /// What the names are charged: an inode for its first name, and one more for each further one,
    /// those of the lower tree among them.
    charged: u64,
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
        Self {
            nodes,
            root: id,
            lower: None,
            linked: HashMap::new(),
            charged: 1,
        }
    }

    /// The tree that begins as `lower` is, for whose inodes and further names `charged` was charged
    /// to `space`.
    ///
    /// # Errors
    /// `Io` (the root is no directory), `InsufficientSpace`.
    pub(crate) fn over(lower: Arc<dyn Lower>, charged: u64, space: &Arc<Space>) -> Result<Self> {
        let inode = lower.inode(lower.root())?;
        if !matches!(inode.kind, InodeKind::Directory) {
            return Err(ErrorCode::Io);
        }
        let links = inode.link_count;
        let mut tree = Self::new(Arc::new(Inode::copied_up(inode, space.clone())));
        let count = lower.name_count(lower.root())?;
        let root = &mut tree.nodes[0];
        root.inode.write().link_count = links;
        root.directory = Some(Directory::over(tree.root, lower.root(), count));
        tree.lower = Some(lower);
        tree.charged = charged;
        Ok(tree)
    }

    /// How much a tree that begins as this one is charged: its inodes and their further names.
    pub(crate) fn charged(&self) -> u64 {
        self.charged
    }

    /// The tree as it is now. Contents are shared from now on. Where too many trees lie on each
    /// other, they become one.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io` (the lower tree is damaged).
    pub(crate) fn freeze(&mut self, space: &Arc<Space>) -> Result<FrozenTree> {
        let is_deep = self
            .lower
            .as_ref()
            .is_some_and(|it| it.depth() >= MAX_DEPTH);
        if is_deep {
            self.copy_all_up(space)?;
        }
        let mut nodes = Vec::new();
        let slots = self.nodes.iter().map(|(slot, _)| slot + 1).max();
        nodes
            .try_reserve_exact(slots.unwrap_or(0))
            .map_err(|_| ErrorCode::InsufficientSpace)?;
        nodes.resize_with(slots.unwrap_or(0), || None);
        for (slot, node) in &self.nodes {
            nodes[slot] = Some(FrozenNode {
                inode: node.inode.freeze()?,
                directory: node.directory.clone(),
            });
        }
        let linked = self.linked.iter();
        let linked = linked.filter(|(_, child)| self.inode(**child).is_ok());
        Ok(FrozenTree {
            nodes,
            root: self.root.lower_id(),
            linked: linked.map(|(id, child)| (*id, child.lower_id())).collect(),
            lower: self.lower.clone(),
        })
    }

    /// Copies everything up, so that the lower tree is not needed any more.
    fn copy_all_up(&mut self, space: &Arc<Space>) -> Result<()> {
        let mut directories = vec![self.root];
        while let Some(directory) = directories.pop() {
            for entry in self.list(directory)? {
                match self.look_up(directory, &entry.name) {
                    Ok(_) => {}
                    Err(Stop::Error(error)) => return Err(error),
                    Err(Stop::Untouched(name)) => self.copy_up(name, space)?,
                }
            }
            self.directory_mut(directory)?.detach();
            let children = self.directory(directory)?.children();
            let children = children.filter(|child| self.directory(*child).is_ok());
            directories.extend(children);
        }
        self.lower = None;
        self.linked = HashMap::new();
        Ok(())
    }

    /// The inode behind a name.
    ///
    /// # Errors
    /// `NoEntry` (the directory was removed), `NotDirectory`, `Io` (the lower tree is damaged).
    pub(crate) fn look_up(
        &self,
        directory: InodeId,
        name: &str,
    ) -> core::result::Result<Option<InodeId>, Stop> {
        let names = self.directory(directory)?;
        if let Some(dentry) = names.get(name) {
            return Ok(Some(dentry.child));
        }
        match names.get_untouched(name, self.lower.as_deref())? {
            None => Ok(None),
            Some(id) => Err(Stop::Untouched(Untouched {
                directory,
                name: name.into(),
                id,
            })),
        }
    }

    /// All names of a directory in their order.
    ///
    /// # Errors
    /// `NoEntry` (it was removed), `NotDirectory`, `InsufficientMemory`, `Io` (the lower tree is
    /// damaged).
    pub(crate) fn list(&self, directory: InodeId) -> Result<Vec<DirEntry>> {
        self.directory(directory)?.list(self.lower.as_deref())
    }

    /// Makes an inode of its own for a name of the lower tree, unless somebody was faster.
    ///
    /// # Errors
    /// `InsufficientSpace`, `Io` (the lower tree is damaged).
    pub(crate) fn copy_up(&mut self, untouched: Untouched, space: &Arc<Space>) -> Result<()> {
        let Untouched {
            directory,
            name,
            id,
        } = untouched;
        let Some(lower) = self.lower.clone() else {
            return Ok(());
        };
        let Ok(names) = self.directory_mut(directory) else {
            return Ok(());
        };
        let is_touched = names.get(&name).is_some();
        if is_touched || names.get_untouched(&name, Some(&*lower))? != Some(id) {
            return Ok(());
        }
        names.reserve()?;
        let linked = self.linked.get(&id).copied();
        let child = match linked.filter(|child| self.inode(*child).is_ok()) {
            Some(child) => child,
            None => self.copy_inode_up(directory, id, &*lower, space)?,
        };
        let file_type = self.inode(child)?.file_type();
        self.directory_mut(directory)?.insert(Dentry {
            name,
            child,
            file_type,
            place: Place::Lower,
        });
        Ok(())
    }

    fn copy_inode_up(
        &mut self,
        parent: InodeId,
        id: LowerId,
        lower: &dyn Lower,
        space: &Arc<Space>,
    ) -> Result<InodeId> {
        let inode = lower.inode(id)?;
        let directory = match inode.kind {
            InodeKind::Directory => Some(Directory::over(parent, id, lower.name_count(id)?)),
            InodeKind::File | InodeKind::Symlink(_) => None,
        };
        let is_linked = directory.is_none() && inode.link_count > 1;
        if is_linked {
            self.linked
                .try_reserve(1)
                .map_err(|_| ErrorCode::InsufficientSpace)?;
        }
        let slot = self.vacant_slot()?;
        let child = InodeId {
            slot,
            ino: inode.ino,
        };
        self.nodes.insert(Node {
            inode: Arc::new(Inode::copied_up(inode, space.clone())),
            directory,
        });
        if is_linked {
            self.linked.insert(id, child);
        }
        Ok(child)
    }

    /// The slot of the next inode.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    fn vacant_slot(&mut self) -> Result<u32> {
        u32::try_from(self.nodes.vacant_key())
            .ok()
            .filter(|_| self.has_room())
            .ok_or(ErrorCode::InsufficientSpace)
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
        let slot = self.vacant_slot()?;
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
            place: Place::Own,
        });
        self.charged += 1;
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
        inode.charge_name()?;
        directory.insert(Dentry {
            name,
            child,
            file_type: inode.file_type(),
            place: Place::Own,
        });
        inode.write().link_count += 1;
        self.charged += 1;
        Ok(())
    }

    /// Takes a name away, and the inode with its last name. Open descriptions keep it alive. On an
    /// error nothing has changed.
    ///
    /// # Errors
    /// `NoEntry`, `NotDirectory`, `InsufficientSpace`.
    pub(crate) fn unlink(&mut self, parent: InodeId, name: &str) -> Result<()> {
        let directory = self.directory_mut(parent)?;
        directory.reserve_whiteout()?;
        let removed = directory.remove(name);
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
        self.directory_mut(old_parent)?.reserve_whiteout()?;
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
                place: Place::Own,
            }),
        }
        self.directory_mut(old_parent)?.remove(old_name);
        if let Ok(directory) = self.directory_mut(child) {
            directory.parent = new_parent;
            self.inode(old_parent)?.write().lose_link();
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
            self.inode(parent)?.write().lose_link();
            true
        } else {
            let mut record = node.inode.write();
            record.lose_link();
            record.link_count == 0
        };
        if is_last {
            self.nodes.remove(child.slot as usize);
        } else {
            node.inode.release_name();
        }
        self.charged = self.charged.saturating_sub(1);
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
