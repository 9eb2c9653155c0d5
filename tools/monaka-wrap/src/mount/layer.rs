//! Layers: each mount is one, over those before it.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use fs_core::Timestamp;
use fs_core::image::{ImageBuilder, Origin};

use super::whiteout::{self, Whiteout};
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
    /// For directories that come from nowhere.
    made_up: Origin,
    times: Times,
    leniency: Leniency,
    /// Bytes of content so far; a hard link's counts once.
    content: u64,
    /// The first spelling of each path, in lower case.
    spellings: HashMap<String, String>,
    clashes: Vec<[String; 2]>,
    skipped: Vec<String>,
}

impl Collection {
    /// Starts from `image`, which was made with the same `made_up`.
    pub(crate) fn new(
        image: ImageBuilder,
        made_up: Origin,
        times: Times,
        leniency: Leniency,
    ) -> Self {
        Self {
            image,
            made_up,
            times,
            leniency,
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
    pub(super) fn hard_link(&mut self, below: &str, original: &str, attributes: Attributes) {
        let path = self.place(below);
        let original = join(self.guest, original);
        let origin = self.origin(attributes);
        self.collection.image.hard_link(&path, &original, origin);
    }

    /// Takes away what earlier layers have.
    ///
    /// # Errors
    /// Those of [`whiteout::hide`].
    pub(super) fn hide(&mut self, whiteouts: &[Whiteout]) -> Result<(), Failure> {
        if whiteouts.is_empty() {
            return Ok(());
        }
        let collection = &mut *self.collection;
        let made_up = collection.made_up;
        let lower = std::mem::replace(&mut collection.image, ImageBuilder::new(made_up));
        let empty = ImageBuilder::new(made_up);
        collection.image = whiteout::hide(lower, whiteouts, empty)?;
        Ok(())
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
        Origin {
            modification: match self.collection.times {
                Times::Keep => attributes.modification,
                Times::Fixed(time) => time,
            },
            mode: attributes.mode & 0o7777,
        }
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
