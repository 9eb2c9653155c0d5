//! The time of day, for the shim itself.

use fs_core::Timestamp;
use preview1::{ClockId, Errno, GuestMemory as _, GuestRange, Ptr};
use shim::Application;

use crate::host;

/// Where the application lends eight bytes: aligned, as hosts may ask for, and not null.
const LENT: Ptr = Ptr(8);

/// The time of day; 0 where the host does not tell.
///
/// The host answers into the application's memory, so eight bytes of it are saved and put back.
/// Nobody else can look at them in between.
pub(crate) fn now() -> Timestamp {
    let mut memory = Application;
    let Ok(lent) = GuestRange::check(&memory, LENT, 8) else {
        return Timestamp(0);
    };
    let saved = memory.load_u64(lent);
    let answer = host::clock_time_get(ClockId::Realtime.to_raw(), 0, LENT);
    let time = memory.load_u64(lent);
    memory.store_u64(lent, saved);
    match Errno::check(answer) {
        Ok(()) => Timestamp(time),
        Err(_) => Timestamp(0),
    }
}
