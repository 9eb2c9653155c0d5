//! File systems in memory, small enough that a fuzzer can fill them.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, Limits, MemFs, Timestamp};

/// A clock that ticks a microsecond whenever somebody looks.
pub(crate) struct Ticking(AtomicU64);

impl Ticking {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(1_700_000_000_000_000_000))
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

/// An empty file system that holds no more than `limits`.
pub(crate) fn empty(limits: Limits) -> MemFs {
    let built = MemFs::builder(Ticking::new()).limits(limits).build();
    built.expect("room for a root")
}
