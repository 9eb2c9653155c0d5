//! Collecting what an image is to hold.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;

use super::Settings;
use super::encode::encode;
use crate::types::Timestamp;

/// What is kept of where a node came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The time of the last access to its content.
    pub access: Timestamp,
    /// The time of the last change of its content.
    pub modification: Timestamp,
    /// The time of the last change of anything.
    pub change: Timestamp,
    /// Its permission bits, as in `st_mode & 0o7777`.
    pub mode: u32,
}

impl Origin {
    /// Of a node of which one time is known, that of its last modification.
    pub fn new(modification: Timestamp, mode: u32) -> Self {
        Self {
            access: modification,
            modification,
            change: modification,
            mode,
        }
    }
}

/// What an inode is.
#[derive(Debug)]
pub(super) enum Source {
    File(Bytes),
    Directory,
    Symlink(String),
}

/// An inode, of one or more names.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) source: Source,
    pub(super) origin: Origin,
    pub(super) is_read_only: bool,
}

/// Collects nodes by path and writes them in order, so that equal trees give equal bytes.
///
/// Paths are relative to the root, with single slashes and without `.` or `..`. Directories on the
/// way are made up where they are not added themselves. Layers are added one behind the other: a
/// later node replaces an earlier one of the same path with all below it, but a directory joins a
/// directory.
#[derive(Debug)]
pub struct ImageBuilder {
    /// Those that have no name any more among them.
    nodes: Vec<Node>,
    /// The index of the node behind each path.
    names: BTreeMap<String, usize>,
    made_up: Origin,
}

impl ImageBuilder {
    /// An image of an empty root. Directories that nobody adds get `made_up`.
    pub fn new(made_up: Origin) -> Self {
        let mut builder = Self {
            nodes: Vec::new(),
            names: BTreeMap::new(),
            made_up,
        };
        builder.directory("", made_up);
        builder
    }

    /// Adds a directory.
    pub fn directory(&mut self, path: &str, origin: Origin) {
        self.add(path, Source::Directory, origin);
    }

    /// Adds a file. Equal contents are stored once.
    pub fn file(&mut self, path: &str, content: impl Into<Bytes>, origin: Origin) {
        self.add(path, Source::File(content.into()), origin);
    }

    /// Adds a symbolic link that holds `target` verbatim.
    pub fn symlink(&mut self, path: &str, target: &str, origin: Origin) {
        self.add(path, Source::Symlink(target.to_owned()), origin);
    }

    /// Adds one more name of the file or link that is at `original` now, whatever goes over that
    /// later. Where there is none, it is an empty file.
    pub fn hard_link(&mut self, path: &str, original: &str) {
        match self.names.get(original) {
            Some(node) if !self.is_directory(original) => self.name(path, *node),
            Some(_) | None => self.file(path, Bytes::new(), self.made_up),
        }
    }

    /// Makes what is at `path` now, and below it, read-only: programs cannot change it, nor add
    /// names there.
    pub fn read_only(&mut self, path: &str) {
        if let Some(node) = self.names.get(path) {
            self.nodes[*node].is_read_only = true;
        }
        for node in self.below(path) {
            self.nodes[node].is_read_only = true;
        }
    }

    /// Leaves out every path that `is_kept` says no to, with all below it, but for the root. What has
    /// another name stays under that.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        // A directory comes before what is in it.
        for (path, node) in std::mem::take(&mut self.names) {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            if path.is_empty() || self.names.contains_key(parent) && is_kept(&path) {
                self.names.insert(path, node);
            }
        }
    }

    /// Whether there is anything at `path`.
    pub fn contains(&self, path: &str) -> bool {
        self.names.contains_key(path)
    }

    /// The image.
    pub fn finish(self, settings: &Settings) -> Vec<u8> {
        encode(&self.nodes, &self.names, settings)
    }

    fn add(&mut self, path: &str, source: Source, origin: Origin) {
        let node = self.nodes.len();
        self.nodes.push(Node {
            source,
            origin,
            is_read_only: false,
        });
        self.name(path, node);
    }

    /// Gives a node a name, over whatever had it.
    fn name(&mut self, path: &str, node: usize) {
        for (end, _) in path.match_indices('/') {
            let parent = &path[..end];
            if !self.is_directory(parent) {
                self.directory(parent, self.made_up);
            }
        }
        let is_directory = matches!(self.nodes[node].source, Source::Directory);
        if !is_directory && self.is_directory(path) {
            self.remove_below(path);
        }
        self.names.insert(path.to_owned(), node);
    }

    fn is_directory(&self, path: &str) -> bool {
        let node = self.names.get(path).map(|node| &self.nodes[*node]);
        node.is_some_and(|node| matches!(node.source, Source::Directory))
    }

    /// The nodes below a path.
    fn below(&self, path: &str) -> Vec<usize> {
        let prefix = prefix(path);
        let behind = (Bound::Included(prefix.clone()), Bound::Unbounded);
        let names = self.names.range(behind);
        let names = names.take_while(|(path, _)| path.starts_with(&prefix));
        names.map(|(_, node)| *node).collect()
    }

    fn remove_below(&mut self, path: &str) {
        let prefix = prefix(path);
        self.names.retain(|path, _| !path.starts_with(&prefix));
    }
}

/// What the paths below a path begin with.
fn prefix(path: &str) -> String {
    match path {
        "" => String::new(),
        _ => format!("{path}/"),
    }
}
