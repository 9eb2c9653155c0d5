//! How much the clients of a token have added.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{ErrorCode, Result};

/// The account of a token: what its clients' changes have added to files, less what they took away.
#[derive(Debug)]
pub(crate) struct Account {
    limit: u64,
    used: AtomicU64,
}

impl Account {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            used: AtomicU64::new(0),
        }
    }

    /// Charges for a file that is to grow to `size`.
    ///
    /// # Errors
    /// `Quota`: nothing was charged.
    pub(crate) fn grow(&self, from: u64, size: u64) -> Result<()> {
        let more = size.saturating_sub(from);
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                let used = used.checked_add(more)?;
                (more == 0 || used <= self.limit).then_some(used)
            })
            .map(drop)
            .map_err(|_| ErrorCode::Quota)
    }

    /// Gives back what was charged for, or what a file was cut by.
    pub(crate) fn give_back(&self, bytes: u64) {
        // The closure always answers `Some`, so the update cannot fail.
        let _ = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                Some(used.saturating_sub(bytes))
            });
    }
}
