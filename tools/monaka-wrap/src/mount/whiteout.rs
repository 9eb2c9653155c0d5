//! Taking away what earlier layers have, as the layers of OCI images ask for.

use std::collections::BTreeSet;

use fs_core::image::ImageBuilder;

/// What an archive hides of earlier layers; paths are those of the guest.
#[derive(Debug, Default)]
pub(super) struct Whiteouts {
    /// Paths that are gone.
    at: BTreeSet<String>,
    /// Directories that lose what is in them.
    below: BTreeSet<String>,
}

impl Whiteouts {
    pub(super) fn hide(&mut self, path: String) {
        self.at.insert(path);
    }

    pub(super) fn hide_below(&mut self, path: String) {
        self.below.insert(path);
    }

    /// Takes what they hide out of `image`.
    pub(super) fn apply(&self, image: &mut ImageBuilder) {
        if !self.at.is_empty() || !self.below.is_empty() {
            image.retain(|path| !self.hides(path));
        }
    }

    /// What is below a hidden path goes with it.
    fn hides(&self, path: &str) -> bool {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.at.contains(path) || self.below.contains(parent)
    }
}
