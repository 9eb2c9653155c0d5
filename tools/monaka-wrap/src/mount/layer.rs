//! Layers: each mount is one, over those before it.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use fs_core::Timestamp;
use fs_core::image::{ImageBuilder, Origin};

use super::only::Only;
use super::whiteout::Whiteouts;
use super::{Times, refused};
use crate::failure::Failure;

/// What may be embedded in all: what fits into a wasm memory beside the program's own data.
const MAX_CONTENT: u64 = 3 << 30;

/// The longest target of a symbolic link.
const MAX_TARGET: usize = 4095;

/// What becomes of things that cannot be embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// The first is an error.
    Refuse,
    /// They are left out, each with a warning.
    Skip,
}

/// Everything that is to be embedded, and what was noticed on the way.
pub(crate) struct Collection {
    pub(crate) image: ImageBuilder,
    times: Times,
    leniency: Leniency,
    /// Everything, without it.
    only: Option<Only>,
    /// Bytes of content so far; a hard link's counts once.
    content: u64,
    /// The first spelling of each path, in lower case.
    spellings: HashMap<String, String>,
    clashes: Vec<[String; 2]>,
    skipped: Vec<String>,
}

impl Collection {
    /// Starts from `image`.
    pub(crate) fn new(
        image: ImageBuilder,
        times: Times,
        leniency: Leniency,
        only: Option<Only>,
    ) -> Self {
        Self {
            image,
            times,
            leniency,
            only,
            content: 0,
            spellings: HashMap::new(),
            clashes: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// What the user should know, one line each.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.skipped.clone();
        if let [[first, second], rest @ ..] = self.clashes.as_slice() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            warnings.push(format!(
                "/{first} and /{second} differ in case only{more}: programs see both, but a host \
                 that ignores case cannot hold what is saved"
            ));
        }
        warnings
    }

    /// Leaves out what is not to be embedded, but for `/tmp`, and says what is to be and is not
    /// there.
    pub(crate) fn shrink(&mut self) {
        let Some(only) = &self.only else {
            return;
        };
        self.image.retain(|path| path == "tmp" || only.keeps(path));
        let mut missing = only.paths().filter(|path| !self.image.contains(path));
        if let Some(first) = missing.next() {
            let more = match missing.count() {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            self.skipped
                .push(format!("--only: nothing is mounted at /{first}{more}"));
        }
    }

    /// A layer of what `host` holds, at `guest`.
    pub(super) fn layer<'c>(&'c mut self, host: &Path, guest: &'c str) -> Layer<'c> {
        Layer {
            collection: self,
            guest,
            host: host.to_owned(),
        }
    }
}

/// One mount being added. Paths below are relative to it; the empty one is the mount itself.
pub(super) struct Layer<'c> {
    collection: &'c mut Collection,
    pub(super) guest: &'c str,
    host: PathBuf,
}

/// What the host says of a file, directory or link.
#[derive(Clone, Copy)]
pub(super) struct Attributes {
    pub(super) modification: Timestamp,
    pub(super) mode: u32,
}

impl Layer<'_> {
    pub(super) fn directory(&mut self, below: &str, attributes: Attributes) {
        let path = self.place(below);
        let origin = self.origin(attributes);
        self.collection.image.directory(&path, origin);
    }

    pub(super) fn file(&mut self, below: &str, content: impl Into<Bytes>, attributes: Attributes) {
        let path = self.place(below);
        let origin = self.origin(attributes);
        self.collection.image.file(&path, content, origin);
    }

    /// # Errors
    /// `Mount` (the target), unless such links are skipped.
    pub(super) fn symlink(
        &mut self,
        below: &str,
        target: &str,
        attributes: Attributes,
    ) -> Result<(), Failure> {
        if !(1..=MAX_TARGET).contains(&target.len()) || target.contains('\0') {
            return self.unfit(below, "the link's target is empty or too long");
        }
        let path = self.place(below);
        let origin = self.origin(attributes);
        self.collection.image.symlink(&path, target, origin);
        Ok(())
    }

    /// One more name of what this layer has at `original`.
    pub(super) fn hard_link(&mut self, below: &str, original: &str) {
        let path = self.place(below);
        let original = join(self.guest, original);
        self.collection.image.hard_link(&path, &original);
    }

    /// Takes away what earlier layers have.
    pub(super) fn hide(&mut self, whiteouts: &Whiteouts) {
        whiteouts.apply(&mut self.collection.image);
    }

    /// Whether a path will be embedded at all.
    pub(super) fn is_wanted(&self, below: &str) -> bool {
        let only = self.collection.only.as_ref();
        only.is_none_or(|only| only.keeps(&join(self.guest, below)))
    }

    /// Makes room for `len` bytes of content, before they are read.
    ///
    /// # Errors
    /// `TooMuch`
    pub(super) fn reserve(&mut self, below: &str, len: u64) -> Result<(), Failure> {
        let total = self.collection.content.saturating_add(len);
        if total > MAX_CONTENT {
            return Err(Failure::TooMuch {
                path: self.host_path(below),
                limit: MAX_CONTENT,
            });
        }
        self.collection.content = total;
        Ok(())
    }

    /// Says that something cannot be embedded.
    ///
    /// # Errors
    /// `Mount`, unless such things are skipped.
    pub(super) fn unfit(&mut self, below: &str, reason: impl Display) -> Result<(), Failure> {
        let path = self.host_path(below);
        match self.collection.leniency {
            Leniency::Refuse => Err(refused(
                &path,
                format!("{reason}, or skip such things with --skip-unreadable"),
            )),
            Leniency::Skip => {
                let reason = reason.to_string();
                let (what, _) = reason.split_once(';').unwrap_or((&reason, ""));
                let skipped = format!("{}: left out: {what}", path.display());
                self.collection.skipped.push(skipped);
                Ok(())
            }
        }
    }

    fn host_path(&self, below: &str) -> PathBuf {
        match below {
            "" => self.host.clone(),
            _ => self.host.join(below),
        }
    }

    /// The path in the image, noted.
    fn place(&mut self, below: &str) -> String {
        let path = join(self.guest, below);
        let collection = &mut *self.collection;
        let first = collection.spellings.entry(path.to_lowercase());
        let first = first.or_insert_with(|| path.clone());
        if *first != path {
            collection.clashes.push([first.clone(), path.clone()]);
        }
        path
    }

    fn origin(&self, attributes: Attributes) -> Origin {
        let modification = match self.collection.times {
            Times::Keep => attributes.modification,
            Times::Fixed(time) => time,
        };
        Origin::new(modification, attributes.mode & 0o7777)
    }
}

/// One path below another.
pub(super) fn join(base: &str, below: &str) -> String {
    match (base, below) {
        ("", path) | (path, "") => path.to_owned(),
        (base, below) => format!("{base}/{below}"),
    }
}

/// The relative target that leads from the link at `below` to `inside`, both relative to the mount.
pub(super) fn relative_target(below: &str, inside: &str) -> String {
    let mut parts = vec![".."; below.matches('/').count()];
    parts.extend(inside.split('/').filter(|part| !part.is_empty()));
    match parts.as_slice() {
        [] => ".".to_owned(),
        parts => parts.join("/"),
    }
}
