//! What the tests of every operation share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{
    Clock, Descriptor, DescriptorFlags, MemDescriptor, MemFs, OpenFlags, PathFlags, Result,
    Timestamp, WriteAt,
};

/// A clock that a test moves.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds * 1_000_000_000, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) const NOFOLLOW: PathFlags = PathFlags::empty();
pub(crate) const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub(crate) const RW: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);

/// An empty file system at second 100, and its root.
pub(crate) fn empty() -> (MemFs, MemDescriptor, Hands) {
    let hands = Hands::default();
    hands.set(100);
    let fs = MemFs::builder(hands.clone())
        .build()
        .expect("an empty file system");
    let root = fs.root();
    (fs, root, hands)
}

pub(crate) fn create(root: &MemDescriptor, path: &str) -> Result<MemDescriptor> {
    root.open_at(NOFOLLOW, path, OpenFlags::CREATE, RW)
}

pub(crate) fn write(file: &MemDescriptor, at: WriteAt, content: &[u8]) -> u64 {
    let mut rest = content;
    let written = file
        .write_at(at, content.len(), |piece| {
            let (now, later) = rest.split_at(piece.len());
            piece.copy_from_slice(now);
            rest = later;
        })
        .expect("room");
    assert_eq!(written.len, content.len());
    written.end
}

pub(crate) fn read(file: &MemDescriptor, offset: u64, len: usize) -> Vec<u8> {
    let mut content = Vec::new();
    let count = file
        .read_at(offset, len, |piece| content.extend_from_slice(piece))
        .expect("a file open for reading");
    assert_eq!(count, content.len());
    content
}

pub(crate) fn read_file(root: &MemDescriptor, path: &str) -> Vec<u8> {
    let file = root
        .open_at(FOLLOW, path, OpenFlags::empty(), DescriptorFlags::READ)
        .expect("the file is there");
    read(&file, 0, usize::MAX)
}

pub(crate) fn names(directory: &MemDescriptor) -> Vec<String> {
    let listing = directory.read_dir().expect("a directory");
    listing
        .entries
        .into_iter()
        .map(|entry| entry.name)
        .collect()
}
