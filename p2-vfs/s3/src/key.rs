//! Which key a path has, and which path a key has.
//!
//! A key is the prefix and the path, so that any other S3 client sees the files by their names; a
//! directory's key ends with a slash. S3 allows keys that are not the path of anything (`a//b`,
//! `..`, beyond limits): those are hidden, never touched. The reverse, a path that needs another
//! key than its own name, occurs once: names of ours that begin with `.monaka` in the root of the
//! prefix are written with a percent sign, because `.monaka/` holds what belongs to the layout.

use std::fmt;

/// The most bytes a key may have.
pub const MAX_KEY: usize = 1024;

/// The most bytes a name may have, as in the file system.
const MAX_NAME: usize = 255;

/// The folder below the prefix that is no part of the tree.
const RESERVED: &str = ".monaka";

/// What `RESERVED` is written as where it is a name of the tree. A name that begins with this, or
/// with more percent signs before it, gets one more: no two names share a key.
const ESCAPED: &str = "%2Emonaka";

/// The key of an object: the bytes S3 knows it by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a path has no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// S3 has no room for it.
    #[error("the key of {path} would have {bytes} bytes, {MAX_KEY} are allowed")]
    TooLong {
        /// The path.
        path: String,
        /// The length of the key, the prefix included.
        bytes: usize,
    },
    /// Not a path relative to the root, in the shortest form.
    #[error("{path:?} is not a path below the root")]
    NotAPath {
        /// The path.
        path: String,
    },
}

/// What a key below the prefix stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file or a symbolic link, by its path.
    File(String),
    /// A directory's marker, by the directory's path; empty for the root.
    Directory(String),
}

/// Why a key stands for nothing in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// It belongs to the layout.
    Reserved,
    /// It is of another prefix.
    Outside,
    /// An empty component, `.`, `..`, a NUL, or a name over 255 bytes.
    NotAPath,
}

/// Where in a bucket a tree is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// A prefix as a user writes it: slashes around it do not matter. Empty is the whole bucket.
    pub fn new(prefix: &str) -> Self {
        match prefix.trim_matches('/') {
            "" => Self(String::new()),
            prefix => Self(format!("{prefix}/")),
        }
    }

    /// What all keys of the tree begin with: empty, or with a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be a part of a path, which keeps its keys apart from those of others.
    pub(crate) fn is_path(&self) -> bool {
        self.0.is_empty() || is_path(self.0.trim_end_matches('/'))
    }

    /// The key of a file or a symbolic link.
    ///
    /// # Errors
    /// `NotAPath` (the root too), `TooLong`.
    pub fn file(&self, path: &str) -> Result<Key, KeyError> {
        self.key(path, "")
    }

    /// The key of a directory's marker.
    ///
    /// # Errors
    /// Those of [`Prefix::file`].
    pub fn directory(&self, path: &str) -> Result<Key, KeyError> {
        self.key(path, "/")
    }

    /// The key of something that belongs to the layout, such as `head`.
    pub fn reserved(&self, name: &str) -> Key {
        Key(format!("{}{RESERVED}/{name}", self.0))
    }

    /// What a key stands for.
    ///
    /// # Errors
    /// Why it stands for nothing.
    pub fn entry(&self, key: &str) -> Result<Entry, Hidden> {
        let rest = key.strip_prefix(&self.0).ok_or(Hidden::Outside)?;
        if rest.is_empty() {
            return Ok(Entry::Directory(String::new()));
        }
        if rest == RESERVED
            || rest
                .strip_prefix(RESERVED)
                .is_some_and(|rest| rest.starts_with('/'))
        {
            return Err(Hidden::Reserved);
        }
        let path = rest.strip_suffix('/');
        let name = path.unwrap_or(rest);
        if !is_path(name) {
            return Err(Hidden::NotAPath);
        }
        let name = unescaped(name);
        Ok(match path {
            Some(_) => Entry::Directory(name),
            None => Entry::File(name),
        })
    }

    fn key(&self, path: &str, end: &str) -> Result<Key, KeyError> {
        if !is_path(path) {
            return Err(KeyError::NotAPath {
                path: path.to_owned(),
            });
        }
        let escaped = escaped(path);
        let key = format!("{}{escaped}{end}", self.0);
        if key.len() > MAX_KEY {
            return Err(KeyError::TooLong {
                path: path.to_owned(),
                bytes: key.len(),
            });
        }
        Ok(Key(key))
    }
}

fn is_path(path: &str) -> bool {
    path.split('/').all(|name| {
        !matches!(name, "" | "." | "..") && name.len() <= MAX_NAME && !name.contains('\0')
    })
}

/// Whether the first component is an escaped name, of whatever depth.
fn is_escaped(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let bare = first.trim_start_matches('%');
    bare.len() < first.len() && bare == &ESCAPED[1..]
}

fn escaped(path: &str) -> String {
    let first = path.split('/').next().unwrap_or_default();
    if first == RESERVED {
        format!("{ESCAPED}{}", &path[RESERVED.len()..])
    } else if is_escaped(path) {
        format!("%{path}")
    } else {
        path.to_owned()
    }
}

fn unescaped(path: &str) -> String {
    if !is_escaped(path) {
        return path.to_owned();
    }
    match path.strip_prefix("%%") {
        Some(_) => path[1..].to_owned(),
        None => format!("{RESERVED}{}", &path[ESCAPED.len()..]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(path: &str) -> String {
        Prefix::new("p")
            .file(path)
            .map_or_else(|error| error.to_string(), |key| key.0)
    }

    #[test]
    fn keys_are_the_names_that_other_clients_see() {
        for (path, key) in [
            ("a", "p/a"),
            ("a/b c+%41ä", "p/a/b c+%41ä"),
            (".monaka", "p/%2Emonaka"),
            (".monaka/x", "p/%2Emonaka/x"),
            ("%2Emonaka", "p/%%2Emonaka"),
            (".monakax", "p/.monakax"),
            ("a/.monaka", "p/a/.monaka"),
        ] {
            assert_eq!(file(path), key);
        }
        let directory = Prefix::new("/p/").directory("a");
        assert_eq!(directory.as_ref().map(Key::as_str), Ok("p/a/"));
        assert_eq!(Prefix::new("").file("a"), Ok(Key("a".to_owned())));
        assert_eq!(Prefix::new("p").reserved("head").as_str(), "p/.monaka/head");
    }

    #[test]
    fn keys_that_are_no_path_are_hidden_with_the_reason() {
        let prefix = Prefix::new("p");
        for (key, hidden) in [
            ("q/a", Hidden::Outside),
            ("p", Hidden::Outside),
            ("p/.monaka/head", Hidden::Reserved),
            ("p/.monaka", Hidden::Reserved),
            ("p/a//b", Hidden::NotAPath),
            ("p//", Hidden::NotAPath),
            ("p/../a", Hidden::NotAPath),
            ("p/a/.", Hidden::NotAPath),
            ("p/a\0", Hidden::NotAPath),
        ] {
            assert_eq!(prefix.entry(key), Err(hidden), "{key:?}");
        }
        let long = format!("p/{}", "x".repeat(256));
        assert_eq!(prefix.entry(&long), Err(Hidden::NotAPath));
        assert_eq!(prefix.entry("p/"), Ok(Entry::Directory(String::new())));
        assert_eq!(prefix.entry("p/a/"), Ok(Entry::Directory("a".to_owned())));
        assert_eq!(prefix.entry("p/a"), Ok(Entry::File("a".to_owned())));
    }

    #[test]
    fn a_path_without_a_key_says_why() {
        let prefix = Prefix::new("p");
        for path in ["", "/a", "a/", "a//b", ".", "a/../b", "a\0"] {
            let error = prefix.file(path);
            assert!(matches!(error, Err(KeyError::NotAPath { .. })), "{path:?}");
        }
        let at_limit = vec!["x".repeat(255); 4].join("/");
        assert_eq!(at_limit.len() + 1, MAX_KEY);
        assert!(Prefix::new("").file(&at_limit).is_ok());
        assert!(matches!(
            prefix.file(&at_limit),
            Err(KeyError::TooLong { bytes: 1025, .. })
        ));
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(".monaka".to_owned()),
            "%{0,3}2Emonaka",
            "%{0,2}\\.monaka",
            "[a-c%+ .ä]{1,6}",
        ]
        .prop_filter("a name", |name| !matches!(name.as_str(), "." | ".."))
    }

    proptest! {
        #[test]
        fn every_path_comes_back_from_its_key(
            path in prop::collection::vec(names(), 1..4).prop_map(|names| names.join("/")),
            prefix in "[a-z/]{0,6}",
        ) {
            let prefix = Prefix::new(&prefix);
            let key = prefix.file(&path)?;
            prop_assert_eq!(prefix.entry(key.as_str()), Ok(Entry::File(path.clone())));
            let marker = prefix.directory(&path)?;
            prop_assert_eq!(prefix.entry(marker.as_str()), Ok(Entry::Directory(path)));
        }

        #[test]
        fn every_key_that_is_shown_is_the_key_of_its_path(
            key in prop::collection::vec(names(), 1..4).prop_map(|names| names.join("/")),
        ) {
            let prefix = Prefix::new("");
            if let Ok(Entry::File(path)) = prefix.entry(&key) {
                prop_assert_eq!(prefix.file(&path)?.0, key);
            }
        }
    }
}
