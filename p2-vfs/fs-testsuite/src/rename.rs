//! rename(2): one table of all kinds against all kinds, and what moves along.

use fs_core::{Descriptor, ErrorCode as E, FileType, Remove, Result, WriteAt};

use crate::scene::{
    NOFOLLOW, file, lstat, mkdir, names, open, plot, read, read_file, stat, tree, write, write_file,
};
use crate::subject::Subject;
use crate::table::{
    Answer, BUSY, INVAL, ISDIR, LOOP, NOENT, NOTDIR, NOTEMPTY, OK, PERM, TOOLONG, answers,
};

/// What is there to be renamed, and to be renamed onto.
const KINDS: [&str; 11] = [
    "file",
    "other",
    "dir/",
    "dir/sub/",
    "empty/",
    "full/",
    "full/x",
    "to-file->file",
    "to-dir->dir",
    "dangling->absent",
    "self->self",
];

/// Renames, and looks whether the inode moved.
fn rename<D: Descriptor>(directory: &D, old: &str, new: &str) -> Result<()> {
    let moved = directory.stat_at(NOFOLLOW, old.trim_end_matches('/'));
    let replaced = directory.stat_at(NOFOLLOW, new.trim_end_matches('/'));
    directory.rename_at(old, directory, new)?;
    let moved = moved.expect("what is not there is not renamed").ino;
    assert_eq!(
        lstat(directory, new.trim_end_matches('/')).ino,
        moved,
        "{old} {new}"
    );
    let gone = directory.stat_at(NOFOLLOW, old.trim_end_matches('/'));
    if replaced.is_ok_and(|stat| stat.ino == moved) {
        assert!(gone.is_ok(), "{old} {new}: two names of one inode stay");
    } else {
        assert_eq!(gone.err(), NOENT, "{old} {new}");
    }
    Ok(())
}

fn table<D: Descriptor>(root: &D, rows: &[(&str, &str, Answer)]) {
    for (index, (old, new, expected)) in rows.iter().enumerate() {
        let plot = plot(root, &index.to_string(), &KINDS);
        let row = format!("rename {old} {new}");
        answers(&plot, &row, *expected, |plot| rename(plot, old, new));
    }
}

/// The whole table of kinds: what is moved, by what is there, with and without trailing slashes.
pub fn every_kind_over_every_kind_answers_as_linux_does<S: Subject>(subject: &S) {
    let root = tree(subject, &[]);
    let new = [
        "absent", "other", "empty", "full", "to-file", "to-dir", "dangling",
    ];
    for (old, expected) in [
        ("absent", [NOENT, NOENT, NOENT, NOENT, NOENT, NOENT, NOENT]),
        ("file", [OK, OK, ISDIR, ISDIR, OK, OK, OK]),
        ("to-file", [OK, OK, ISDIR, ISDIR, OK, OK, OK]),
        ("to-dir", [OK, OK, ISDIR, ISDIR, OK, OK, OK]),
        ("self", [OK, OK, ISDIR, ISDIR, OK, OK, OK]),
        ("empty", [OK, NOTDIR, OK, NOTEMPTY, NOTDIR, NOTDIR, NOTDIR]),
        ("full", [OK, NOTDIR, OK, OK, NOTDIR, NOTDIR, NOTDIR]),
    ] {
        let top = plot(&root, old, &[]);
        for (new, expected) in new.into_iter().zip(expected) {
            let slashed = match old {
                "absent" | "empty" | "full" => expected,
                _ => NOTDIR,
            };
            let (old_slash, new_slash) = (format!("{old}/"), format!("{new}/"));
            let rows = [
                (old, new, expected),
                (&old_slash, new, slashed),
                (old, &new_slash, slashed),
                (&old_slash, &new_slash, slashed),
            ];
            table(&plot(&top, new, &[]), &rows);
        }
    }
}

/// A directory cannot move into itself or below (`Invalid`), nor over one that it is in
/// (`NotEmpty`).
pub fn a_directory_does_not_move_into_itself<S: Subject>(subject: &S) {
    let root = tree(subject, &[]);
    let rows = [
        ("dir", "dir/x", INVAL),
        ("dir", "dir/sub", INVAL),
        ("dir", "dir/sub/x", INVAL),
        ("dir", "to-dir/x", INVAL),
        ("dir/", "dir/x/", INVAL),
        ("dir/sub", "dir", NOTEMPTY),
        ("full/x", "full", NOTEMPTY),
        ("dir/sub", "dir/sub/x", INVAL),
    ];
    table(&root, &rows);
}

/// `.` and `..` as the last component are `Busy`, whether or not the other path is there; beyond
/// the descriptor's directory they are `NotPermitted`.
pub fn dots_cannot_be_renamed<S: Subject>(subject: &S) {
    let root = tree(subject, &[]);
    let rows = [
        (".", "x", BUSY),
        ("dir/.", "x", BUSY),
        ("dir/..", "x", BUSY),
        ("dir/sub/..", "x", BUSY),
        ("dir", ".", BUSY),
        ("dir", "dir/.", BUSY),
        ("dir", "full/..", BUSY),
        ("absent", ".", BUSY),
        (".", "absent", BUSY),
        (".", "absent/x", NOENT),
        ("absent/x", ".", NOENT),
        ("..", "x", PERM),
        ("file", "..", PERM),
    ];
    table(&root, &rows);
}

/// Both parents are walked to before either name is looked at; of two bad ways the old one counts.
pub fn the_ways_to_both_names_come_first<S: Subject>(subject: &S) {
    let root = tree(subject, &[]);
    let too_long = "n".repeat(256);
    let rows = [
        ("absent", "absent/x", NOENT),
        ("absent", "file/x", NOTDIR),
        ("absent/x", "file/x", NOENT),
        ("file/x", "absent/x", NOTDIR),
        ("file", "dangling/x", NOENT),
        ("file", "to-file/x", NOTDIR),
        ("file", "self/x", LOOP),
        ("self/x", "file/x", LOOP),
        ("../x", "file/x", PERM),
        ("file/x", "../x", NOTDIR),
        ("file", "", NOENT),
        ("", "file/x", NOENT),
        (&too_long, "file/x", NOTDIR),
        (&too_long, ".", BUSY),
        (&too_long, "x", TOOLONG),
        ("absent", &too_long, NOENT),
        ("file", &too_long, TOOLONG),
    ];
    table(&root, &rows);
}

/// The ways start where their descriptors stand: one that is a file, or was removed, is noticed in
/// its turn.
pub fn both_descriptors_must_be_directories<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    let not_a_directory = open(&root, "file").expect("a file");
    let removed = open(&root, "dir").expect("a directory");
    root.remove_at("dir", Remove::Directory)
        .expect("an empty one");
    for (from, old, to, expected) in [
        (&root, "file", &not_a_directory, E::NotDirectory),
        (&root, "absent/x", &not_a_directory, E::NoEntry),
        (&not_a_directory, "x", &root, E::NotDirectory),
        (&removed, "x", &not_a_directory, E::NotDirectory),
        (&removed, "x", &root, E::NoEntry),
        (&root, "file", &removed, E::NoEntry),
    ] {
        assert_eq!(from.rename_at(old, to, "new"), Err(expected), "{old}");
    }
    assert_eq!(names(&root), ["file"]);
}

/// A name onto itself, and onto another name of the same inode: success, and nothing changes
/// (POSIX, rename()).
pub fn two_names_of_one_inode_stay<S: Subject>(subject: &S) {
    let root = tree(subject, &["a", "dir/"]);
    root.link_at(NOFOLLOW, "a", &root, "dir/b")
        .expect("a free name");
    let before = lstat(&root, "a");
    for (old, new) in [
        ("a", "a"),
        ("a", "dir/b"),
        ("dir/b", "a"),
        ("dir", "dir"),
        ("dir/", "dir"),
    ] {
        assert_eq!(root.rename_at(old, &root, new), Ok(()), "{old} {new}");
    }
    assert_eq!(lstat(&root, "a"), before);
    assert_eq!(lstat(&root, "dir/b"), before);
}

/// Who has the replaced file open keeps it, with its content and without a name (POSIX, rename()).
pub fn a_rename_over_an_open_file_keeps_the_old_content_readable<S: Subject>(subject: &S) {
    let root = tree(subject, &["new", "old"]);
    let old = file(&root, "old");
    root.rename_at("new", &root, "old")
        .expect("a file over a file");
    assert_eq!(read(&old, 0, 10), b"old");
    assert_eq!(stat(&old).link_count, 0);
    write(&old, WriteAt::End, b" and on");
    assert_eq!(read(&old, 0, 20), b"old and on");
    assert_eq!(read_file(&root, "old"), b"new");
}

/// Of several names of the replaced file only one goes.
pub fn a_rename_over_one_of_several_names_leaves_the_others<S: Subject>(subject: &S) {
    let root = tree(subject, &["new", "a"]);
    root.link_at(NOFOLLOW, "a", &root, "b")
        .expect("a free name");
    root.rename_at("new", &root, "a")
        .expect("a file over a file");
    assert_eq!(
        (read_file(&root, "a"), read_file(&root, "b")),
        (b"new".to_vec(), b"a".to_vec())
    );
    assert_eq!(lstat(&root, "b").link_count, 1);
}

/// A renamed link is the link: its target is neither touched nor followed, old or new.
pub fn links_are_renamed_and_not_followed<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["file", "target", "to-target->target", "moved->file"],
    );
    root.rename_at("moved", &root, "to-target")
        .expect("a link over a link");
    assert_eq!(root.readlink_at("to-target").as_deref(), Ok("file"));
    assert_eq!(read_file(&root, "target"), b"target");
    root.rename_at("target", &root, "to-target")
        .expect("a file over a link");
    assert_eq!(lstat(&root, "to-target").file_type, FileType::RegularFile);
    assert_eq!(read_file(&root, "file"), b"file");
}

/// A directory takes along what is in it, and those who have some of it open.
pub fn a_moved_directory_takes_its_open_descriptors_along<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "a/inner/", "a/inner/deep/", "b/"]);
    let inner = open(&root, "a/inner").expect("a directory");
    root.rename_at("a", &root, "b/moved").expect("a free name");
    write_file(&inner, "deep/file", b"here");
    assert_eq!(read_file(&root, "b/moved/inner/deep/file"), b"here");
    assert!(inner.is_same_object(&open(&root, "b/moved/inner").expect("a directory")));
    root.rename_at("b/moved/inner", &root, "top")
        .expect("a free name");
    assert_eq!(read_file(&root, "top/deep/file"), b"here");
}

/// The parent of a moved directory is the new one: in its listing, for `..`, and in the link counts
/// of both parents.
pub fn a_moved_directory_has_a_new_parent<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["a/", "a/moved/", "b/", "a/neighbour", "b/neighbour"],
    );
    let moved = open(&root, "a/moved").expect("a directory");
    root.rename_at("a/moved", &root, "b/moved")
        .expect("a free name");
    assert_eq!(
        moved.read_dir().expect("a directory").parent,
        lstat(&root, "b").ino
    );
    assert_eq!(read_file(&root, "b/moved/../neighbour"), b"b/neighbour");
    assert_eq!(
        (lstat(&root, "a").link_count, lstat(&root, "b").link_count),
        (2, 3)
    );
}

/// A replaced directory is gone: no links, no new names in it; whoever has it open keeps it.
pub fn a_replaced_directory_takes_no_new_names<S: Subject>(subject: &S) {
    let root = tree(subject, &["new/", "new/x", "old/"]);
    let old = open(&root, "old").expect("a directory");
    let links = stat(&root).link_count;
    root.rename_at("new", &root, "old")
        .expect("over an empty one");
    assert_eq!(stat(&root).link_count, links - 1);
    assert_eq!(stat(&old).link_count, 0);
    assert_eq!(old.create_directory_at("y"), Err(E::NoEntry));
    assert_eq!(root.rename_at("old/x", &old, "x"), Err(E::NoEntry));
    assert_eq!(names(&open(&root, "old").expect("the new one")), ["x"]);
}

/// Old and new may start from different descriptors, each with walls of its own.
pub fn old_and_new_start_from_their_own_descriptors<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "b/", "a/file", "b/file"]);
    let (a, b) = (open(&root, "a").expect("a"), open(&root, "b").expect("b"));
    a.rename_at("file", &b, "moved").expect("a free name");
    assert_eq!(read_file(&root, "b/moved"), b"a/file");
    mkdir(&a, "dir");
    assert_eq!(a.rename_at("dir", &b, "../b/dir"), Err(E::NotPermitted));
    assert_eq!(root.rename_at("a", &a, "dir/x"), Err(E::Invalid));
    assert_eq!(a.rename_at("dir", &root, "a"), Err(E::NotEmpty));
    a.rename_at("dir", &root, "b/dir").expect("a free name");
    assert_eq!(names(&b), ["dir", "file", "moved"]);
}
