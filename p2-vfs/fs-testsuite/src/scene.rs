//! What the rules share: planting a tree, and looking at it.

use std::collections::BTreeMap;

use fs_core::{
    Descriptor, DescriptorFlags, DirEntry, FileSystem, FileType, NewTimestamp, OpenFlags,
    PathFlags, Result, Stat, Target, WriteAt,
};

use crate::subject::{DescriptorOf, Subject};

pub(crate) const NOFOLLOW: PathFlags = PathFlags::empty();
pub(crate) const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
pub(crate) const READ: DescriptorFlags = DescriptorFlags::READ;
pub(crate) const WRITE: DescriptorFlags = DescriptorFlags::WRITE;
pub(crate) const RW: DescriptorFlags = READ.union(WRITE);
pub(crate) const PLAIN: OpenFlags = OpenFlags::empty();

/// The first preopen.
pub(crate) fn root_of<F: FileSystem>(fs: &F) -> F::Descriptor {
    let first = fs.preopens().into_iter().next();
    first.expect("a preopen").descriptor
}

/// An empty directory.
pub(crate) fn empty<S: Subject>(subject: &S) -> DescriptorOf<S> {
    root_of(&subject.fresh())
}

/// A directory with `names` in it; see [`plant`].
pub(crate) fn tree<S: Subject>(subject: &S, names: &[&str]) -> DescriptorOf<S> {
    let root = empty(subject);
    plant(&root, names);
    root
}

/// Makes `names` below `root`: a trailing slash makes a directory, `a->b` a link; a file holds its
/// own path.
pub(crate) fn plant<D: Descriptor>(root: &D, names: &[&str]) {
    for name in names {
        if let Some((link, target)) = name.split_once("->") {
            symlink(root, target, link);
        } else if name.ends_with('/') {
            mkdir(root, name);
        } else {
            write_file(root, name, name.as_bytes());
        }
    }
}

/// The directory `name`, made below `root` with `names` in it: what one row of a table works on.
pub(crate) fn plot<D: Descriptor>(root: &D, name: &str, names: &[&str]) -> D {
    mkdir(root, name);
    let plot = open(root, name).expect("a new directory");
    plant(&plot, names);
    plot
}

pub(crate) fn mkdir<D: Descriptor>(root: &D, path: &str) {
    let made = root.create_directory_at(path);
    made.unwrap_or_else(|error| panic!("mkdir {path}: {error:?}"));
}

pub(crate) fn symlink<D: Descriptor>(root: &D, target: &str, path: &str) {
    let made = root.symlink_at(target, path);
    made.unwrap_or_else(|error| panic!("symlink {path}: {error:?}"));
}

/// What is at `path`, opened for reading; a link in the last place is not followed.
pub(crate) fn open<D: Descriptor>(root: &D, path: &str) -> Result<D> {
    root.open_at(NOFOLLOW, path, PLAIN, READ)
}

/// The file at `path`, made if it is not there, opened for reading and writing.
pub(crate) fn create<D: Descriptor>(root: &D, path: &str) -> Result<D> {
    root.open_at(NOFOLLOW, path, OpenFlags::CREATE, RW)
}

/// A file that is there or can be made, opened for reading and writing.
pub(crate) fn file<D: Descriptor>(root: &D, path: &str) -> D {
    create(root, path).unwrap_or_else(|error| panic!("create {path}: {error:?}"))
}

pub(crate) fn write_file<D: Descriptor>(root: &D, path: &str, content: &[u8]) {
    let emptied = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let file = root.open_at(FOLLOW, path, emptied, RW);
    let file = file.unwrap_or_else(|error| panic!("create {path}: {error:?}"));
    write(&file, WriteAt::Offset(0), content);
}

/// Writes all of `content` and returns the offset behind it.
pub(crate) fn write<D: Descriptor>(file: &D, at: WriteAt, content: &[u8]) -> u64 {
    let mut rest = content;
    let written = file.write_at(at, content.len(), |piece| {
        let (now, later) = rest.split_at(piece.len());
        piece.copy_from_slice(now);
        rest = later;
    });
    let written = written.unwrap_or_else(|error| panic!("write {at:?}: {error:?}"));
    assert_eq!(written.len, content.len(), "there is room");
    written.end
}

/// Reads until `len` bytes are there or the file ends.
pub(crate) fn read<D: Descriptor>(file: &D, offset: u64, len: usize) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let (at, wanted) = (offset + content.len() as u64, len - content.len());
        let count = file.read_at(at, wanted, |piece| content.extend_from_slice(piece));
        let count = count.unwrap_or_else(|error| panic!("read at {at}: {error:?}"));
        if count == 0 {
            return content;
        }
    }
}

/// The whole content of the file at `path`.
pub(crate) fn read_file<D: Descriptor>(root: &D, path: &str) -> Vec<u8> {
    let file = root.open_at(FOLLOW, path, PLAIN, READ);
    let file = file.unwrap_or_else(|error| panic!("open {path}: {error:?}"));
    let size = stat(&file).size;
    read(&file, 0, size as usize + 1)
}

pub(crate) fn stat<D: Descriptor>(descriptor: &D) -> Stat {
    descriptor.stat().expect("an open description")
}

/// The attributes of what is at `path`; a link in the last place is not followed.
pub(crate) fn lstat<D: Descriptor>(root: &D, path: &str) -> Stat {
    let stat = root.stat_at(NOFOLLOW, path);
    stat.unwrap_or_else(|error| panic!("stat {path}: {error:?}"))
}

pub(crate) fn entries<D: Descriptor>(directory: &D) -> Vec<DirEntry> {
    directory.read_dir().expect("a directory").entries
}

/// The names in a directory, sorted: their own order is the file system's.
pub(crate) fn names<D: Descriptor>(directory: &D) -> Vec<String> {
    let entries = entries(directory).into_iter();
    let mut names: Vec<_> = entries.map(|entry| entry.name).collect();
    names.sort_unstable();
    names
}

/// Everything below a directory by its path: attributes, what files and links hold. Times of access
/// are left out, as looking may move them.
pub(crate) fn everything_below<D: Descriptor>(directory: &D) -> BTreeMap<String, (Stat, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut pending = vec![".".to_owned()];
    while let Some(path) = pending.pop() {
        let mut stat = lstat(directory, &path);
        stat.access = stat.modification;
        let content = match stat.file_type {
            FileType::RegularFile => read_file(directory, &path),
            FileType::SymbolicLink => directory
                .readlink_at(&path)
                .expect("a symbolic link")
                .into_bytes(),
            FileType::Directory => {
                let listed = names(&open(directory, &path).expect("a directory"));
                pending.extend(listed.into_iter().map(|name| format!("{path}/{name}")));
                Vec::new()
            }
        };
        found.insert(path, (stat, content));
    }
    found
}

/// How often [`let_time_pass`] looks: seconds on any clock that moves.
const LOOKS: u32 = 10_000_000;

/// Has the file system's clock move on, so that the next change has a later time than all before.
pub(crate) fn let_time_pass<D: Descriptor>(probe: &D) {
    let change = || {
        let set = probe.set_times_at(Target::This, NewTimestamp::NoChange, NewTimestamp::Now);
        set.expect("times can be set");
        stat(probe).change
    };
    let now = change();
    let moved = (0..LOOKS).any(|_| change() > now);
    assert!(moved, "the clock of the file system stands still");
}
