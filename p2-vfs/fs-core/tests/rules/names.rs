//! Operations that make, move and remove names.

use crate::support::{
    NOFOLLOW, create, empty, names, open, read, read_file, tree, write, write_file,
};
use fs_core::{Descriptor, ErrorCode, FileType, Remove, WriteAt};

/// Runs `operation` with each pair of arguments and compares its error.
fn table(
    operation: impl Fn(&str, &str) -> fs_core::Result<()>,
    rows: &[(&str, &str, Option<ErrorCode>)],
) {
    for (old, new, expected) in rows {
        assert_eq!(operation(old, new).err(), *expected, "{old} {new}");
    }
}

#[test]
fn rename_answers_as_linux_does() {
    let root = tree(&[
        "file",
        "other",
        "dir/",
        "empty/",
        "full/",
        "full/x",
        "dir/sub/",
        "to-dir->dir",
    ]);
    use ErrorCode as E;
    table(
        |old, new| root.rename_at(old, &root, new),
        &[
            ("absent", "x", Some(E::NoEntry)),
            ("", "x", Some(E::NoEntry)),
            ("file", "absent/x", Some(E::NoEntry)),
            ("file", "other/x", Some(E::NotDirectory)),
            (".", "x", Some(E::Busy)),
            ("dir/..", "x", Some(E::Busy)),
            ("dir", ".", Some(E::Busy)),
            ("..", "x", Some(E::NotPermitted)),
            ("file/", "x", Some(E::NotDirectory)),
            ("file", "x/", Some(E::NotDirectory)),
            ("to-dir/", "x", Some(E::NotDirectory)),
            ("dir", "dir/sub/x", Some(E::Invalid)),
            ("dir", "dir/x", Some(E::Invalid)),
            ("dir/sub", "dir", Some(E::NotEmpty)),
            ("dir", "file", Some(E::NotDirectory)),
            ("dir", "to-dir", Some(E::NotDirectory)),
            ("file", "dir", Some(E::IsDirectory)),
            ("file", "empty", Some(E::IsDirectory)),
            ("dir", "full", Some(E::NotEmpty)),
            ("file", "file", None),
            ("dir", "dir", None),
            ("file", "other", None),
            ("dir/", "empty/", None),
        ],
    );
    assert_eq!(names(&root), ["other", "empty", "full", "to-dir"]);
    assert_eq!(read_file(&root, "other"), b"file");
}

#[test]
fn two_names_of_one_inode_stay_when_one_is_renamed_to_the_other() {
    let root = tree(&["a"]);
    root.link_at(NOFOLLOW, "a", &root, "b").expect("a link");
    root.rename_at("a", &root, "b").expect("nothing to do");
    assert_eq!(names(&root), ["a", "b"]);
}

#[test]
fn a_moved_directory_takes_its_open_descriptors_along() {
    let root = tree(&["a/", "a/inner/", "b/"]);
    let inner = open(&root, "a/inner").expect("a directory");
    root.rename_at("a", &root, "b/moved").expect("free name");
    write_file(&inner, "file", b"here");
    assert_eq!(read_file(&root, "b/moved/inner/file"), b"here");
    assert_eq!(root.stat().expect("a root").link_count, 3);
    assert_eq!(root.stat_at(NOFOLLOW, "b").expect("b").link_count, 3);
    let moved = open(&root, "b/moved").expect("a directory");
    let listing = moved.read_dir().expect("a directory");
    assert_eq!(listing.parent, root.stat_at(NOFOLLOW, "b").expect("b").ino);
}

#[test]
fn rename_over_an_open_file_leaves_its_content_to_the_descriptor() {
    let root = tree(&["new", "old"]);
    let old = open(&root, "old").expect("a file");
    root.rename_at("new", &root, "old")
        .expect("a file over a file");
    assert_eq!(read(&old, 0, 10), b"old");
    assert_eq!(old.stat().expect("still open").link_count, 0);
    assert_eq!(read_file(&root, "old"), b"new");
}

#[test]
fn removal_answers_as_linux_does() {
    let root = tree(&[
        "file",
        "dir/",
        "full/",
        "full/x",
        "to-dir->dir",
        "to-file->file",
    ]);
    use ErrorCode as E;
    table(
        |path, _| root.remove_at(path, Remove::File),
        &[
            ("", "", Some(E::NoEntry)),
            ("absent", "", Some(E::NoEntry)),
            ("dir", "", Some(E::IsDirectory)),
            ("dir/", "", Some(E::IsDirectory)),
            (".", "", Some(E::IsDirectory)),
            ("file/", "", Some(E::NotDirectory)),
            ("to-dir/", "", Some(E::NotDirectory)),
            ("to-file", "", None),
        ],
    );
    table(
        |path, _| root.remove_at(path, Remove::Directory),
        &[
            ("absent", "", Some(E::NoEntry)),
            ("file", "", Some(E::NotDirectory)),
            ("file/", "", Some(E::NotDirectory)),
            ("to-dir", "", Some(E::NotDirectory)),
            ("to-dir/", "", Some(E::NotDirectory)),
            ("full", "", Some(E::NotEmpty)),
            (".", "", Some(E::Invalid)),
            ("dir/..", "", Some(E::NotEmpty)),
            ("dir/", "", None),
        ],
    );
    assert_eq!(names(&root), ["file", "full", "to-dir"]);
}

#[test]
fn an_open_file_survives_its_last_name() {
    let (fs, root, _) = empty();
    let file = create(&root, "file").expect("a new file");
    write(&file, WriteAt::End, b"kept");
    let ino = file.stat().expect("open").ino;
    root.remove_at("file", Remove::File).expect("a file");
    let again = create(&root, "file").expect("a free name");
    assert_ne!(again.stat().expect("open").ino, ino);
    write(&file, WriteAt::End, b"!");
    assert_eq!(read(&file, 0, 10), b"kept!");
    assert_eq!(fs.usage().bytes, 5);
    drop(file);
    assert_eq!(fs.usage().bytes, 0);
}

#[test]
fn an_open_directory_survives_its_name_without_taking_new_ones() {
    let root = tree(&["dir/"]);
    let directory = open(&root, "dir").expect("a directory");
    root.remove_at("dir", Remove::Directory)
        .expect("an empty one");
    root.create_directory_at("dir").expect("a free name");
    assert_eq!(directory.stat().expect("open").link_count, 0);
    assert_eq!(create(&directory, "x").err(), Some(ErrorCode::NoEntry));
    let itself = directory.stat_at(NOFOLLOW, ".").expect("itself");
    assert_eq!(itself, directory.stat().expect("open"));
    let again = open(&directory, ".").expect("itself");
    assert!(again.is_same_object(&directory));
    assert_eq!(
        directory.create_directory_at(".").err(),
        Some(ErrorCode::Exist)
    );
    assert_eq!(
        directory.link_at(NOFOLLOW, ".", &root, "link").err(),
        Some(ErrorCode::NotPermitted)
    );
    assert_eq!(directory.read_dir().err(), Some(ErrorCode::NoEntry));
    assert!(names(&open(&root, "dir").expect("the new one")).is_empty());
}

#[test]
fn links_share_an_inode_and_count() {
    let root = tree(&["a", "dir/", "dangling->nowhere"]);
    use ErrorCode as E;
    table(
        |old, new| root.link_at(NOFOLLOW, old, &root, new),
        &[
            ("a", "dir/b", None),
            ("dangling", "second", None),
            ("a", "a", Some(E::Exist)),
            ("a", "dir", Some(E::Exist)),
            ("a", "dangling", Some(E::Exist)),
            ("a", "new/", Some(E::NoEntry)),
            ("a/", "new", Some(E::NotDirectory)),
            ("dir", "new", Some(E::NotPermitted)),
            (".", "new", Some(E::NotPermitted)),
            ("absent", "new", Some(E::NoEntry)),
        ],
    );
    let first = root.stat_at(NOFOLLOW, "a").expect("a");
    assert_eq!(first, root.stat_at(NOFOLLOW, "dir/b").expect("b"));
    assert_eq!(first.link_count, 2);
    root.remove_at("a", Remove::File).expect("a file");
    assert_eq!(read_file(&root, "dir/b"), b"a");
    let second = root
        .stat_at(NOFOLLOW, "second")
        .expect("the link's second name");
    assert_eq!(second.file_type, FileType::SymbolicLink);
}

#[test]
fn new_names_answer_as_linux_does() {
    let root = tree(&["file", "dir/", "dangling->nowhere"]);
    use ErrorCode as E;
    table(
        |path, _| root.create_directory_at(path),
        &[
            ("file", "", Some(E::Exist)),
            ("dir/", "", Some(E::Exist)),
            (".", "", Some(E::Exist)),
            ("dangling", "", Some(E::Exist)),
            ("..", "", Some(E::NotPermitted)),
            ("absent/x", "", Some(E::NoEntry)),
            ("q/", "", None),
        ],
    );
    table(
        |target, path| root.symlink_at(target, path),
        &[
            ("", "x", Some(E::NoEntry)),
            ("/etc", "x", Some(E::NotPermitted)),
            ("t", "file", Some(E::Exist)),
            ("t", "dangling", Some(E::Exist)),
            ("t", "dir/", Some(E::Exist)),
            ("t", "file/", Some(E::NotDirectory)),
            ("t", "x/", Some(E::NoEntry)),
            ("..", "x", None),
        ],
    );
    assert_eq!(root.readlink_at("x").as_deref(), Ok(".."));
    assert_eq!(root.readlink_at("file"), Err(E::Invalid));
}

#[test]
fn names_keep_their_order_whatever_else_goes() {
    let root = tree(&[]);
    for index in 0..300 {
        create(&root, &format!("{index}")).expect("a new file");
    }
    for index in (0..300).filter(|index| index % 3 != 0) {
        root.remove_at(&format!("{index}"), Remove::File)
            .expect("a file");
    }
    create(&root, "last").expect("a new file");
    let mut expected: Vec<_> = (0..300).step_by(3).map(|index| index.to_string()).collect();
    expected.push("last".to_owned());
    assert_eq!(names(&root), expected);
    assert!(open(&root, "297").is_ok());
}
