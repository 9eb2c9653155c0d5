//! `MemFs` as a subject.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, MemDescriptor, MemFs, MemFsBuilder, ReadOnly, Timestamp};
use fs_testsuite::{ReadOnlyTree, Subject, TwoFileSystems, TwoPreopens};

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
        build(MemFs::builder(Ticking::default()))
    }
}

impl TwoPreopens for MemSubject {
    fn two_preopens(&self) -> MemFs {
        let preopen = |name: &str| (format!("/{name}"), name.to_owned());
        let preopens = vec![preopen("one"), preopen("two")];
        build(MemFs::builder(Ticking::default()).preopens(preopens))
    }
}

impl TwoFileSystems for MemSubject {
    fn two_file_systems(&self) -> [MemFs; 2] {
        [self.fresh(), self.fresh()]
    }
}

impl ReadOnlyTree for MemSubject {
    type ReadOnly = ReadOnly<MemFs>;

    fn read_only(&self, plant: impl FnOnce(&MemDescriptor)) -> ReadOnly<MemFs> {
        let fs = self.fresh();
        plant(&fs.root());
        ReadOnly::new(fs)
    }
}

fn build(builder: MemFsBuilder) -> MemFs {
    builder.build().expect("room for a root")
}
