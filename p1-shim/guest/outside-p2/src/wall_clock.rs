//! The time of day, in one number.

use fs_core::Timestamp;
use preview1::{Errno, Result};

use crate::bindings::wasi::clocks::wall_clock::{self, Datetime};

/// The time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp(nanoseconds(wall_clock::now()).unwrap_or(u64::MAX))
}

/// A time as preview 1 counts it.
///
/// # Errors
/// `OVERFLOW`: after the year 2554.
pub(crate) fn nanoseconds(time: Datetime) -> Result<u64> {
    time.seconds
        .checked_mul(1_000_000_000)
        .and_then(|seconds| seconds.checked_add(time.nanoseconds.into()))
        .ok_or(Errno::OVERFLOW)
}
