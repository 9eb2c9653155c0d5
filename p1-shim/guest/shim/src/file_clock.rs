//! The time of files.

use fs_core::{Clock, Pace, Timestamp};

/// How many changes share one look at the host's clock, which costs as much as a small write.
const CHANGES_PER_LOOK: u32 = 256;

/// A clock for inodes that asks the host seldom.
pub struct FileClock {
    host: fn() -> Timestamp,
    pace: Pace,
}

impl FileClock {
    /// A clock that asks `host` for the time.
    pub const fn new(host: fn() -> Timestamp) -> Self {
        Self {
            host,
            pace: Pace::new(CHANGES_PER_LOOK),
        }
    }

    /// Has the host asked at the next change; to be called where the program may have seen time
    /// pass.
    pub fn expire(&self) {
        self.pace.expire();
    }
}

impl Clock for &'static FileClock {
    fn now(&self) -> Timestamp {
        (self.host)()
    }

    fn pace(&self) -> &'static Pace {
        &self.pace
    }
}
