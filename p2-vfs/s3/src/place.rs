//! Where something is in the tree.

use std::fmt;

use crate::key::{Key, KeyError, Prefix};

/// A path relative to the root, and whether a directory is meant: the two have different keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    path: String,
    is_directory: bool,
}

impl Place {
    /// The place of a file or a symbolic link.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            is_directory: false,
        }
    }

    /// The place of a directory's marker.
    pub fn directory(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            is_directory: true,
        }
    }

    /// The path, without a slash at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a directory's marker is meant.
    pub fn is_directory(&self) -> bool {
        self.is_directory
    }

    /// Whether it lies in `directory`, at whatever depth; everything lies in the root, which is
    /// the empty path.
    pub fn is_below(&self, directory: &str) -> bool {
        let rest = self.path.strip_prefix(directory);
        directory.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Its key.
    ///
    /// # Errors
    /// Those of [`Prefix::file`].
    pub fn key(&self, prefix: &Prefix) -> Result<Key, KeyError> {
        if self.is_directory {
            prefix.directory(&self.path)
        } else {
            prefix.file(&self.path)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.is_directory { "/" } else { "" };
        write!(f, "/{}{end}", self.path)
    }
}
