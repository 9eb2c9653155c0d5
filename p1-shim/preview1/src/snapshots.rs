//! Directories as they were when reading them began, and the memory that these take.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::mem::size_of;
use core::sync::atomic::{AtomicUsize, Ordering};

use fs_core::{DirEntry, Listing};

use crate::errno::{Errno, Result};

/// How many bytes all snapshots of a program may take. Each descriptor of a directory has its own,
/// so without a limit a program of a few thousand descriptors could take any amount. One alone may
/// be of any size, which the directory's own names bound.
const LIMIT: usize = 64 << 20;

/// The account of a program's snapshots, in bytes.
#[derive(Clone, Default)]
pub(crate) struct Snapshots(Arc<AtomicUsize>);

/// A directory as it was.
pub(crate) struct Snapshot {
    pub(crate) listing: Listing,
    /// Whether all of it has been read.
    pub(crate) is_finished: bool,
    charged: usize,
    account: Snapshots,
}

impl Snapshots {
    /// Whether a snapshot of `bytes` may be kept beside the others.
    pub(crate) fn have_room_for(&self, bytes: usize) -> bool {
        let used = self.0.load(Ordering::Relaxed);
        used == 0 || used.saturating_add(bytes) <= LIMIT
    }

    /// Keeps `listing`.
    ///
    /// # Errors
    /// `NOMEM`: there is no room.
    pub(crate) fn keep(&self, listing: Listing) -> Result<Box<Snapshot>> {
        let charged = size_of_listing(&listing);
        if !self.have_room_for(charged) {
            return Err(Errno::NOMEM);
        }
        self.0.fetch_add(charged, Ordering::Relaxed);
        Ok(Box::new(Snapshot {
            listing,
            is_finished: false,
            charged,
            account: self.clone(),
        }))
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.account.0.fetch_sub(self.charged, Ordering::Relaxed);
    }
}

/// About how much memory a listing takes.
pub(crate) fn size_of_listing(listing: &Listing) -> usize {
    let names = listing.entries.iter().map(|entry| entry.name.len());
    names.sum::<usize>() + listing.entries.len() * size_of::<DirEntry>()
}
