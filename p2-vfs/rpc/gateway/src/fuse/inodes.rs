//! The inodes that the kernel knows by number.

use std::collections::HashMap;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, OpenFlags, PathFlags, Result, Stat,
};

/// The number that the kernel has for the root, whatever its own is.
const ROOT: u64 = 1;

/// Where an inode was last seen.
struct Node<D> {
    parent: u64,
    name: String,
    file_type: FileType,
    /// How often the kernel was told of it and has not forgotten.
    lookups: u64,
    /// A directory that something was looked for in.
    directory: Option<D>,
}

/// Every inode that the kernel knows, by its number.
pub(super) struct Inodes<D> {
    root: D,
    root_number: u64,
    nodes: HashMap<u64, Node<D>>,
}

impl<D: Descriptor> Inodes<D> {
    pub(super) fn new(root: D) -> Self {
        let root_number = root.stat().map_or(ROOT, |stat| stat.ino.0);
        Self {
            root,
            root_number,
            nodes: HashMap::new(),
        }
    }

    /// The inode's own number, of the one that the kernel has.
    pub(super) fn number(&self, ino: u64) -> u64 {
        match ino {
            ROOT => self.root_number,
            ino => ino,
        }
    }

    /// Notes that the kernel was told of an inode, under this name.
    pub(super) fn looked_up(&mut self, parent: u64, name: &str, stat: &Stat) {
        let node = self.nodes.entry(stat.ino.0).or_insert_with(|| Node {
            parent,
            name: name.to_owned(),
            file_type: stat.file_type,
            lookups: 0,
            directory: None,
        });
        node.lookups += 1;
        node.parent = parent;
        name.clone_into(&mut node.name);
    }

    /// Notes that the kernel has forgotten an inode so many times.
    pub(super) fn forget(&mut self, ino: u64, lookups: u64) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.lookups = node.lookups.saturating_sub(lookups);
            if node.lookups == 0 {
                self.nodes.remove(&ino);
            }
        }
    }

    /// Notes that a name was moved.
    pub(super) fn renamed(&mut self, parent: u64, name: &str, new_parent: u64, new_name: &str) {
        for node in self.nodes.values_mut() {
            if node.parent == parent && node.name == name {
                node.parent = new_parent;
                new_name.clone_into(&mut node.name);
            }
        }
    }

    /// The directory and the name that an inode was last seen under.
    ///
    /// # Errors
    /// Those of [`Inodes::directory`] for the directory.
    pub(super) fn place(&mut self, ino: u64) -> Result<(D, String)> {
        if ino == ROOT {
            return Ok((self.root.clone(), ".".to_owned()));
        }
        let node = self.nodes.get(&ino).ok_or(ErrorCode::NoEntry)?;
        let (parent, name) = (node.parent, node.name.clone());
        Ok((self.directory(parent)?, name))
    }

    /// An open description of a directory.
    ///
    /// # Errors
    /// `NotDirectory`; `NoEntry`, if it is nowhere any more; those of opening.
    pub(super) fn directory(&mut self, ino: u64) -> Result<D> {
        if ino == ROOT {
            return Ok(self.root.clone());
        }
        let node = self.nodes.get(&ino).ok_or(ErrorCode::NoEntry)?;
        if node.file_type != FileType::Directory {
            return Err(ErrorCode::NotDirectory);
        }
        if let Some(directory) = &node.directory {
            return Ok(directory.clone());
        }
        let (parent, name) = (node.parent, node.name.clone());
        let opened = self.directory(parent)?.open_at(
            PathFlags::empty(),
            &name,
            OpenFlags::DIRECTORY,
            DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
        )?;
        if opened.stat()?.ino.0 != ino {
            return Err(ErrorCode::NoEntry);
        }
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.directory = Some(opened.clone());
        }
        Ok(opened)
    }
}
