//! Open file descriptions: what they share, and what they do not depend on.

use fs_core::{Descriptor, NewTimestamp, Remove, SyncLevel, Target, WriteAt};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, RW, file, lstat, mkdir, names, open, read, read_file, stat,
    tree, write, write_file,
};
use crate::subject::Subject;

/// A description stays with its inode, whatever becomes of the names on the way to it.
pub fn a_description_does_not_depend_on_names<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "a/b/", "a/b/file"]);
    let (file, directory) = (
        file(&root, "a/b/file"),
        open(&root, "a/b").expect("a directory"),
    );
    root.rename_at("a/b/file", &root, "moved")
        .expect("a free name");
    write_file(&root, "a/b/file", b"another");
    root.rename_at("a", &root, "z").expect("a free name");
    write(&file, WriteAt::End, b"!");
    assert_eq!(read_file(&root, "moved"), b"a/b/file!");
    assert_eq!(read(&file, 0, 20), b"a/b/file!");
    assert_eq!(names(&directory), ["file"]);
    mkdir(&directory, "new");
    assert_eq!(lstat(&root, "z/b/new").link_count, 2);
}

/// Descriptions of one inode are the same object, however it was reached; others are not.
pub fn the_same_object_is_the_same_inode<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["file", "other", "dir/", "to-file->file", "to-dir->dir"],
    );
    root.link_at(NOFOLLOW, "file", &root, "dir/second")
        .expect("a free name");
    let opened = |path: &str| {
        root.open_at(FOLLOW, path, PLAIN, READ)
            .expect("it is there")
    };
    let same = |one: &str, two: &str| opened(one).is_same_object(&opened(two));
    for (one, two) in [
        ("file", "file"),
        ("file", "dir/second"),
        ("file", "to-file"),
        ("dir", "to-dir"),
        ("dir", "dir/."),
        (".", "dir/.."),
    ] {
        assert!(same(one, two) && same(two, one), "{one} {two}");
    }
    for (one, two) in [("file", "other"), ("dir", "."), ("file", "dir")] {
        assert!(!same(one, two) && !same(two, one), "{one} {two}");
    }
    let writable = root.open_at(NOFOLLOW, "file", PLAIN, RW).expect("a file");
    assert!(
        writable.is_same_object(&opened("file")),
        "whatever it was opened for"
    );
}

/// What is equal in content and size is not the same object, nor what has a removed one's name.
pub fn equal_files_are_not_the_same_object<S: Subject>(subject: &S) {
    let root = tree(subject, &[]);
    write_file(&root, "a", b"equal");
    write_file(&root, "b", b"equal");
    let (a, b) = (file(&root, "a"), file(&root, "b"));
    assert!(!a.is_same_object(&b));
    root.remove_at("a", Remove::File).expect("a file");
    write_file(&root, "a", b"equal");
    assert!(!a.is_same_object(&file(&root, "a")));
}

/// A clone is the same description; either can be dropped.
pub fn a_clone_is_the_same_description<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let first = file(&root, "file");
    let second = first.clone();
    assert_eq!(first.flags(), second.flags());
    assert!(first.is_same_object(&second));
    root.remove_at("file", Remove::File).expect("a file");
    drop(first);
    write(&second, WriteAt::End, b" goes on");
    assert_eq!(read(&second, 0, 20), b"file goes on");
}

/// A file can be opened many times at once.
pub fn a_file_may_be_open_many_times<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let all: Vec<_> = (0..100).map(|_| file(&root, "file")).collect();
    for (index, one) in all.iter().enumerate() {
        write(one, WriteAt::Offset(index as u64), &[index as u8]);
    }
    let expected: Vec<_> = (0..100).collect();
    assert!(all.iter().all(|one| read(one, 0, 200) == expected));
}

/// Files and directories can be synchronised, whatever they were opened for, with a name or without
/// (fsync(2)).
pub fn everything_can_be_synchronised<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    let all = [
        file(&root, "file"),
        open(&root, "file").expect("a file"),
        open(&root, "dir").expect("a directory"),
    ];
    root.remove_at("file", Remove::File).expect("a file");
    for descriptor in &all {
        for level in [SyncLevel::Data, SyncLevel::All] {
            assert_eq!(descriptor.sync(level), Ok(()), "{level:?}");
        }
    }
}

/// Times are set through a description whatever it was opened for, as they are the owner's
/// (futimens(3)).
pub fn times_are_set_through_any_description<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    let at = |seconds: u64| fs_core::Timestamp(seconds * 1_000_000_000);
    let opened = [open(&root, "file"), open(&root, "dir")];
    for descriptor in opened.map(|opened| opened.expect("it is there")) {
        let (access, modification) = (NewTimestamp::At(at(5)), NewTimestamp::At(at(6)));
        let set = descriptor.set_times_at(Target::This, access, modification);
        assert_eq!(set, Ok(()));
        let stat = stat(&descriptor);
        assert_eq!((stat.access, stat.modification), (at(5), at(6)));
    }
}
