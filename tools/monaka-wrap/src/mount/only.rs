//! `--only FILE`: which of the paths that are mounted are embedded.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;

/// The paths of `run --record`, one a line. In names, `\n` stands for the end of a line and `\\` for
/// `\`.
#[derive(Debug)]
pub(crate) struct Only {
    /// Relative to the root.
    paths: BTreeSet<String>,
}

impl Only {
    /// What all of `files` list.
    ///
    /// # Errors
    /// `Read`, `Only` (a line that is no absolute path).
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut paths = BTreeSet::new();
        for path in files {
            let text = fs::read_to_string(path).map_err(|source| Failure::Read {
                path: path.clone(),
                source,
            })?;
            for (index, line) in text.lines().enumerate() {
                if line.is_empty() {
                    continue;
                }
                let guest = read_line(line).and_then(|line| super::guest_path(&line));
                let guest = guest.map_err(|reason| Failure::Only {
                    path: path.clone(),
                    line: index + 1,
                    reason,
                })?;
                paths.insert(guest);
            }
        }
        Ok(Self { paths })
    }

    /// Whether a path, relative to the root, is listed or leads to one that is.
    pub(crate) fn keeps(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let leads_on = || {
            let next = self.paths.range(below.clone()..).next();
            next.is_some_and(|next| next.starts_with(&below))
        };
        path.is_empty() || self.paths.contains(path) || leads_on()
    }

    /// The paths that are listed.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }
}

/// A path as a line of a list.
pub(crate) fn line(path: &str) -> String {
    path.replace('\\', r"\\").replace('\n', r"\n")
}

fn read_line(line: &str) -> Result<String, &'static str> {
    let mut path = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        path.push(match (character, rest.as_str().chars().next()) {
            ('\\', Some('n')) => '\n',
            ('\\', Some('\\')) => '\\',
            ('\\', _) => return Err(r"\ stands before n or \ only"),
            (other, _) => other,
        });
        if character == '\\' {
            rest.next();
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::{Only, line, read_line};

    #[test]
    fn a_path_comes_back_from_its_line() {
        for path in ["/a b/ü", "/a\nb", r"/a\nb", r"/\", "/\\\n"] {
            assert_eq!(read_line(&line(path)).as_deref(), Ok(path));
            assert_eq!(line(path).lines().count(), 1);
        }
        assert!(read_line(r"/a\tb").is_err());
    }

    #[test]
    fn what_leads_to_a_listed_path_is_kept_and_nothing_beside_it() {
        let only = Only {
            paths: ["a/b/c".to_owned(), "a b".to_owned()].into(),
        };
        for path in ["", "a", "a/b", "a/b/c", "a b"] {
            assert!(only.keeps(path), "{path}");
        }
        for path in ["a/b/c/d", "a/c", "a/b/cd", "b", "a b/c"] {
            assert!(!only.keeps(path), "{path}");
        }
    }
}
