//! The one file system of this component.

use std::sync::OnceLock;

use fs_core::image::Settings;
use fs_core::{Clock, MemFs, Timestamp};

use crate::bindings::wasi::clocks::wall_clock;

/// The files, and what else the program finds; made when the program first asks.
pub(crate) fn files() -> &'static (MemFs, Settings) {
    static FILES: OnceLock<(MemFs, Settings)> = OnceLock::new();
    FILES.get_or_init(|| {
        embedded::file_system(WallClock).expect("images of another version are not embedded")
    })
}

/// The host's time of day. It is asked for every change: the program reads clocks of its own, and
/// must not find a change before a time that it has seen.
struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = wall_clock::now();
        Timestamp::from_parts(now.seconds, now.nanoseconds).unwrap_or(Timestamp(u64::MAX))
    }
}
