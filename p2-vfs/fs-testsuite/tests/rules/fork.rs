//! `MemFs` that starts from a snapshot, as a subject.

use fs_core::{MemDescriptor, MemFs, ReadOnly};
use fs_testsuite::{ReadOnlyTree, Subject};

use crate::support::mem_subject::{MemSubject, Ticking};

/// The file system in memory over a snapshot of another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForkSubject;

impl Subject for ForkSubject {
    type FileSystem = MemFs;

    fn fresh(&self) -> MemFs {
        fork(&MemSubject.fresh())
    }
}

impl ReadOnlyTree for ForkSubject {
    type ReadOnly = ReadOnly<MemFs>;

    fn read_only(&self, plant: impl FnOnce(&MemDescriptor)) -> ReadOnly<MemFs> {
        let planted = MemSubject.fresh();
        plant(&planted.root());
        ReadOnly::new(fork(&planted))
    }
}

fn fork(fs: &MemFs) -> MemFs {
    let snapshot = fs.snapshot().expect("room for it");
    let fork = snapshot.fork(Ticking::default(), snapshot.limits());
    fork.expect("room for its inodes")
}
