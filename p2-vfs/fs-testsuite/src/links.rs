//! link(2), symlink(2), readlink(2).

use fs_core::{Descriptor, ErrorCode as E, FileType, Remove, Result, WriteAt};

use crate::scene::{
    FOLLOW, NOFOLLOW, empty, file, lstat, open, plot, read, read_file, stat, symlink, tree, write,
};
use crate::subject::Subject;
use crate::table::{Answer, EXIST, NOENT, NOTDIR, OK, PERM, answers};

/// What is there to be linked, and in the way of a link.
const PLANTED: [&str; 8] = [
    "file",
    "dir/",
    "dir/inner",
    "full/",
    "full/x",
    "to-file->file",
    "to-dir->dir",
    "dangling->absent",
];

fn table<D: Descriptor>(
    root: &D,
    rows: &[(&str, &str, Answer)],
    operation: impl Fn(&D, &str, &str) -> Result<()>,
) {
    for (index, (old, new, expected)) in rows.iter().enumerate() {
        let plot = plot(root, &index.to_string(), &PLANTED);
        let row = format!("{old:?} {new:?}");
        answers(&plot, &row, *expected, |plot| operation(plot, old, new));
    }
}

/// Links, and looks whether both names are one inode.
fn link<D: Descriptor>(directory: &D, old: &str, new: &str) -> Result<()> {
    directory.link_at(NOFOLLOW, old, directory, new)?;
    let (old, new) = (lstat(directory, old), lstat(directory, new));
    assert_eq!(old, new);
    assert_eq!(old.link_count, 2);
    Ok(())
}

/// Hard links: the old path, what is there, then the new one, what is in the way, then what it is.
pub fn hard_links_answer_as_linux_does<S: Subject>(subject: &S) {
    let rows = [
        ("file", "new", OK),
        ("file", "dir/new", OK),
        ("file", "to-dir/new", OK),
        ("dir/inner", "new", OK),
        ("to-file", "new", OK),
        ("to-dir", "new", OK),
        ("dangling", "new", OK),
        ("absent", "new", NOENT),
        ("absent", "file", NOENT),
        ("absent", "file/x", NOENT),
        ("absent", "absent/x", NOENT),
        ("file/x", "new", NOTDIR),
        ("file/", "new", NOTDIR),
        ("to-file/", "new", NOTDIR),
        ("", "new", NOENT),
        ("file", "", NOENT),
        ("file", "absent/x", NOENT),
        ("file", "file/x", NOTDIR),
        ("file", "dangling/x", NOENT),
        ("file", "file", EXIST),
        ("file", "dir", EXIST),
        ("file", "dir/", EXIST),
        ("file", "to-file", EXIST),
        ("file", "dangling", EXIST),
        ("file", ".", EXIST),
        ("file", "dir/..", EXIST),
        ("file", "new/", NOENT),
        ("dir", "new", PERM),
        ("dir/", "new", PERM),
        ("to-dir/", "new", PERM),
        (".", "new", PERM),
        ("dir/..", "new", PERM),
        ("dir", "file", EXIST),
        ("dir", "new/", NOENT),
        ("dir", "absent/x", NOENT),
        ("..", "new", PERM),
        ("file", "..", PERM),
        ("file", "../new", PERM),
    ];
    table(&empty(subject), &rows, link);
}

/// Following the old path's last link while linking is `Invalid` (`wasi:filesystem`).
pub fn a_hard_link_never_follows_its_source<S: Subject>(subject: &S) {
    let root = tree(subject, &PLANTED);
    for old in ["file", "to-file", "dangling"] {
        answers(&root, old, Some(E::Invalid), |root| {
            root.link_at(FOLLOW, old, root, "new")
        });
    }
}

/// All names of a file are equal: content, attributes, count; the file goes with the last one.
pub fn names_of_one_file_are_equal<S: Subject>(subject: &S) {
    let root = tree(subject, &["a", "dir/"]);
    link(&root, "a", "dir/b").expect("a free name");
    root.link_at(NOFOLLOW, "dir/b", &root, "c")
        .expect("a free name");
    write(&file(&root, "c"), WriteAt::End, b" and more");
    for name in ["a", "dir/b", "c"] {
        assert_eq!(read_file(&root, name), b"a and more");
        assert_eq!(lstat(&root, name), lstat(&root, "a"));
    }
    let open = open(&root, "a").expect("a file");
    for (name, left) in [("a", 2), ("c", 1), ("dir/b", 0)] {
        assert_eq!(stat(&open).link_count, left + 1);
        root.remove_at(name, Remove::File).expect("a file");
        assert_eq!(stat(&open).link_count, left);
    }
    assert_eq!(read(&open, 0, 100), b"a and more");
}

/// A name can be given again only while there is one: an open file whose last name is gone cannot
/// be linked, as its name is not there.
pub fn a_file_without_a_name_stays_without<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let open = file(&root, "file");
    root.remove_at("file", Remove::File).expect("a file");
    assert_eq!(
        root.link_at(NOFOLLOW, "file", &root, "new"),
        Err(E::NoEntry)
    );
    assert_eq!(stat(&open).link_count, 0);
}

/// A hard link of a symbolic link is the same link, with a second name.
pub fn a_symbolic_link_may_have_several_names<S: Subject>(subject: &S) {
    let root = tree(subject, &["dangling->absent", "loop->loop"]);
    for name in ["dangling", "loop"] {
        link(&root, name, &format!("{name}2")).expect("a free name");
    }
    assert_eq!(lstat(&root, "loop2").file_type, FileType::SymbolicLink);
    assert_eq!(root.readlink_at("dangling2").as_deref(), Ok("absent"));
}

/// Symbolic links: the target first, then the path.
pub fn symbolic_links_answer_as_linux_does<S: Subject>(subject: &S) {
    let rows = [
        ("t", "new", OK),
        ("..", "new", OK),
        ("../../..", "dir/new", OK),
        ("t", "to-dir/new", OK),
        ("", "new", NOENT),
        ("", "file", NOENT),
        ("", "absent/x", NOENT),
        ("t", "", NOENT),
        ("t", "absent/new", NOENT),
        ("t", "file/new", NOTDIR),
        ("t", "dangling/new", NOENT),
        ("t", "file", EXIST),
        ("t", "dir", EXIST),
        ("t", "dir/", EXIST),
        ("t", "full", EXIST),
        ("t", "to-file", EXIST),
        ("t", "dangling", EXIST),
        ("t", ".", EXIST),
        ("t", "new/", NOENT),
        ("t", "..", PERM),
        ("t", "../new", PERM),
    ];
    table(&empty(subject), &rows, |plot, target, path| {
        plot.symlink_at(target, path)
    });
}

/// A slash behind an existing file is `NotDirectory`, not `Exist` (the official suite of WASI
/// tests, `path_symlink_trailing_slashes`).
pub fn a_symbolic_link_with_a_slash_over_a_file_is_not_a_directory<S: Subject>(subject: &S) {
    let rows = [
        ("t", "file/", NOTDIR),
        ("t", "to-file/", NOTDIR),
        ("t", "dir/inner/", NOTDIR),
    ];
    table(&empty(subject), &rows, |plot, target, path| {
        plot.symlink_at(target, path)
    });
}

/// An absolute target is `NotPermitted`: nobody could follow it (`wasi:filesystem`).
pub fn a_symbolic_link_has_no_absolute_target<S: Subject>(subject: &S) {
    let rows = [
        ("/", "new", PERM),
        ("/etc", "new", PERM),
        ("/etc", "file", PERM),
    ];
    table(&empty(subject), &rows, |plot, target, path| {
        plot.symlink_at(target, path)
    });
}

/// A target is kept to the byte, whatever it says, and is as long as the link's size tells.
pub fn a_target_is_kept_verbatim<S: Subject>(subject: &S) {
    let root = empty(subject);
    let longest = "t/".repeat(2047) + "t";
    let targets = [
        "t", ".", "..", "a//b/", "./x/../y", "a b\n", "é日本", &longest, "self",
    ];
    for (index, target) in targets.into_iter().enumerate() {
        let link = index.to_string();
        symlink(&root, target, &link);
        assert_eq!(root.readlink_at(&link).as_deref(), Ok(target));
        let stat = lstat(&root, &link);
        assert_eq!(
            (stat.file_type, stat.size),
            (FileType::SymbolicLink, target.len() as u64)
        );
    }
}

/// A target of 4,095 bytes is fine, one more is `NameTooLong`, and a NUL byte in it is `Invalid`.
pub fn a_target_has_the_limits_of_a_path<S: Subject>(subject: &S) {
    let root = empty(subject);
    symlink(&root, &"t".repeat(4095), "longest");
    for (target, expected) in [
        ("t".repeat(4096), E::NameTooLong),
        ("a\0b".to_owned(), E::Invalid),
    ] {
        answers(&root, "bad target", Some(expected), |root| {
            root.symlink_at(&target, "new")
        });
    }
}

/// Only links can be read as links: everything else is `Invalid`.
pub fn only_symbolic_links_have_targets<S: Subject>(subject: &S) {
    let root = tree(subject, &PLANTED);
    assert_eq!(root.readlink_at("to-file").as_deref(), Ok("file"));
    assert_eq!(root.readlink_at("dangling").as_deref(), Ok("absent"));
    for (path, expected) in [
        ("file", E::Invalid),
        ("dir", E::Invalid),
        (".", E::Invalid),
        ("to-dir/", E::Invalid),
        ("absent", E::NoEntry),
        ("", E::NoEntry),
        ("file/x", E::NotDirectory),
    ] {
        assert_eq!(root.readlink_at(path), Err(expected), "{path}");
    }
}

/// What a link leads to is looked up anew each time.
pub fn a_link_leads_to_what_is_there_now<S: Subject>(subject: &S) {
    let root = tree(subject, &["one", "two", "link->target"]);
    assert_eq!(root.stat_at(FOLLOW, "link"), Err(E::NoEntry));
    root.rename_at("one", &root, "target").expect("a free name");
    assert_eq!(read_file(&root, "link"), b"one");
    root.rename_at("two", &root, "target").expect("over a file");
    assert_eq!(read_file(&root, "link"), b"two");
}
