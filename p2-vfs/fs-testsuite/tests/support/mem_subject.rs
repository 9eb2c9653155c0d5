//! `MemFs` as a subject.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, MemFs, Timestamp};
use fs_testsuite::Subject;

/// A clock that shows a millisecond more each time.
#[derive(Debug, Default)]
pub(crate) struct Ticking(AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let milliseconds = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp(1_700_000_000_000_000_000 + milliseconds * 1_000_000)
    }
}

/// The file system in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemSubject;

impl Subject for MemSubject {
    type FileSystem = MemFs;

    fn fresh(&self) -> MemFs {
        MemFs::builder(Ticking::default())
            .build()
            .expect("room for a root")
    }
}
