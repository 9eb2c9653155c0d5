//! A tree that a program must not change: as Linux's read-only mounts, `ReadOnly` is the last error
//! but for those that Linux finds later.

use fs_core::{
    Descriptor, ErrorCode as E, FileSystem, NewTimestamp, OpenFlags, Remove, Result, Target,
    WriteAt,
};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, RW, WRITE, entries, lstat, names, open, plant, read, read_file,
    root_of,
};
use crate::subject::ReadOnlyTree;
use crate::table::answers;

const PLANTED: [&str; 8] = [
    "file",
    "dir/",
    "full/",
    "full/x",
    "to-file->file",
    "to-dir->dir",
    "dangling->absent",
    "self->self",
];

const NOENT: E = E::NoEntry;
const NOTDIR: E = E::NotDirectory;
const EXIST: E = E::Exist;
const ROFS: E = E::ReadOnly;

type Root<S> = <<S as ReadOnlyTree>::ReadOnly as FileSystem>::Descriptor;

fn tree<S: ReadOnlyTree>(subject: &S) -> Root<S> {
    root_of(&subject.read_only(|root| plant(root, &PLANTED)))
}

fn refuses<D: Descriptor, T>(
    root: &D,
    rows: &[(&str, E)],
    operation: impl Fn(&D, &str) -> Result<T>,
) {
    for (path, expected) in rows {
        answers(root, path, Some(*expected), |root| operation(root, path));
    }
}

/// Everything can be opened for reading, read, listed and looked at.
pub fn everything_can_be_read<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    assert_eq!(read_file(&root, "full/x"), b"full/x");
    assert_eq!(read_file(&root, "to-file"), b"file");
    assert_eq!(root.readlink_at("dangling").as_deref(), Ok("absent"));
    assert_eq!(entries(&open(&root, "full").expect("a directory")).len(), 1);
    assert!(
        root.open_at(FOLLOW, "to-dir", OpenFlags::DIRECTORY, READ)
            .is_ok()
    );
    assert!(
        open(&root, "file").expect("a file").is_same_object(
            &root
                .open_at(FOLLOW, "to-file", OpenFlags::CREATE, READ)
                .expect("nothing to create")
        )
    );
    assert_eq!(
        root.open_at(NOFOLLOW, "absent", PLAIN, READ).err(),
        Some(NOENT)
    );
    assert_eq!(names(&root).len(), 7);
}

/// A file is not opened for writing; a directory never is.
pub fn nothing_is_opened_for_writing<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let rows = [
        ("file", ROFS),
        ("to-file", ROFS),
        ("full/x", ROFS),
        ("dir", E::IsDirectory),
        ("to-dir", E::IsDirectory),
        ("file/", NOTDIR),
        ("absent", NOENT),
        ("dangling", NOENT),
        ("self", E::Loop),
        ("..", E::NotPermitted),
    ];
    for access in [WRITE, RW] {
        refuses(&root, &rows, |root, path| {
            root.open_at(FOLLOW, path, PLAIN, access)
        });
    }
    refuses(&root, &rows, |root, path| {
        root.open_at(FOLLOW, path, OpenFlags::TRUNCATE, READ)
    });
    let unfollowed = root.open_at(NOFOLLOW, "to-file", PLAIN, WRITE);
    assert_eq!(unfollowed.err(), Some(E::Loop));
}

/// No file is created: `ReadOnly` once the way there is good and the name is free.
pub fn no_file_is_created<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let rows = [
        ("new", ROFS),
        ("dir/new", ROFS),
        ("to-dir/new", ROFS),
        ("dangling", ROFS),
        ("absent/new", NOENT),
        ("file/new", NOTDIR),
        ("dir", E::IsDirectory),
        ("new/", E::IsDirectory),
        ("absent/new/", NOENT),
        ("self", E::Loop),
        ("", NOENT),
        ("../new", E::NotPermitted),
    ];
    refuses(&root, &rows, |root, path| {
        root.open_at(FOLLOW, path, OpenFlags::CREATE, READ)
    });
    let rows = [
        ("new", ROFS),
        ("file", EXIST),
        ("dir", EXIST),
        ("dangling", EXIST),
        ("x/y", NOENT),
    ];
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    refuses(&root, &rows, |root, path| {
        root.open_at(FOLLOW, path, exclusive, RW)
    });
}

/// No directory and no link is made: what is wrong with the path first, then a name that exists,
/// then `ReadOnly`.
pub fn no_name_is_made<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let rows = [
        ("new", ROFS),
        ("dir/new", ROFS),
        ("to-dir/new", ROFS),
        ("file", EXIST),
        ("dir", EXIST),
        ("dangling", EXIST),
        (".", EXIST),
        ("absent/new", NOENT),
        ("file/new", NOTDIR),
        ("", NOENT),
        ("..", E::NotPermitted),
    ];
    refuses(&root, &rows, |root, path| root.create_directory_at(path));
    refuses(&root, &rows, |root, path| root.symlink_at("target", path));
    refuses(&root, &rows, |root, path| {
        root.link_at(NOFOLLOW, "file", root, path)
    });
    refuses(&root, &[("new/", ROFS)], |root, path| {
        root.create_directory_at(path)
    });
    refuses(&root, &[("new/", NOENT)], |root, path| {
        root.symlink_at("target", path)
    });
    refuses(&root, &[("new/", NOENT)], |root, path| {
        root.link_at(NOFOLLOW, "file", root, path)
    });
    let sources = [
        ("absent", NOENT),
        ("file/x", NOTDIR),
        ("dir", ROFS),
        ("to-file", ROFS),
    ];
    refuses(&root, &sources, |root, path| {
        root.link_at(NOFOLLOW, path, root, "new")
    });
}

/// No name is moved or removed: `ReadOnly` once the way there is good, before the name is looked
/// for.
pub fn no_name_is_moved_or_removed<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let rows = [
        ("file", ROFS),
        ("dir", ROFS),
        ("full", ROFS),
        ("full/x", ROFS),
        ("to-dir", ROFS),
        ("absent", ROFS),
        ("absent/x", NOENT),
        ("file/x", NOTDIR),
        ("self/x", E::Loop),
        ("", NOENT),
        ("..", E::NotPermitted),
    ];
    refuses(&root, &rows, |root, path| {
        root.remove_at(path, Remove::File)
    });
    refuses(&root, &rows, |root, path| {
        root.remove_at(path, Remove::Directory)
    });
    refuses(&root, &rows, |root, path| root.rename_at(path, root, "new"));
    refuses(&root, &rows, |root, path| {
        root.rename_at("file", root, path)
    });
    refuses(
        &root,
        &[(".", E::IsDirectory), ("dir/..", E::IsDirectory)],
        |root, path| root.remove_at(path, Remove::File),
    );
    refuses(
        &root,
        &[(".", E::Invalid), ("dir/..", E::NotEmpty)],
        |root, path| root.remove_at(path, Remove::Directory),
    );
    refuses(
        &root,
        &[(".", E::Busy), ("dir/..", E::Busy)],
        |root, path| root.rename_at(path, root, "new"),
    );
}

/// No time is set, by path or by description.
pub fn no_time_is_set<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let now = NewTimestamp::Now;
    let rows = [
        ("file", ROFS),
        ("dir", ROFS),
        ("dangling", ROFS),
        ("absent", NOENT),
        ("file/", NOTDIR),
        ("..", E::NotPermitted),
    ];
    refuses(&root, &rows, |root, path| {
        root.set_times_at(Target::At(NOFOLLOW, path), now, now)
    });
    for path in ["file", "dir"] {
        let opened = open(&root, path).expect("it is there");
        assert_eq!(
            opened.set_times_at(Target::This, now, now),
            Err(ROFS),
            "{path}"
        );
    }
}

/// What is open is open for reading: nothing is written, cut or extended through it.
pub fn no_content_changes<S: ReadOnlyTree>(subject: &S) {
    let root = tree(subject);
    let before = lstat(&root, "file");
    let file = open(&root, "file").expect("a file");
    for at in [WriteAt::Offset(0), WriteAt::End] {
        let written = file.write_at(at, 1, |piece| piece.fill(0));
        assert_eq!(written, Err(E::BadDescriptor));
    }
    assert_eq!(file.set_size(0), Err(E::Invalid));
    assert_eq!(file.allocate(0, 100), Err(E::BadDescriptor));
    assert_eq!(read(&file, 0, 10), b"file");
    assert_eq!(lstat(&root, "file"), before);
}
