//! A second file system, small and slow, to compare others with: maps of names and vectors of bytes.
//!
//! It shares no code with the implementations, so that both are wrong in the same way only if the
//! rules were misread twice. It knows no times and no limits of space.

mod compare;
mod operation;
mod walk;

use std::collections::BTreeMap;

use fs_core::{DescriptorFlags, ErrorCode as E, FileType, OpenFlags, PathFlags, Remove, Result};

pub use compare::{Disagreement, compare};
pub use operation::{Operation, SLOTS, Slot};
use walk::{Follow, Last};

/// An inode of the model. None is ever given back, so that what is open without a name needs no
/// care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node(usize);

#[derive(Clone, Debug)]
enum Kind {
    File(Vec<u8>),
    Directory {
        /// `None` once it is removed.
        parent: Option<Node>,
        names: BTreeMap<String, Node>,
    },
    Symlink(String),
}

/// An open file description of the model.
#[derive(Clone, Copy, Debug)]
struct Description {
    node: Node,
    access: DescriptorFlags,
}

/// What of an inode is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Attributes {
    node: Node,
    file_type: FileType,
    links: u64,
    /// Of a directory nothing: its size is a matter of taste.
    size: Option<u64>,
}

#[derive(Clone, Debug)]
struct Model(Vec<Kind>);

const ROOT: Node = Node(0);

impl Model {
    fn new() -> Self {
        let mut model = Self(Vec::new());
        model.add(Kind::Directory {
            parent: Some(ROOT),
            names: BTreeMap::new(),
        });
        model
    }

    fn add(&mut self, kind: Kind) -> Node {
        self.0.push(kind);
        Node(self.0.len() - 1)
    }

    fn kind(&self, node: Node) -> &Kind {
        &self.0[node.0]
    }

    fn is_directory(&self, node: Node) -> bool {
        matches!(self.kind(node), Kind::Directory { .. })
    }

    /// The names of a directory that was not removed.
    fn names(&self, node: Node) -> Result<&BTreeMap<String, Node>> {
        match self.kind(node) {
            Kind::Directory { parent: None, .. } => Err(E::NoEntry),
            Kind::Directory { names, .. } => Ok(names),
            Kind::File(_) | Kind::Symlink(_) => Err(E::NotDirectory),
        }
    }

    fn names_mut(&mut self, node: Node) -> Result<&mut BTreeMap<String, Node>> {
        self.names(node)?;
        match &mut self.0[node.0] {
            Kind::Directory { names, .. } => Ok(names),
            Kind::File(_) | Kind::Symlink(_) => Err(E::NotDirectory),
        }
    }

    fn is_empty(&self, directory: Node) -> bool {
        self.names(directory).is_ok_and(BTreeMap::is_empty)
    }

    fn parent(&self, directory: Node) -> Option<Node> {
        match self.kind(directory) {
            Kind::Directory { parent, .. } => *parent,
            Kind::File(_) | Kind::Symlink(_) => None,
        }
    }

    /// Whether `node` is `above` or lies below it.
    fn is_within(&self, node: Node, above: Node) -> bool {
        node == above
            || node != ROOT
                && self
                    .parent(node)
                    .is_some_and(|parent| self.is_within(parent, above))
    }

    fn attributes(&self, node: Node) -> Attributes {
        let (file_type, size) = match self.kind(node) {
            Kind::File(bytes) => (FileType::RegularFile, Some(bytes.len())),
            Kind::Directory { .. } => (FileType::Directory, None),
            Kind::Symlink(target) => (FileType::SymbolicLink, Some(target.len())),
        };
        Attributes {
            node,
            file_type,
            links: self.links(node),
            size: size.map(|size| size as u64),
        }
    }

    /// Counted anew each time: no count can be forgotten.
    fn links(&self, node: Node) -> u64 {
        let count = |wanted: &dyn Fn(Node) -> bool| {
            let all = (0..self.0.len()).filter_map(|index| self.names(Node(index)).ok());
            all.flat_map(BTreeMap::values)
                .filter(|node| wanted(**node))
                .count() as u64
        };
        match self.kind(node) {
            Kind::Directory { parent: None, .. } => 0,
            Kind::Directory { .. } => {
                2 + count(&|child| self.is_directory(child) && self.parent(child) == Some(node))
            }
            Kind::File(_) | Kind::Symlink(_) => count(&|child| child == node),
        }
    }

    fn open(
        &mut self,
        from: Node,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Description> {
        if !self.is_directory(from) {
            return Err(E::NotDirectory);
        }
        let creating = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
        if open.contains(OpenFlags::DIRECTORY) && open.intersects(creating) {
            return Err(E::Invalid);
        }
        let create = open.contains(OpenFlags::CREATE);
        let exclusive = create && open.contains(OpenFlags::EXCLUSIVE);
        let follow = match (create, at.contains(PathFlags::SYMLINK_FOLLOW)) {
            (false, true) => Follow::Always,
            (false, false) => Follow::BeforeSlash,
            (true, true) if !exclusive => Follow::WithoutSlash,
            (true, _) => Follow::Never,
        };
        let place = self.walk(from, path, follow)?;
        if create && place.slash {
            return Err(E::IsDirectory);
        }
        if exclusive && place.node.is_some() {
            return Err(E::Exist);
        }
        let node = match (place.node, place.last) {
            (Some(node), _) => node,
            (None, Last::Name(name)) if create => {
                self.names(place.parent)?;
                self.link_new(place.parent, name, Kind::File(Vec::new()))?
            }
            (None, _) => return Err(E::NoEntry),
        };
        let as_directory = place.slash || open.contains(OpenFlags::DIRECTORY);
        let writing = access.contains(DescriptorFlags::WRITE);
        match &mut self.0[node.0] {
            Kind::Symlink(_) if open.contains(OpenFlags::DIRECTORY) => Err(E::NotDirectory),
            Kind::Symlink(_) => Err(E::Loop),
            Kind::File(_) if as_directory => Err(E::NotDirectory),
            Kind::Directory { .. }
                if writing || open.intersects(creating - OpenFlags::EXCLUSIVE) =>
            {
                Err(E::IsDirectory)
            }
            Kind::File(bytes) => {
                if open.contains(OpenFlags::TRUNCATE) {
                    bytes.clear();
                }
                Ok(Description { node, access })
            }
            Kind::Directory { .. } => Ok(Description { node, access }),
        }
    }

    fn link_new(&mut self, parent: Node, name: String, kind: Kind) -> Result<Node> {
        let node = self.add(kind);
        self.names_mut(parent)?.insert(name, node);
        Ok(node)
    }

    /// What is at a path, a slash behind it considered.
    fn look(&self, from: Node, at: PathFlags, path: &str) -> Result<Node> {
        let follow = if at.contains(PathFlags::SYMLINK_FOLLOW) {
            Follow::Always
        } else {
            Follow::BeforeSlash
        };
        let place = self.walk(from, path, follow)?;
        let node = place.node.ok_or(E::NoEntry)?;
        if place.slash && !self.is_directory(node) {
            return Err(E::NotDirectory);
        }
        Ok(node)
    }

    fn file(&mut self, description: Description, otherwise: E) -> Result<&mut Vec<u8>> {
        match &mut self.0[description.node.0] {
            Kind::File(_) if !description.access.contains(DescriptorFlags::WRITE) => Err(otherwise),
            Kind::File(bytes) => Ok(bytes),
            Kind::Directory { .. } | Kind::Symlink(_) => Err(E::BadDescriptor),
        }
    }

    fn read(&self, description: Description, offset: u64, len: usize) -> Result<Vec<u8>> {
        match self.kind(description.node) {
            Kind::Directory { .. } => Err(E::IsDirectory),
            Kind::File(_) if !description.access.contains(DescriptorFlags::READ) => {
                Err(E::BadDescriptor)
            }
            Kind::File(_) if offset > i64::MAX as u64 => Err(E::Invalid),
            Kind::File(bytes) => {
                let behind = bytes
                    .iter()
                    .skip(usize::try_from(offset).unwrap_or(usize::MAX));
                Ok(behind.take(len).copied().collect())
            }
            Kind::Symlink(_) => Err(E::BadDescriptor),
        }
    }

    /// Writes, and returns the offset behind what was written.
    fn write(&mut self, description: Description, offset: Option<u64>, new: &[u8]) -> Result<u64> {
        let bytes = self.file(description, E::BadDescriptor)?;
        let offset = offset.unwrap_or(bytes.len() as u64);
        if offset > i64::MAX as u64 {
            return Err(E::Invalid);
        }
        if !new.is_empty() {
            let start = offset as usize;
            let end = start + new.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[start..end].copy_from_slice(new);
        }
        Ok(offset + new.len() as u64)
    }

    fn set_size(&mut self, description: Description, size: u64) -> Result<()> {
        let bytes = self.file(description, E::Invalid)?;
        if size > i64::MAX as u64 {
            return Err(E::Invalid);
        }
        bytes.resize(size as usize, 0);
        Ok(())
    }

    fn allocate(&mut self, description: Description, offset: u64, len: u64) -> Result<()> {
        let bytes = self.file(description, E::BadDescriptor)?;
        if len == 0 {
            return Err(E::Invalid);
        }
        if offset + len > i64::MAX as u64 {
            return Err(E::FileTooLarge);
        }
        bytes.resize(bytes.len().max((offset + len) as usize), 0);
        Ok(())
    }

    fn mkdir(&mut self, from: Node, path: &str) -> Result<()> {
        let place = self.walk(from, path, Follow::Never)?;
        match (place.node, place.last) {
            (None, Last::Name(name)) => {
                let kind = Kind::Directory {
                    parent: Some(place.parent),
                    names: BTreeMap::new(),
                };
                self.link_new(place.parent, name, kind).map(drop)
            }
            _ => Err(E::Exist),
        }
    }

    fn symlink(&mut self, target: &str, from: Node, path: &str) -> Result<()> {
        match target {
            "" => return Err(E::NoEntry),
            _ if target.starts_with('/') => return Err(E::NotPermitted),
            _ if target.len() > 4095 => return Err(E::NameTooLong),
            _ if target.contains('\0') => return Err(E::Invalid),
            _ => {}
        }
        let place = self.walk(from, path, Follow::Never)?;
        match (place.node, place.last) {
            (Some(node), _) if place.slash && !self.is_directory(node) => Err(E::NotDirectory),
            (Some(_), _) => Err(E::Exist),
            (None, _) if place.slash => Err(E::NoEntry),
            (None, Last::Name(name)) => {
                let kind = Kind::Symlink(target.to_owned());
                self.link_new(place.parent, name, kind).map(drop)
            }
            (None, Last::This | Last::Parent) => unreachable!("dots are there"),
        }
    }

    fn readlink(&self, from: Node, path: &str) -> Result<String> {
        match self.kind(self.look(from, PathFlags::empty(), path)?) {
            Kind::Symlink(target) => Ok(target.clone()),
            Kind::File(_) | Kind::Directory { .. } => Err(E::Invalid),
        }
    }

    fn link(
        &mut self,
        at: PathFlags,
        (from, old): (Node, &str),
        (to, new): (Node, &str),
    ) -> Result<()> {
        if at.contains(PathFlags::SYMLINK_FOLLOW) {
            return Err(E::Invalid);
        }
        let node = self.look(from, PathFlags::empty(), old)?;
        let place = self.walk(to, new, Follow::Never)?;
        match (place.node, place.last) {
            (Some(_), _) => Err(E::Exist),
            (None, _) if place.slash => Err(E::NoEntry),
            _ if self.is_directory(node) => Err(E::NotPermitted),
            (None, Last::Name(name)) => {
                self.names_mut(place.parent)?.insert(name, node);
                Ok(())
            }
            (None, Last::This | Last::Parent) => unreachable!("dots are there"),
        }
    }

    fn rename(&mut self, (from, old): (Node, &str), (to, new): (Node, &str)) -> Result<()> {
        let old = self.walk_to_parent(from, old, Follow::Never)?;
        let new = self.walk_to_parent(to, new, Follow::Never)?;
        let (Last::Name(old_name), Last::Name(new_name)) = (old.last.clone(), new.last.clone())
        else {
            return Err(E::Busy);
        };
        let old = self.find(old)?;
        let moved = old.node.ok_or(E::NoEntry)?;
        let new = self.find(new)?;
        if !self.is_directory(moved) && (old.slash || new.slash) {
            return Err(E::NotDirectory);
        }
        if self.is_within(new.parent, moved) {
            return Err(E::Invalid);
        }
        if new.node == Some(moved) {
            return Ok(());
        }
        if let Some(there) = new.node {
            if self.is_within(old.parent, there) {
                return Err(E::NotEmpty);
            }
            match (self.is_directory(moved), self.is_directory(there)) {
                (true, false) => return Err(E::NotDirectory),
                (false, true) => return Err(E::IsDirectory),
                (true, true) if !self.is_empty(there) => return Err(E::NotEmpty),
                (true, true) => self.remove_directory(there),
                (false, false) => {}
            }
        }
        self.names_mut(old.parent)?.remove(&old_name);
        self.names_mut(new.parent)?.insert(new_name, moved);
        if let Kind::Directory { parent, .. } = &mut self.0[moved.0] {
            *parent = Some(new.parent);
        }
        Ok(())
    }

    fn remove(&mut self, from: Node, path: &str, kind: Remove) -> Result<()> {
        let place = self.walk(from, path, Follow::Never)?;
        let name = match (place.last, kind) {
            (Last::Name(name), _) => name,
            (Last::This | Last::Parent, Remove::File) => return Err(E::IsDirectory),
            (Last::This, Remove::Directory) => return Err(E::Invalid),
            (Last::Parent, Remove::Directory) => return Err(E::NotEmpty),
        };
        let node = place.node.ok_or(E::NoEntry)?;
        match (kind, self.is_directory(node)) {
            (Remove::File, true) => return Err(E::IsDirectory),
            (Remove::File, false) if place.slash => return Err(E::NotDirectory),
            (Remove::File, false) => {}
            (Remove::Directory, false) => return Err(E::NotDirectory),
            (Remove::Directory, true) if !self.is_empty(node) => return Err(E::NotEmpty),
            (Remove::Directory, true) => self.remove_directory(node),
        }
        self.names_mut(place.parent)?.remove(&name);
        Ok(())
    }

    fn remove_directory(&mut self, node: Node) {
        if let Kind::Directory { parent, .. } = &mut self.0[node.0] {
            *parent = None;
        }
    }
}
