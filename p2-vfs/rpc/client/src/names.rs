//! The names of directories, for a client that nobody else changes them under.

use std::collections::HashSet;

use fs_core::Ino;
use hashbrown::HashMap;

/// The longest name.
const NAME_MAX: usize = 255;

/// A name in the directory itself, as every file system takes it.
pub(crate) fn is_simple(path: &str) -> bool {
    !matches!(path, "" | "." | "..") && path.len() <= NAME_MAX && !path.contains(['/', '\0'])
}

/// Directories of which every name is known. A change at a path that leads elsewhere makes all of
/// them forgotten.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<Ino, HashSet<String>>);

impl Names {
    /// Whether a directory has a name; `None` if its names are not known.
    pub(crate) fn has(&self, directory: Ino, name: &str) -> Option<bool> {
        let names = self.0.get(&directory)?;
        Some(names.contains(name))
    }

    /// Notes all names of a directory.
    pub(crate) fn learn(&mut self, directory: Ino, names: impl Iterator<Item = String>) {
        self.0.insert(directory, names.collect());
    }

    /// Notes that there is something at a path from a directory.
    pub(crate) fn add(&mut self, directory: Ino, path: &str) {
        if !is_simple(path) {
            self.0.clear();
        } else if let Some(names) = self.0.get_mut(&directory) {
            names.insert(path.to_owned());
        }
    }

    /// Notes that there is nothing any more at a path from a directory.
    pub(crate) fn remove(&mut self, directory: Ino, path: &str) {
        if !is_simple(path) {
            self.0.clear();
        } else if let Some(names) = self.0.get_mut(&directory) {
            names.remove(path);
        }
    }
}
