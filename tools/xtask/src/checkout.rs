//! The working tree that the chores work on.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// The root of a working tree.
#[derive(Clone, Debug)]
pub struct Checkout(PathBuf);

impl Checkout {
    /// The one that this program was compiled from.
    pub fn of_this_program() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        // tools/xtask
        Self(package.ancestors().nth(2).unwrap_or(package).to_owned())
    }

    /// The path of something in it, given relative to its root.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    /// The root itself, absolute and without links, as a compiler records it.
    pub fn root(&self) -> Result<PathBuf> {
        self.0
            .canonicalize()
            .with_context(|| format!("no checkout at {}", self.0.display()))
    }

    /// The folder for everything that is compiled. Guests and the native build may share it.
    pub fn target_folder(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => folder.into(),
            None => self.join("target"),
        }
    }

    /// Copies every file that git tracks or would track into an empty folder.
    pub fn copy_to(&self, folder: &Path) -> Result<Self> {
        let listing = command::output(
            Command::new("git")
                .args([
                    "ls-files",
                    "-z",
                    "--cached",
                    "--others",
                    "--exclude-standard",
                ])
                .current_dir(self.root()?),
        )?;
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            let (from, to) = (self.join(path), folder.join(path));
            // A file may be in the index and gone from the tree.
            if !from.is_file() {
                continue;
            }
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(&from, &to).with_context(|| format!("cannot copy {path}"))?;
        }
        Ok(Self(folder.to_owned()))
    }
}
