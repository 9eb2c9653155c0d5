//! `run --save GUEST=HOST` and `--save-image FILE`: what a program leaves behind.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use fs_core::image::{ImageBuilder, Origin, Settings};
use fs_core::{Descriptor, ErrorCode, MemDescriptor, MemFs, Snapshot, Timestamp};

use crate::content::Files;
use crate::export::{Existing, check, export, export_changes};
use crate::failure::Failure;
use crate::mount::{self, guest_path};
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

    /// Write which files were added, changed and removed to a list, or with their content to an
    /// archive if FILE ends in .tar: mounted over the files from before, it makes them as they are
    /// now.
    #[arg(long, value_name = "FILE")]
    save_changes: Option<PathBuf>,

    /// List every mounted path that the program touches, for --only.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

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
        let asked = [
            (!self.save.is_empty(), "--save"),
            (self.save_image.is_some(), "--save-image"),
            (self.save_changes.is_some(), "--save-changes"),
            (self.record.is_some(), "--record"),
        ];
        let asked = asked.iter().find(|(is_asked, _)| *is_asked);
        asked.map(|(_, option)| *option)
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
            .chain(&self.save_changes)
            .chain(&self.record)
            .try_for_each(|host| check(host, existing))
    }

    /// The files before programs run, if that is needed to tell what they change.
    ///
    /// # Errors
    /// `Guest`.
    pub(crate) fn before(&self, files: &MemFs) -> Result<Option<Snapshot>, Failure> {
        let snapshot = || files.snapshot();
        self.save_changes
            .as_ref()
            .map(|_| snapshot())
            .transpose()
            .map_err(unreadable)
    }

    /// Copies what is asked for out of `files`, which were as `before`.
    ///
    /// # Errors
    /// `Exists`, `Guest`, `Sparse`, `Export`, `Write`.
    pub(crate) fn take(&self, content: &Files, before: Option<&Snapshot>) -> Result<(), Failure> {
        let Files {
            files,
            touched,
            settings,
        } = content;
        // Before the rest touches everything.
        if let Some(path) = &self.record {
            let lines = touched.paths().into_iter();
            let lines = lines.map(|path| mount::line(&path) + "\n");
            output::write(path, &lines.collect::<String>().into_bytes().into())?;
        }
        self.take_trees(&files.root(), MemDescriptor::mode)?;
        let existing = Existing::with_force(self.force);
        if let Some(path) = &self.save_image {
            save_image(files, settings, path)?;
        }
        match (&self.save_changes, before) {
            (Some(path), Some(before)) => export_changes(before, files, path, existing),
            _ => Ok(()),
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

    /// The option that asks for what only files in this process's memory have.
    pub(crate) fn asked_of_memory(&self) -> Option<&'static str> {
        let options = [
            ("--save-image", self.save_image.is_some()),
            ("--save-changes", self.save_changes.is_some()),
            ("--record", self.record.is_some()),
        ];
        let given = options.into_iter().find(|(_, is_given)| *is_given);
        given.map(|(option, _)| option)
    }
}

/// Saves everything as an image.
///
/// # Errors
/// `Guest`, `Write`.
pub(crate) fn save_image(files: &MemFs, settings: &Settings, path: &Path) -> Result<(), Failure> {
    // All directories are added.
    let mut image = ImageBuilder::new(Origin::new(Timestamp(0), 0o755));
    image.tree(&files.root()).map_err(unreadable)?;
    output::write(path, &image.finish(settings).into())
}

fn unreadable(code: ErrorCode) -> Failure {
    Failure::Guest {
        path: "/".to_owned(),
        code,
    }
}
