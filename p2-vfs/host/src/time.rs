//! The host's clocks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use fs_core::{Clock, Timestamp};

/// The time of day, as the host has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallTime;

impl Clock for WallTime {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        // A host whose clock was never set may be before 1970.
        let nanoseconds = since.map_or(0, |since| since.as_nanos());
        Timestamp(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

/// Time since a guest was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Monotonic(Instant);

impl Monotonic {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds; starts at 1, as programs take 0 for «never».
    pub(crate) fn now(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).map_or(u64::MAX, |elapsed| elapsed + 1)
    }
}
