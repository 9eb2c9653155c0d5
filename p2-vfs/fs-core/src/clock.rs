//! Time, given from outside.

use crate::types::Timestamp;

/// Where a file system gets the times of its inodes from.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// The time for a write of data, or for a name that is linked, moved or removed. It may lag
    /// behind [`Clock::now`] as a kernel's coarse clock does, but never runs backwards.
    fn coarse_now(&self) -> Timestamp {
        self.now()
    }
}
