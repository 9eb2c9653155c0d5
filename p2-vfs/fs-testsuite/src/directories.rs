//! mkdir(2), and what a listing shows.

use std::collections::BTreeSet;

use fs_core::{Descriptor, ErrorCode as E, FileType, Remove};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, empty, entries, file, lstat, mkdir, names, open, plot, stat,
    tree,
};
use crate::subject::Subject;
use crate::table::{EXIST, NOENT, NOTDIR, OK, PERM, answers};

/// More names than any listing holds in one piece.
const MANY: usize = 10_000;

/// mkdir: the way there, then whatever is in the way, followed or not.
pub fn mkdir_answers_as_linux_does<S: Subject>(subject: &S) {
    let planted = [
        "file",
        "dir/",
        "to-file->file",
        "to-dir->dir",
        "dangling->absent",
        "self->self",
    ];
    let rows = [
        ("new", OK),
        ("new/", OK),
        ("new//", OK),
        ("dir/new", OK),
        ("to-dir/new", OK),
        ("dir/../new", OK),
        ("", NOENT),
        ("absent/new", NOENT),
        ("dangling/new", NOENT),
        ("new/.", NOENT),
        ("file/new", NOTDIR),
        ("file/.", NOTDIR),
        ("to-file/new", NOTDIR),
        ("self/new", Some(E::Loop)),
        ("file", EXIST),
        ("file/", EXIST),
        ("dir", EXIST),
        ("dir/", EXIST),
        ("to-file", EXIST),
        ("to-dir", EXIST),
        ("to-dir/", EXIST),
        ("dangling", EXIST),
        ("dangling/", EXIST),
        ("self", EXIST),
        (".", EXIST),
        ("dir/.", EXIST),
        ("dir/..", EXIST),
        ("..", PERM),
        ("../new", PERM),
    ];
    let root = empty(subject);
    for (index, (path, expected)) in rows.into_iter().enumerate() {
        let plot = plot(&root, &index.to_string(), &planted);
        answers(&plot, path, expected, |plot| {
            plot.create_directory_at(path)?;
            let made = open(plot, path).expect("the new directory");
            assert!(names(&made).is_empty(), "{path}");
            assert_eq!(stat(&made).link_count, 2, "{path}");
            Ok(())
        });
    }
}

/// A listing has each name once, with the type and the inode number that `stat_at` gives, and
/// neither `.` nor `..`.
pub fn a_listing_agrees_with_stat<S: Subject>(subject: &S) {
    let planted = [
        "file",
        "dir/",
        "link->file",
        "dangling->absent",
        "dir/inner",
        ".hidden",
        "..x",
    ];
    let root = tree(subject, &planted);
    root.link_at(NOFOLLOW, "file", &root, "second")
        .expect("a free name");
    let expected = [
        "..x", ".hidden", "dangling", "dir", "file", "link", "second",
    ];
    assert_eq!(names(&root), expected);
    for entry in entries(&root) {
        let stat = lstat(&root, &entry.name);
        assert_eq!(
            (entry.ino, entry.file_type),
            (stat.ino, stat.file_type),
            "{}",
            entry.name
        );
    }
}

/// A listing knows the directory and its parent; the top is its own parent.
pub fn a_listing_knows_the_directory_and_its_parent<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "a/b/", "to-b->a/b"]);
    let listing = |path: &str| {
        let opened = root
            .open_at(FOLLOW, path, PLAIN, READ)
            .expect("a directory");
        opened.read_dir().expect("a directory")
    };
    let ino = |path: &str| lstat(&root, path).ino;
    for (path, this, parent) in [
        (".", ".", "."),
        ("a", "a", "."),
        ("a/b", "a/b", "a"),
        ("to-b", "a/b", "a"),
    ] {
        let listing = listing(path);
        assert_eq!(
            (listing.this, listing.parent),
            (ino(this), ino(parent)),
            "{path}"
        );
    }
}

/// Only directories can be listed.
pub fn only_a_directory_can_be_listed<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = open(&root, "file").expect("a file");
    assert_eq!(file.read_dir().err(), NOTDIR);
}

/// A listing shows what is there now, to every description of the directory.
pub fn a_listing_is_of_this_moment<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/a", "dir/b"]);
    let (one, two) = (
        open(&root, "dir").expect("dir"),
        open(&root, "dir").expect("dir"),
    );
    assert_eq!(names(&one), ["a", "b"]);
    one.remove_at("a", Remove::File).expect("a file");
    assert_eq!(names(&two), ["b"]);
    two.rename_at("b", &two, "c").expect("a free name");
    mkdir(&root, "dir/d");
    assert_eq!(names(&one), ["c", "d"]);
}

/// Ten thousand names are all listed, once.
pub fn a_directory_holds_ten_thousand_names<S: Subject>(subject: &S) {
    let root = empty(subject);
    let expected: BTreeSet<_> = (0..MANY).map(|index| format!("name-{index}")).collect();
    for name in &expected {
        drop(file(&root, name));
    }
    let listed = entries(&root);
    assert_eq!(listed.len(), MANY);
    let listed: BTreeSet<_> = listed.into_iter().map(|entry| entry.name).collect();
    assert!(listed == expected);
}

/// Who removes what was listed removes everything: nothing moves out of the way of the reader
/// (POSIX, readdir()).
pub fn removing_what_is_listed_removes_everything<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/"]);
    let directory = open(&root, "dir").expect("a directory");
    for index in 0..500 {
        drop(file(&directory, &index.to_string()));
    }
    for entry in entries(&directory) {
        directory
            .remove_at(&entry.name, Remove::File)
            .expect("it was listed");
    }
    assert!(entries(&directory).is_empty());
    assert_eq!(root.remove_at("dir", Remove::Directory), Ok(()));
}

/// Names keep their order, whatever comes and goes between them (POSIX, readdir(): a name that stays
/// is shown once).
pub fn names_keep_their_order<S: Subject>(subject: &S) {
    let root = empty(subject);
    let make = |range: std::ops::Range<u32>| {
        for index in range {
            drop(file(&root, &index.to_string()));
        }
    };
    let order = || entries(&root).into_iter().map(|entry| entry.name);
    make(0..300);
    let before: Vec<_> = order().collect();
    let stays = |name: &String| {
        name.parse::<u32>()
            .is_ok_and(|index| index % 3 == 0 && index < 300)
    };
    for name in before.iter().filter(|name| !stays(name)) {
        root.remove_at(name, Remove::File).expect("it was listed");
    }
    make(300..400);
    let before = before.into_iter().filter(stays);
    assert!(order().filter(stays).eq(before));
    assert_eq!(order().count(), 200);
}

/// A directory has two links, and one more for each directory in it (Linux; the entries `.` and
/// `..`).
pub fn a_directory_counts_the_directories_in_it<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "a/file", "a/link->file", "b/"]);
    let links = |path: &str| lstat(&root, path).link_count;
    assert_eq!((links("."), links("a"), links("b")), (4, 2, 2));
    for name in ["a/one", "a/two"] {
        mkdir(&root, name);
    }
    assert_eq!((links("."), links("a")), (4, 4));
    root.rename_at("a/one", &root, "b/one")
        .expect("a free name");
    assert_eq!((links("a"), links("b")), (3, 3));
    root.rename_at("a/two", &root, "a/three")
        .expect("a free name");
    assert_eq!(links("a"), 3);
    root.remove_at("a/three", Remove::Directory)
        .expect("an empty one");
    assert_eq!(links("a"), 2);
}

/// A directory has size 0, however much is in it.
pub fn a_directory_has_no_size<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/a", "dir/b/"]);
    assert_eq!(
        (lstat(&root, "dir").size, lstat(&root, "dir/b").size),
        (0, 0)
    );
}

/// Directories may be deep: every level can be reached, from the top and from the one above.
pub fn directories_may_be_deep<S: Subject>(subject: &S) {
    let root = empty(subject);
    let mut at = open(&root, ".").expect("the top");
    for _ in 0..1500 {
        mkdir(&at, "d");
        at = open(&at, "d").expect("a new directory");
    }
    drop(file(&at, "file"));
    let path = format!("{}.", "d/".repeat(1500));
    let reached = open(&root, &path).expect("the deepest directory");
    assert!(reached.is_same_object(&at));
    assert_eq!(
        lstat(&root, &format!("{path}/file")).file_type,
        FileType::RegularFile
    );
    assert_eq!(root.rename_at("d", &at, "x"), Err(E::Invalid));
    assert_eq!(NOENT, at.stat_at(NOFOLLOW, "absent").err());
}
