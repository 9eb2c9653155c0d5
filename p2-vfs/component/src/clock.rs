//! The time of files.

use fs_core::{Clock, Timestamp};

use crate::bindings::wasi::clocks::wall_clock;

/// The host's time of day. It is asked for every change: the program reads clocks of its own, and
/// must not find a change before a time that it has seen.
#[derive(Clone, Copy, Debug)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = wall_clock::now();
        Timestamp::from_parts(now.seconds, now.nanoseconds).unwrap_or(Timestamp(u64::MAX))
    }
}
