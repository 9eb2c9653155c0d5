//! Views of `MemFs`, as a subject.

use fs_core::{Access, FileSystem, MemDescriptor, View, ViewDescriptor};
use fs_testsuite::{ReadOnlyTree, Subject, TwoFileSystems, TwoPreopens};

use crate::support::mem_subject::MemSubject;

/// The file system in memory, through views that give all of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ViewSubject;

impl Subject for ViewSubject {
    type FileSystem = View<MemDescriptor>;

    fn fresh(&self) -> View<MemDescriptor> {
        View::of(&MemSubject.fresh(), Access::ReadWrite)
    }
}

impl TwoPreopens for ViewSubject {
    fn two_preopens(&self) -> View<MemDescriptor> {
        View::of(&MemSubject.two_preopens(), Access::ReadWrite)
    }
}

impl TwoFileSystems for ViewSubject {
    fn two_file_systems(&self) -> [View<MemDescriptor>; 2] {
        [self.fresh(), self.fresh()]
    }
}

impl ReadOnlyTree for ViewSubject {
    type ReadOnly = View<MemDescriptor>;

    fn read_only(&self, plant: impl FnOnce(&ViewDescriptor<MemDescriptor>)) -> View<MemDescriptor> {
        let fs = MemSubject.fresh();
        let whole = View::of(&fs, Access::ReadWrite);
        plant(&whole.preopens()[0].descriptor);
        View::of(&fs, Access::ReadOnly)
    }
}
