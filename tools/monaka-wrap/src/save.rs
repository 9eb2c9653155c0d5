//! `run --save GUEST=HOST` and `--save-image FILE`: what a program leaves behind.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use fs_core::image::{ImageBuilder, Origin, Settings};
use fs_core::{Descriptor, MemDescriptor, MemFs, Timestamp};

use crate::export::{Existing, check, export};
use crate::failure::Failure;
use crate::mount::guest_path;
use crate::output;

/// What is kept when the program has ended, in whatever way.
#[derive(Debug, Args)]
pub(crate) struct SaveArgs {
    /// Copy a file or tree of the guest to the host at the end, also of a program that failed; a
    /// tree goes into an archive if HOST ends in .tar.
    #[arg(long, value_name = "GUEST=HOST")]
    save: Vec<Save>,

    /// Save all files as an image, from which --image goes on.
    #[arg(long, value_name = "FILE")]
    save_image: Option<PathBuf>,

    /// Replace what is there.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Debug)]
struct Save {
    /// Relative to the root; empty is the root itself.
    guest: String,
    host: PathBuf,
}

impl FromStr for Save {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((guest, host)) if !host.is_empty() => Ok(Self {
                guest: guest_path(guest)?,
                host: host.into(),
            }),
            Some(_) | None => Err("expected GUEST=HOST, such as /out=./out or /out=out.tar"),
        }
    }
}

impl SaveArgs {
    /// The option by which anything is to be kept.
    pub(crate) fn asked(&self) -> Option<&'static str> {
        match (self.save.as_slice(), &self.save_image) {
            ([_, ..], _) => Some("--save"),
            ([], Some(_)) => Some("--save-image"),
            ([], None) => None,
        }
    }

    /// Looks at the places before the program runs, as nobody wants to run it twice.
    ///
    /// # Errors
    /// `Exists`
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let trees = self.save.iter().map(|save| &save.host);
        let existing = Existing::with_force(self.force);
        trees
            .chain(&self.save_image)
            .try_for_each(|host| check(host, existing))
    }

    /// Copies what is asked for out of `files`.
    ///
    /// # Errors
    /// `Exists`, `Guest`, `Sparse`, `Export`, `Write`.
    pub(crate) fn take(&self, files: &MemFs, settings: &Settings) -> Result<(), Failure> {
        self.take_trees(&files.root(), MemDescriptor::mode)?;
        match &self.save_image {
            Some(path) => save_image(files, settings, path),
            None => Ok(()),
        }
    }

    /// Copies the files and trees that are asked for, but no image, out of what is below `root`.
    ///
    /// # Errors
    /// `Exists`, `Guest`, `Sparse`, `Export`.
    pub(crate) fn take_trees<D: Descriptor>(
        &self,
        root: &D,
        mode: impl Fn(&D) -> u32,
    ) -> Result<(), Failure> {
        let existing = Existing::with_force(self.force);
        for Save { guest, host } in &self.save {
            export(root, guest, &mode, host, existing)?;
        }
        Ok(())
    }

    /// Whether an image is asked for.
    pub(crate) fn asks_for_image(&self) -> bool {
        self.save_image.is_some()
    }
}

fn save_image(files: &MemFs, settings: &Settings, path: &Path) -> Result<(), Failure> {
    // All directories are added.
    let made_up = Origin {
        modification: Timestamp(0),
        mode: 0o755,
    };
    let mut image = ImageBuilder::new(made_up);
    image.tree(&files.root()).map_err(|code| Failure::Guest {
        path: "/".to_owned(),
        code,
    })?;
    output::write(path, &image.finish(settings).into())
}
