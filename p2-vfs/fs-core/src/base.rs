//! What a file is written over: bytes that do not change, shared and not charged.

use std::sync::Arc;

use bytes::Bytes;

use crate::content::Content;

/// The content that shows through where a file has none of its own; zeros follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    source: Source,
    /// What of the source has not been cut off.
    len: u64,
}

#[derive(Clone, Debug)]
enum Source {
    /// In place in an image.
    Bytes(Bytes),
    /// Of a file of a frozen file system.
    Frozen(Arc<Content>),
}

impl Default for Source {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl From<Bytes> for Base {
    fn from(bytes: Bytes) -> Self {
        Self {
            len: bytes.len() as u64,
            source: Source::Bytes(bytes),
        }
    }
}

impl From<Arc<Content>> for Base {
    fn from(content: Arc<Content>) -> Self {
        Self {
            len: content.size(),
            source: Source::Frozen(content),
        }
    }
}

impl Base {
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn truncate(&mut self, len: u64) {
        self.len = self.len.min(len);
    }

    /// The longest piece in one place that starts at `at`, which must be before the end, and ends
    /// by `end`; never empty.
    #[inline]
    pub(crate) fn piece(&self, at: u64, end: u64) -> &[u8] {
        let end = end.min(self.len);
        match &self.source {
            Source::Bytes(bytes) => &bytes[at as usize..end as usize],
            Source::Frozen(content) => content.piece(at, end),
        }
    }

    /// Copies what is at `at` into `to`, all of which must be before the end.
    pub(crate) fn copy_to(&self, at: u64, to: &mut [u8]) {
        let mut done = 0;
        while done < to.len() {
            let piece = self.piece(at + done as u64, at + to.len() as u64);
            to[done..done + piece.len()].copy_from_slice(piece);
            done += piece.len();
        }
    }

    /// All of it, if it is in one place.
    pub(crate) fn whole(&self) -> Option<Bytes> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes.slice(..self.len as usize)),
            Source::Frozen(_) => None,
        }
    }
}
