//! Paths as they come from a guest: checked once, then taken apart component by component.

use crate::error_code::{ErrorCode, Result};

/// The longest component, in bytes (`NAME_MAX`).
pub(crate) const NAME_MAX: usize = 255;
/// The longest path, in bytes (`PATH_MAX` without its NUL).
pub(crate) const PATH_MAX: usize = 4095;

/// Whether a directory may have this name.
pub(crate) fn is_component(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && !matches!(name, "." | "..")
        && !name.bytes().any(|byte| byte == b'/' || byte == 0)
}

/// One component of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component<'a> {
    /// `.`
    This,
    /// `..`
    Parent,
    /// Anything else, of at least 1 byte.
    Name(&'a str),
}

/// What is left of a relative path: components split off from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Components<'a> {
    rest: &'a str,
}

impl<'a> Components<'a> {
    /// Checks a path that names something.
    ///
    /// # Errors
    /// `NoEntry` (empty), `Invalid` (a NUL byte), `NameTooLong`, `NotPermitted` (absolute).
    pub(crate) fn of(path: &'a str) -> Result<Self> {
        if path.is_empty() {
            return Err(ErrorCode::NoEntry);
        }
        if path.as_bytes().contains(&0) {
            return Err(ErrorCode::Invalid);
        }
        if path.len() > PATH_MAX {
            return Err(ErrorCode::NameTooLong);
        }
        if path.starts_with('/') {
            return Err(ErrorCode::NotPermitted);
        }
        Ok(Self { rest: path })
    }

    /// The target of a link, which was checked when the link was made.
    pub(crate) fn of_link(target: &'a str) -> Self {
        Self { rest: target }
    }

    /// Splits the first component off. Empty components are skipped; `None` is the end.
    pub(crate) fn split_first(&mut self) -> Option<Component<'a>> {
        let path = self.rest.trim_start_matches('/');
        if path.is_empty() {
            self.rest = path;
            return None;
        }
        let end = path.find('/').unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        self.rest = rest;
        Some(match name {
            "." => Component::This,
            ".." => Component::Parent,
            _ => Component::Name(name),
        })
    }

    /// Whether only slashes are left, and at least one: what was split off last must be a
    /// directory.
    pub(crate) fn is_trailing_slash(&self) -> bool {
        !self.rest.is_empty() && self.is_end()
    }

    /// Whether no component is left.
    pub(crate) fn is_end(&self) -> bool {
        self.rest.bytes().all(|byte| byte == b'/')
    }
}

/// The last component of a path that has one.
pub(crate) fn last_component(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}

/// The directory a path leads to but for its last component.
pub(crate) fn parent_path(path: &str) -> &str {
    match path.len() - last_component(path).len() - trailing_slashes(path) {
        0 => ".",
        end => &path[..end],
    }
}

fn trailing_slashes(path: &str) -> usize {
    path.len() - path.trim_end_matches('/').len()
}

/// Checks what a symbolic link is to hold.
///
/// # Errors
/// `NoEntry` (empty), `NotPermitted` (absolute), `NameTooLong`, `Invalid` (a NUL byte).
pub(crate) fn check_link_target(target: &str) -> Result<()> {
    if target.is_empty() {
        return Err(ErrorCode::NoEntry);
    }
    if target.starts_with('/') {
        return Err(ErrorCode::NotPermitted);
    }
    if target.len() > PATH_MAX {
        return Err(ErrorCode::NameTooLong);
    }
    if target.as_bytes().contains(&0) {
        return Err(ErrorCode::Invalid);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(path: &str) -> (Vec<Component<'_>>, bool) {
        let mut components = Components::of(path).expect("a valid path");
        let mut all = Vec::new();
        let mut slash = false;
        while let Some(component) = components.split_first() {
            all.push(component);
            slash = components.is_trailing_slash();
        }
        (all, slash)
    }

    #[test]
    fn slashes_fold_and_a_trailing_one_is_remembered() {
        use Component::{Name, Parent, This};
        assert_eq!(
            split("a//.././b"),
            (vec![Name("a"), Parent, This, Name("b")], false)
        );
        assert_eq!(split("a///"), (vec![Name("a")], true));
    }

    #[test]
    fn bad_paths_are_refused_in_order() {
        assert_eq!(Components::of("").err(), Some(ErrorCode::NoEntry));
        assert_eq!(Components::of("/a\0").err(), Some(ErrorCode::Invalid));
        assert_eq!(Components::of("/a").err(), Some(ErrorCode::NotPermitted));
        let long = "a/".repeat(2048);
        assert_eq!(Components::of(&long).err(), Some(ErrorCode::NameTooLong));
    }
}
