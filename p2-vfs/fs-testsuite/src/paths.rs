//! From a path to an inode: path_resolution(7), and the walls of the directory that a program was
//! given.

use fs_core::{
    Descriptor, ErrorCode, FileType, NewTimestamp, OpenFlags, Remove, Result, Target, Timestamp,
};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, RW, create, empty, file, lstat, mkdir, names, open, plant,
    read_file, symlink, tree,
};
use crate::subject::Subject;

/// A file in the trees of this module, for operations that take two paths.
const PRESENT: &str = "present";

/// Every operation that takes a path refuses this one with this error.
fn all_refuse<D: Descriptor>(root: &D, path: &str, expected: ErrorCode) {
    fn check<T>(operation: &str, path: &str, answer: Result<T>, expected: ErrorCode) {
        let shown = path.get(..60).unwrap_or(path);
        assert_eq!(answer.err(), Some(expected), "{operation} {shown:?}");
    }
    macro_rules! refuse {
        ($($operation:literal: $answer:expr;)+) => {
            $(check($operation, path, $answer, expected);)+
        };
    }
    let time = NewTimestamp::At(Timestamp(1));
    refuse! {
        "open": root.open_at(NOFOLLOW, path, PLAIN, READ);
        "open and follow": root.open_at(FOLLOW, path, PLAIN, READ);
        "create": root.open_at(NOFOLLOW, path, OpenFlags::CREATE, RW);
        "stat": root.stat_at(NOFOLLOW, path);
        "stat and follow": root.stat_at(FOLLOW, path);
        "set times": root.set_times_at(Target::At(NOFOLLOW, path), time, time);
        "mkdir": root.create_directory_at(path);
        "symlink": root.symlink_at("target", path);
        "readlink": root.readlink_at(path);
        "link from": root.link_at(NOFOLLOW, path, root, "new");
        "link to": root.link_at(NOFOLLOW, PRESENT, root, path);
        "rename from": root.rename_at(path, root, "new");
        "rename to": root.rename_at(PRESENT, root, path);
        "unlink": root.remove_at(path, Remove::File);
        "rmdir": root.remove_at(path, Remove::Directory);
    }
}

/// `..` beyond the descriptor's own directory is `NotPermitted`, directly and through links,
/// whatever the operation and whatever lies there (as openat2(2) with `RESOLVE_BENEATH`).
pub fn a_path_never_leaves_the_directory_it_starts_from<S: Subject>(subject: &S) {
    let root = tree(subject, &["outside", "sub/"]);
    let sub = open(&root, "sub").expect("a directory");
    plant(
        &sub,
        &[PRESENT, "inner/", "up->..", "round->inner/../../sub"],
    );
    for path in [
        "..",
        "../outside",
        "../sub/present",
        "../absent/present",
        "inner/../..",
        "inner/../../outside",
        "up/outside",
        "round/present",
        "inner/../up/sub/present",
    ] {
        all_refuse(&sub, path, ErrorCode::NotPermitted);
    }
    assert_eq!(names(&sub), ["inner", PRESENT, "round", "up"]);
}

/// A link in the last place that leads out is `NotPermitted` when it is followed, and an ordinary
/// link otherwise.
pub fn a_link_that_leads_out_can_be_seen_but_not_followed<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["outside", "sub/", "sub/up->../outside", "sub/top->.."],
    );
    let sub = open(&root, "sub").expect("a directory");
    for link in ["up", "top"] {
        assert_eq!(lstat(&sub, link).file_type, FileType::SymbolicLink);
        let opened = sub.open_at(FOLLOW, link, PLAIN, READ).err();
        assert_eq!(opened, Some(ErrorCode::NotPermitted), "open {link}");
        let seen = sub.stat_at(FOLLOW, link).err();
        assert_eq!(seen, Some(ErrorCode::NotPermitted), "stat {link}");
    }
    assert_eq!(read_file(&root, "sub/up"), b"outside");
}

/// `..` that stays below the descriptor's directory is the parent, also from behind a link
/// (path_resolution(7): the link's target's parent, not the link's).
pub fn a_parent_is_that_of_the_directory_a_link_led_to<S: Subject>(subject: &S) {
    let names = [
        "a/",
        "a/b/",
        "a/file",
        "file",
        "link->a/b",
        "middle->link/../b",
    ];
    let root = tree(subject, &names);
    assert_eq!(read_file(&root, "link/../file"), b"a/file");
    assert_eq!(read_file(&root, "middle/../file"), b"a/file");
    assert_eq!(read_file(&root, "a/b/../../file"), b"file");
}

/// An absolute path is `NotPermitted`, whatever the operation (`wasi:filesystem`: paths are
/// relative).
pub fn an_absolute_path_is_not_permitted<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT, "dir/"]);
    for path in ["/", "/present", "//", "/dir/", "/absent"] {
        all_refuse(&root, path, ErrorCode::NotPermitted);
    }
}

/// The empty path names nothing: `NoEntry` (path_resolution(7)).
pub fn an_empty_path_is_no_entry<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT]);
    all_refuse(&root, "", ErrorCode::NoEntry);
}

/// A NUL byte ends no path: `Invalid`, wherever it is.
pub fn a_nul_byte_in_a_path_is_invalid<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT, "dir/"]);
    for path in ["present\0", "\0", "dir/\0", "absent\0/x"] {
        all_refuse(&root, path, ErrorCode::Invalid);
    }
}

/// Every component but the last must be there (`NoEntry`) and be a directory (`NotDirectory`),
/// also before `.` and `..`.
pub fn what_is_on_the_way_must_be_a_directory<S: Subject>(subject: &S) {
    let links = ["to-file->present", "dangling->absent", "below->present/x"];
    let root = tree(subject, &[PRESENT, "dir/"]);
    plant(&root, &links);
    for path in [
        "absent/x",
        "absent/../x",
        "dir/absent/../../x",
        "dangling/x",
        "dir/../absent/.",
    ] {
        all_refuse(&root, path, ErrorCode::NoEntry);
    }
    for path in [
        "present/x",
        "present/../x",
        "present/.",
        "to-file/x",
        "to-file/..",
        "below/x",
    ] {
        all_refuse(&root, path, ErrorCode::NotDirectory);
    }
}

/// A path below a descriptor that is a file is `NotDirectory` (openat(2)).
pub fn a_path_cannot_start_from_a_file<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT]);
    let not_a_directory = open(&root, PRESENT).expect("a file");
    for path in ["x", ".", "..", "x/y"] {
        all_refuse(&not_a_directory, path, ErrorCode::NotDirectory);
    }
}

/// Empty components and `.` are skipped (path_resolution(7)).
pub fn slashes_fold_and_dots_stand_still<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/nested/", "dir/nested/file"]);
    for path in [
        "dir//nested///file",
        "./dir/./nested/./file",
        "dir/.//nested/../../dir/nested/../nested///./file",
    ] {
        assert_eq!(read_file(&root, path), b"dir/nested/file", "{path}");
    }
    let directory = lstat(&root, "dir").ino;
    for path in [
        "dir/.",
        "dir/",
        "dir//.//",
        "dir/nested/..",
        "./dir/nested/../",
    ] {
        assert_eq!(lstat(&root, path).ino, directory, "{path}");
    }
}

/// Any character but `/` and NUL may be in a name, and comes back as it was.
pub fn names_are_kept_to_the_byte<S: Subject>(subject: &S) {
    let root = empty(subject);
    let mut all = vec![
        " ",
        "a b",
        "a\nb",
        "\\",
        "*?",
        "...",
        "..a",
        "-",
        "é",
        "e\u{301}",
        "日本",
        "\u{1F600}",
        "A",
        "a",
        "con",
        "\u{7F}",
        "\u{1}",
    ];
    for name in &all {
        drop(file(&root, name));
    }
    all.sort_unstable();
    assert_eq!(names(&root), all);
}

/// Slashes behind the last component ask for a directory: a file there is `NotDirectory`, nothing
/// `NoEntry` (path_resolution(7)).
pub fn a_trailing_slash_asks_for_a_directory<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["dir/", "file", "to-file->file", "dangling->absent"],
    );
    for path in ["dir/", "dir///"] {
        assert!(open(&root, path).is_ok(), "{path}");
    }
    for (path, expected) in [
        ("file/", ErrorCode::NotDirectory),
        ("file///", ErrorCode::NotDirectory),
        ("to-file/", ErrorCode::NotDirectory),
        ("absent/", ErrorCode::NoEntry),
        ("dangling/", ErrorCode::NoEntry),
    ] {
        let times = Target::At(NOFOLLOW, path);
        let set = root.set_times_at(times, NewTimestamp::Now, NewTimestamp::Now);
        assert_eq!(open(&root, path).err(), Some(expected), "open {path}");
        assert_eq!(root.stat_at(NOFOLLOW, path), Err(expected), "stat {path}");
        assert_eq!(root.readlink_at(path), Err(expected), "readlink {path}");
        assert_eq!(set, Err(expected), "set times {path}");
    }
}

/// A link before a trailing slash is followed, whether or not links in the last place are
/// (path_resolution(7)).
pub fn a_trailing_slash_follows_a_link<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["dir/", "to-dir->dir", "slashed->dir/", "twice->to-dir/"],
    );
    let directory = lstat(&root, "dir").ino;
    for path in ["to-dir/", "to-dir//", "slashed/", "twice/", "to-dir/."] {
        assert_eq!(lstat(&root, path).ino, directory, "stat {path}");
        assert!(open(&root, path).is_ok(), "open {path}");
        let read = root.readlink_at(path);
        assert_eq!(read, Err(ErrorCode::Invalid), "readlink {path}");
    }
    assert_eq!(lstat(&root, "slashed").file_type, FileType::SymbolicLink);
}

/// The slash behind a link's target counts as one behind the path.
pub fn a_trailing_slash_in_a_link_asks_for_a_directory<S: Subject>(subject: &S) {
    let links = [
        "to-file->file/",
        "to-dir->dir/",
        "nested->to-link/",
        "to-link->file",
    ];
    let root = tree(subject, &["file", "dir/"]);
    plant(&root, &links);
    for (path, expected) in [
        ("to-file", Some(ErrorCode::NotDirectory)),
        ("nested", Some(ErrorCode::NotDirectory)),
        ("to-dir", None),
    ] {
        assert_eq!(root.stat_at(FOLLOW, path).err(), expected, "{path}");
    }
}

/// A link is followed wherever something comes behind it, whatever the flags.
pub fn links_in_the_middle_are_always_followed<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["dir/", "dir/sub/", "to-dir->dir", "to-sub->to-dir/sub"],
    );
    drop(file(&root, "to-sub/new"));
    mkdir(&root, "to-dir/made");
    symlink(&root, "target", "to-sub/link");
    assert_eq!(
        names(&open(&root, "dir/sub").expect("a directory")),
        ["link", "new"]
    );
    root.rename_at("to-sub/new", &root, "to-dir/moved")
        .expect("a free name");
    root.remove_at("to-sub/link", Remove::File).expect("a link");
    root.remove_at("to-dir/sub", Remove::Directory)
        .expect("an empty directory");
    assert_eq!(
        names(&open(&root, "dir").expect("a directory")),
        ["made", "moved"]
    );
}

/// 40 links are followed in one resolution, in the last place and on the way; one more is `Loop`
/// (Linux: `MAXSYMLINKS`).
pub fn forty_links_are_followed_and_no_more<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/file", "link0->dir"]);
    for index in 1..41 {
        symlink(
            &root,
            &format!("link{}", index - 1),
            &format!("link{index}"),
        );
    }
    let answer = |path: &str| root.stat_at(FOLLOW, path).err();
    assert_eq!(answer("link39"), None, "40 links in the last place");
    assert_eq!(answer("link40"), Some(ErrorCode::Loop));
    assert_eq!(answer("link39/file"), None, "40 links on the way");
    assert_eq!(answer("link40/file"), Some(ErrorCode::Loop));
    assert_eq!(answer("link19/../link19/file"), None, "twice 20");
    assert_eq!(answer("link19/../link20/file"), Some(ErrorCode::Loop));
    let unfollowed = lstat(&root, "link39/../link0").file_type;
    assert_eq!(
        unfollowed,
        FileType::SymbolicLink,
        "the last one does not count"
    );
}

/// Links that lead back to themselves are `Loop` once they are followed.
pub fn links_in_a_circle_are_a_loop<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &[PRESENT, "self->self", "a->b", "b->a", "grows->grows/x"],
    );
    for link in ["self", "a", "grows"] {
        assert_eq!(root.stat_at(FOLLOW, link), Err(ErrorCode::Loop), "{link}");
        assert_eq!(lstat(&root, link).file_type, FileType::SymbolicLink);
        all_refuse(&root, &format!("{link}/x"), ErrorCode::Loop);
    }
}

/// A name of 255 bytes is fine, one more is `NameTooLong` (`NAME_MAX`), also on the way. Bytes
/// count, not characters.
pub fn a_name_may_have_255_bytes<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT]);
    let ascii = "n".repeat(255);
    let wide = format!("{}x", "é".repeat(127));
    for longest in [&ascii, &wide] {
        mkdir(&root, longest);
        let below = format!("{longest}/{longest}");
        drop(file(&root, &below));
        assert_eq!(lstat(&root, &below).file_type, FileType::RegularFile);
        all_refuse(&root, &format!("{longest}x"), ErrorCode::NameTooLong);
        all_refuse(&root, &format!("{longest}x/x"), ErrorCode::NameTooLong);
    }
}

/// A path of 4,095 bytes is fine, one more is `NameTooLong` (`PATH_MAX`), however few components
/// it has.
pub fn a_path_may_have_4095_bytes<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT]);
    let longest = format!("{}{PRESENT}", "/".repeat(4095 - 1 - PRESENT.len()));
    let longest = format!(".{longest}");
    assert_eq!(
        (longest.len(), read_file(&root, &longest)),
        (4095, b"present".to_vec())
    );
    all_refuse(&root, &format!("./{longest}"), ErrorCode::NameTooLong);
    all_refuse(&root, &"./".repeat(100_000), ErrorCode::NameTooLong);
}

/// Links may add up to a path that no caller could give.
pub fn a_link_may_lead_further_than_a_path_may_be_long<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/file"]);
    let there_and_back = "dir/../".repeat(500);
    symlink(&root, &format!("{there_and_back}dir"), "first");
    symlink(&root, &format!("{there_and_back}first"), "second");
    assert_eq!(read_file(&root, "second/file"), b"dir/file");
}

/// Errors of a path come in the order in which the walk meets what is wrong.
pub fn the_first_mistake_in_a_path_is_the_one_reported<S: Subject>(subject: &S) {
    let root = tree(subject, &[PRESENT, "dir/", "self->self"]);
    let too_long = "n".repeat(256);
    for (path, expected) in [
        ("absent/../../x".to_owned(), ErrorCode::NoEntry),
        ("present/../../x".to_owned(), ErrorCode::NotDirectory),
        ("../absent/self/x".to_owned(), ErrorCode::NotPermitted),
        (format!("absent/{too_long}"), ErrorCode::NoEntry),
        (format!("{too_long}/absent"), ErrorCode::NameTooLong),
        (format!("present/{too_long}"), ErrorCode::NotDirectory),
        (format!("self/{too_long}"), ErrorCode::Loop),
        ("dir/../self/../..".to_owned(), ErrorCode::Loop),
    ] {
        all_refuse(&root, &path, expected);
    }
}

/// Creating needs a name: a path that ends in `.` or `..` names what is already there.
pub fn dots_name_what_exists<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/", "dir/sub/"]);
    for path in [".", "dir/.", "dir/sub/..", "./", "dir/sub/../"] {
        assert_eq!(
            root.create_directory_at(path),
            Err(ErrorCode::Exist),
            "{path}"
        );
        assert_eq!(root.symlink_at("t", path), Err(ErrorCode::Exist), "{path}");
    }
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    for path in [".", "dir/.", "dir/sub/.."] {
        assert_eq!(
            create(&root, path).err(),
            Some(ErrorCode::IsDirectory),
            "{path}"
        );
        let made = root.open_at(NOFOLLOW, path, exclusive, RW);
        assert_eq!(made.err(), Some(ErrorCode::Exist), "{path}");
    }
}
