//! unlink(2) and rmdir(2), and what is left of what was removed.

use fs_core::{Descriptor, ErrorCode as E, FileType, NewTimestamp, Remove, Target, WriteAt};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, RW, create, empty, file, lstat, mkdir, names, open, plot, read,
    read_file, stat, tree, write, write_file,
};
use crate::subject::Subject;
use crate::table::{Answer, INVAL, ISDIR, LOOP, NOENT, NOTDIR, NOTEMPTY, OK, PERM, answers};

/// What is there to be removed.
const PLANTED: [&str; 9] = [
    "file",
    "dir/",
    "full/",
    "full/x",
    "full/sub/",
    "to-file->file",
    "to-dir->dir",
    "dangling->absent",
    "self->self",
];

fn table<D: Descriptor>(root: &D, kind: Remove, rows: &[(&str, Answer)]) {
    for (index, (path, expected)) in rows.iter().enumerate() {
        let plot = plot(root, &index.to_string(), &PLANTED);
        let row = format!("{kind:?} {path:?}");
        answers(&plot, &row, *expected, |plot| plot.remove_at(path, kind));
        if expected.is_none() {
            let gone = plot.stat_at(NOFOLLOW, path.trim_end_matches('/'));
            assert_eq!(gone.err(), NOENT, "{row}");
        }
    }
}

/// unlink: names of files and links, never what a link leads to.
pub fn unlink_answers_as_linux_does<S: Subject>(subject: &S) {
    let rows = [
        ("file", OK),
        ("to-file", OK),
        ("to-dir", OK),
        ("dangling", OK),
        ("self", OK),
        ("full/x", OK),
        ("full/sub/../x", OK),
        ("", NOENT),
        ("absent", NOENT),
        ("absent/", NOENT),
        ("absent/x", NOENT),
        ("dangling/x", NOENT),
        ("file/x", NOTDIR),
        ("file/", NOTDIR),
        ("to-file/", NOTDIR),
        ("to-dir/", NOTDIR),
        ("dangling/", NOTDIR),
        ("self/", NOTDIR),
        ("self/x", LOOP),
        ("dir", ISDIR),
        ("dir/", ISDIR),
        ("full", ISDIR),
        (".", ISDIR),
        ("dir/.", ISDIR),
        ("dir/..", ISDIR),
        ("..", PERM),
        ("../x", PERM),
    ];
    table(&empty(subject), Remove::File, &rows);
}

/// rmdir: names of empty directories, and nothing else.
pub fn rmdir_answers_as_linux_does<S: Subject>(subject: &S) {
    let rows = [
        ("dir", OK),
        ("dir/", OK),
        ("dir//", OK),
        ("full/sub", OK),
        ("", NOENT),
        ("absent", NOENT),
        ("absent/", NOENT),
        ("absent/x", NOENT),
        ("absent/.", NOENT),
        ("file", NOTDIR),
        ("file/", NOTDIR),
        ("file/x", NOTDIR),
        ("file/.", NOTDIR),
        ("to-file", NOTDIR),
        ("to-dir", NOTDIR),
        ("to-dir/", NOTDIR),
        ("dangling", NOTDIR),
        ("dangling/", NOTDIR),
        ("self", NOTDIR),
        ("self/x", LOOP),
        ("full", NOTEMPTY),
        ("full/", NOTEMPTY),
        ("dir/..", NOTEMPTY),
        ("full/sub/..", NOTEMPTY),
        (".", INVAL),
        ("dir/.", INVAL),
        ("full/.", INVAL),
        ("..", PERM),
        ("dir/../..", PERM),
    ];
    table(&empty(subject), Remove::Directory, &rows);
}

/// Removing a link leaves what it led to.
pub fn removing_a_link_leaves_its_target<S: Subject>(subject: &S) {
    let root = tree(subject, &PLANTED);
    for link in ["to-file", "to-dir"] {
        root.remove_at(link, Remove::File).expect("a link");
    }
    assert_eq!(read_file(&root, "file"), b"file");
    assert_eq!(lstat(&root, "dir").file_type, FileType::Directory);
}

/// An open file whose last name is gone can be read, written, cut and looked at until it is closed
/// (POSIX, unlink()).
pub fn an_open_file_survives_its_last_name<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let unlinked = file(&root, "file");
    root.remove_at("file", Remove::File).expect("a file");
    write(&unlinked, WriteAt::End, b" lives");
    assert_eq!(read(&unlinked, 0, 20), b"file lives");
    unlinked.set_size(4).expect("open for writing");
    unlinked.allocate(0, 6).expect("open for writing");
    let now = NewTimestamp::Now;
    unlinked.set_times_at(Target::This, now, now).expect("open");
    assert_eq!((stat(&unlinked).size, stat(&unlinked).link_count), (6, 0));
    assert_eq!(read(&unlinked.clone(), 0, 20), b"file\0\0");
}

/// A name that is free again is given to a new inode; the old one stays with those who have it
/// open.
pub fn a_removed_name_can_be_used_again_at_once<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    let (old_file, old_directory) = (file(&root, "file"), open(&root, "dir").expect("dir"));
    root.remove_at("file", Remove::File).expect("a file");
    root.remove_at("dir", Remove::Directory)
        .expect("a directory");
    write_file(&root, "file", b"another");
    mkdir(&root, "dir");
    assert!(!old_file.is_same_object(&open(&root, "file").expect("file")));
    assert!(!old_directory.is_same_object(&open(&root, "dir").expect("dir")));
    assert_eq!(read(&old_file, 0, 10), b"file");
    assert_eq!(read_file(&root, "file"), b"another");
}

/// A removed directory that is open is still a directory, without links and without names; nothing
/// can be made in it or found in it: `NoEntry` (POSIX, rmdir()).
pub fn a_removed_directory_takes_no_new_names<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "file", "loop->loop", "other/"]);
    let removed = open(&root, "dir").expect("a directory");
    root.remove_at("dir", Remove::Directory)
        .expect("an empty one");
    assert_eq!(stat(&removed).link_count, 0);
    assert_eq!(stat(&removed).file_type, FileType::Directory);
    assert_eq!(create(&removed, "x").err(), NOENT);
    assert_eq!(open(&removed, "x").err(), NOENT);
    assert_eq!(removed.stat_at(NOFOLLOW, "x").err(), NOENT);
    assert_eq!(removed.create_directory_at("x").err(), NOENT);
    assert_eq!(removed.symlink_at("t", "x").err(), NOENT);
    assert_eq!(root.link_at(NOFOLLOW, "file", &removed, "x").err(), NOENT);
    assert_eq!(root.rename_at("file", &removed, "x").err(), NOENT);
    assert_eq!(root.rename_at("other", &removed, "x").err(), NOENT);
    assert_eq!(root.rename_at("file/", &removed, "x").err(), NOENT);
    assert_eq!(root.rename_at(".", &removed, "x").err(), Some(E::Busy));
    assert_eq!(removed.rename_at("x", &root, ".").err(), Some(E::Busy));
    assert_eq!(removed.rename_at("x", &root, "loop/y").err(), Some(E::Loop));
    assert_eq!(removed.rename_at("x", &root, "x").err(), NOENT);
    assert_eq!(removed.remove_at("x", Remove::File).err(), NOENT);
    assert_eq!(removed.remove_at("x", Remove::Directory).err(), NOENT);
    assert_eq!(removed.read_dir().err(), NOENT);
    assert_eq!(names(&root), ["file", "loop", "other"]);
}

/// `.` is a removed directory itself, for those who have it open: it can be looked at and opened.
pub fn a_removed_directory_is_still_its_own_dot<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/"]);
    let removed = open(&root, "dir").expect("a directory");
    root.remove_at("dir", Remove::Directory)
        .expect("an empty one");
    for at in [NOFOLLOW, FOLLOW] {
        for path in [".", "./", "././/."] {
            assert_eq!(removed.stat_at(at, path), removed.stat(), "{path}");
            let again = removed.open_at(at, path, PLAIN, READ).expect("itself");
            assert!(again.is_same_object(&removed), "{path}");
        }
    }
    let now = NewTimestamp::Now;
    assert_eq!(
        removed.set_times_at(Target::At(NOFOLLOW, "."), now, now),
        Ok(())
    );
    assert_eq!(removed.create_directory_at(".").err(), Some(E::Exist));
    assert_eq!(removed.remove_at(".", Remove::Directory).err(), INVAL);
    assert_eq!(removed.open_at(NOFOLLOW, ".", PLAIN, RW).err(), ISDIR);
    assert_eq!(removed.stat_at(NOFOLLOW, "..").err(), PERM);
}

/// What goes away with its last description leaves nothing behind: a directory can be filled and
/// emptied as often as one likes.
pub fn removing_leaves_room_for_more<S: Subject>(subject: &S) {
    let root = empty(subject);
    for round in 0..50 {
        mkdir(&root, "dir");
        for index in 0..20 {
            write_file(&root, &format!("dir/{index}"), &[round; 1000]);
        }
        assert_eq!(root.remove_at("dir", Remove::Directory).err(), NOTEMPTY);
        for index in 0..20 {
            let path = format!("dir/{index}");
            root.remove_at(&path, Remove::File).expect("a file");
        }
        root.remove_at("dir", Remove::Directory)
            .expect("an empty one");
    }
    assert!(names(&root).is_empty());
    assert_eq!(stat(&root).link_count, 2);
}
