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
    /// The time of its last modification.
    pub modification: Timestamp,
    /// Its permission bits, as in `st_mode & 0o7777`.
    pub mode: u32,
}

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Source {
    File(Bytes),
    Directory,
    Symlink(String),
    /// One more name of what has this path.
    HardLink(String),
}

/// A name, and what it stands for.
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
    nodes: BTreeMap<String, Node>,
    made_up: Origin,
}

impl ImageBuilder {
    /// An image of an empty root. Directories that nobody adds get `made_up`.
    pub fn new(made_up: Origin) -> Self {
        let mut builder = Self {
            nodes: BTreeMap::new(),
            made_up,
        };
        builder.add("", Source::Directory, made_up);
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

    /// Adds one more name of the file or link that was added as `original`. Without such a node
    /// when the image is written, it is an empty file.
    pub fn hard_link(&mut self, path: &str, original: &str, origin: Origin) {
        if path != original {
            self.add(path, Source::HardLink(original.to_owned()), origin);
        }
    }

    /// Makes what is at `path` now, and below it, read-only: programs cannot change it, nor add
    /// names there.
    pub fn read_only(&mut self, path: &str) {
        if let Some(node) = self.nodes.get_mut(path) {
            node.is_read_only = true;
        }
        let prefix = below(path);
        let behind = (Bound::Included(prefix.clone()), Bound::Unbounded);
        let nodes = self.nodes.range_mut(behind);
        for (_, node) in nodes.take_while(|(path, _)| path.starts_with(&prefix)) {
            node.is_read_only = true;
        }
    }

    /// The image.
    pub fn finish(self, settings: &Settings) -> Vec<u8> {
        encode(&self.nodes, settings)
    }

    fn add(&mut self, path: &str, source: Source, origin: Origin) {
        let is_directory = matches!(source, Source::Directory);
        for (end, _) in path.match_indices('/') {
            let parent = &path[..end];
            if !self.is_directory(parent) {
                self.put(parent, Source::Directory, self.made_up);
            }
        }
        if !is_directory && self.is_directory(path) {
            self.remove_below(path);
        }
        self.put(path, source, origin);
    }

    fn is_directory(&self, path: &str) -> bool {
        let node = self.nodes.get(path);
        node.is_some_and(|node| matches!(node.source, Source::Directory))
    }

    fn put(&mut self, path: &str, source: Source, origin: Origin) {
        let node = Node {
            source,
            origin,
            is_read_only: false,
        };
        self.nodes.insert(path.to_owned(), node);
    }

    fn remove_below(&mut self, path: &str) {
        let prefix = below(path);
        self.nodes.retain(|path, _| !path.starts_with(&prefix));
    }
}

/// What the paths below a path begin with.
fn below(path: &str) -> String {
    match path {
        "" => String::new(),
        _ => format!("{path}/"),
    }
}
