//! Inode numbers.

use std::collections::BTreeSet;

use fs_core::{Descriptor, Ino, Remove, WriteAt};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, empty, entries, file, lstat, mkdir, open, stat, tree, write,
};
use crate::subject::Subject;

/// Every inode has a number of its own, and none is 0 (programs take 0 for «no entry»).
pub fn every_inode_has_a_number_of_its_own<S: Subject>(subject: &S) {
    let planted = [
        "a",
        "b",
        "dir/",
        "dir/a",
        "dir/sub/",
        "link->a",
        "dangling->absent",
    ];
    let root = tree(subject, &planted);
    let paths = [".", "a", "b", "dir", "dir/a", "dir/sub", "link", "dangling"];
    let numbers: BTreeSet<_> = paths.iter().map(|path| lstat(&root, path).ino).collect();
    assert_eq!(numbers.len(), paths.len());
    assert!(!numbers.contains(&Ino(0)));
}

/// One inode has one number: by path, by description, in listings, through links, under all names.
pub fn a_number_is_the_same_wherever_it_is_shown<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/", "link->file"]);
    root.link_at(NOFOLLOW, "file", &root, "dir/second")
        .expect("a free name");
    let ino = lstat(&root, "file").ino;
    assert_eq!(stat(&open(&root, "file").expect("a file")).ino, ino);
    assert_eq!(lstat(&root, "dir/second").ino, ino);
    assert_eq!(lstat(&root, "dir/../file").ino, ino);
    let followed = root.open_at(FOLLOW, "link", PLAIN, READ).expect("a file");
    assert_eq!(stat(&followed).ino, ino);
    let directory = open(&root, "dir").expect("a directory");
    assert_eq!(entries(&directory)[0].ino, ino);
    assert_eq!(
        directory.read_dir().expect("a directory").this,
        stat(&directory).ino
    );
}

/// Nothing that happens to an inode changes its number.
pub fn a_number_stays_as_long_as_the_inode<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    let open = file(&root, "file");
    let ino = stat(&open).ino;
    write(&open, WriteAt::End, &[1; 100_000]);
    open.set_size(0).expect("open for writing");
    root.rename_at("file", &root, "dir/moved")
        .expect("a free name");
    root.link_at(NOFOLLOW, "dir/moved", &root, "again")
        .expect("a free name");
    root.remove_at("dir/moved", Remove::File).expect("a file");
    assert_eq!((lstat(&root, "again").ino, stat(&open).ino), (ino, ino));
    root.remove_at("again", Remove::File).expect("a file");
    assert_eq!(stat(&open).ino, ino);
}

/// A number is never used twice, even if its inode is long gone.
pub fn a_number_is_never_used_again<S: Subject>(subject: &S) {
    let root = empty(subject);
    let mut numbers = BTreeSet::from([stat(&root).ino]);
    let mut new = |path: &str| assert!(numbers.insert(lstat(&root, path).ino), "{path}");
    for _ in 0..300 {
        drop(file(&root, "file"));
        new("file");
        root.remove_at("file", Remove::File).expect("a file");
        mkdir(&root, "dir");
        new("dir");
        root.remove_at("dir", Remove::Directory)
            .expect("an empty directory");
        root.symlink_at("t", "link").expect("a free name");
        new("link");
        root.remove_at("link", Remove::File).expect("a link");
    }
}
