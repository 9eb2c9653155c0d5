//! Times that tell the states of a file apart.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, Timestamp};

/// The time of another clock, but later each time that it is asked: no two changes have the same. The
/// files of a server must have such a clock, as clients know by a file's time of change whether they
/// have its content.
#[derive(Debug)]
pub struct StrictClock {
    now: fn() -> Timestamp,
    last: AtomicU64,
}

impl StrictClock {
    /// A clock that goes by `now`.
    pub fn new(now: fn() -> Timestamp) -> Self {
        Self {
            now,
            last: AtomicU64::new(0),
        }
    }
}

impl Clock for StrictClock {
    fn now(&self) -> Timestamp {
        let Timestamp(now) = (self.now)();
        let later = |last: u64| now.max(last + 1);
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(later(last))
            });
        Timestamp(last.map_or(now, later))
    }
}
