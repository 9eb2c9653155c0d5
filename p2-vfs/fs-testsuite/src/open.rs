//! open(2): one table of all flags against all kinds of what is there.

use fs_core::{Descriptor, DescriptorFlags, ErrorCode as E, FileType, OpenFlags, PathFlags};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, RW, WRITE, empty, file, lstat, names, open, plant, plot,
    read_file, stat, tree, write_file,
};
use crate::subject::Subject;
use crate::table::answers;

const CREATE: OpenFlags = OpenFlags::CREATE;
const EXCLUSIVE: OpenFlags = OpenFlags::EXCLUSIVE;
const TRUNCATE: OpenFlags = OpenFlags::TRUNCATE;
const DIRECTORY: OpenFlags = OpenFlags::DIRECTORY;
const ANEW: OpenFlags = CREATE.union(EXCLUSIVE).union(TRUNCATE);

/// What is there to be opened.
const KINDS: [&str; 6] = ["absent", "file", "dir", "to-file", "to-dir", "dangling"];
const PLANTED: [&str; 5] = [
    "file",
    "dir/",
    "to-file->file",
    "to-dir->dir",
    "dangling->new",
];

/// What becomes of an attempt to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// A file as it was.
    File,
    /// A file, now empty.
    Emptied,
    /// A file that was not there, under the name or the link's target.
    New,
    Directory,
    Fails(E),
}

use Outcome::{Directory as Dir, Emptied, Fails, File, New};

const NOENT: Outcome = Fails(E::NoEntry);
const NOTDIR: Outcome = Fails(E::NotDirectory);
const ISDIR: Outcome = Fails(E::IsDirectory);
const EXIST: Outcome = Fails(E::Exist);
const LOOP: Outcome = Fails(E::Loop);

/// Flags, and the outcome for each of [`KINDS`].
type Row = (OpenFlags, [Outcome; 6]);

fn table<D: Descriptor>(root: &D, at: PathFlags, access: DescriptorFlags, rows: &[Row]) {
    for (flags, outcomes) in rows {
        for (kind, expected) in KINDS.into_iter().zip(outcomes) {
            let plot = plot(
                root,
                &format!("{}-{}-{kind}", access.bits(), flags.bits()),
                &PLANTED,
            );
            let case = format!("{flags:?} {access:?} {at:?} {kind}");
            check(&plot, &case, *expected, |plot| {
                plot.open_at(at, kind, *flags, access)
            });
        }
    }
}

fn check<D: Descriptor>(
    plot: &D,
    case: &str,
    expected: Outcome,
    operation: impl FnOnce(&D) -> fs_core::Result<D>,
) {
    let error = match expected {
        Fails(error) => Some(error),
        File | Emptied | New | Dir => None,
    };
    let before = names(plot);
    let mut opened = None;
    answers(plot, case, error, |plot| {
        operation(plot).map(|found| opened = Some(found))
    });
    let Some(opened) = opened else { return };
    let (file_type, size) = match expected {
        File => (FileType::RegularFile, 4),
        Emptied | New => (FileType::RegularFile, 0),
        Dir => (FileType::Directory, stat(&opened).size),
        Fails(_) => unreachable!("the operation succeeded"),
    };
    assert_eq!(
        (stat(&opened).file_type, stat(&opened).size),
        (file_type, size),
        "{case}"
    );
    let more = names(plot).len() - before.len();
    assert_eq!(more, usize::from(expected == New), "{case}: names made");
}

/// Every combination of flags, for reading; links in the last place are not followed.
pub fn every_flag_answers_as_linux_does_for_reading<S: Subject>(subject: &S) {
    let rows = [
        (PLAIN, [NOENT, File, Dir, LOOP, LOOP, LOOP]),
        (EXCLUSIVE, [NOENT, File, Dir, LOOP, LOOP, LOOP]),
        (DIRECTORY, [NOENT, NOTDIR, Dir, NOTDIR, NOTDIR, NOTDIR]),
        (TRUNCATE, [NOENT, Emptied, ISDIR, LOOP, LOOP, LOOP]),
        (
            EXCLUSIVE.union(TRUNCATE),
            [NOENT, Emptied, ISDIR, LOOP, LOOP, LOOP],
        ),
        (CREATE, [New, File, ISDIR, LOOP, LOOP, LOOP]),
        (
            CREATE.union(TRUNCATE),
            [New, Emptied, ISDIR, LOOP, LOOP, LOOP],
        ),
        (
            CREATE.union(EXCLUSIVE),
            [New, EXIST, EXIST, EXIST, EXIST, EXIST],
        ),
        (ANEW, [New, EXIST, EXIST, EXIST, EXIST, EXIST]),
    ];
    table(&empty(subject), NOFOLLOW, READ, &rows);
}

/// Every combination of flags, for reading; links in the last place are followed.
pub fn every_flag_answers_as_linux_does_for_reading_through_links<S: Subject>(subject: &S) {
    let rows = [
        (PLAIN, [NOENT, File, Dir, File, Dir, NOENT]),
        (EXCLUSIVE, [NOENT, File, Dir, File, Dir, NOENT]),
        (DIRECTORY, [NOENT, NOTDIR, Dir, NOTDIR, Dir, NOENT]),
        (TRUNCATE, [NOENT, Emptied, ISDIR, Emptied, ISDIR, NOENT]),
        (
            EXCLUSIVE.union(TRUNCATE),
            [NOENT, Emptied, ISDIR, Emptied, ISDIR, NOENT],
        ),
        (CREATE, [New, File, ISDIR, File, ISDIR, New]),
        (
            CREATE.union(TRUNCATE),
            [New, Emptied, ISDIR, Emptied, ISDIR, New],
        ),
        (
            CREATE.union(EXCLUSIVE),
            [New, EXIST, EXIST, EXIST, EXIST, EXIST],
        ),
        (ANEW, [New, EXIST, EXIST, EXIST, EXIST, EXIST]),
    ];
    table(&empty(subject), FOLLOW, READ, &rows);
}

/// Every combination of flags, for writing; links in the last place are not followed.
pub fn every_flag_answers_as_linux_does_for_writing<S: Subject>(subject: &S) {
    let rows = [
        (PLAIN, [NOENT, File, ISDIR, LOOP, LOOP, LOOP]),
        (EXCLUSIVE, [NOENT, File, ISDIR, LOOP, LOOP, LOOP]),
        (DIRECTORY, [NOENT, NOTDIR, ISDIR, NOTDIR, NOTDIR, NOTDIR]),
        (TRUNCATE, [NOENT, Emptied, ISDIR, LOOP, LOOP, LOOP]),
        (
            EXCLUSIVE.union(TRUNCATE),
            [NOENT, Emptied, ISDIR, LOOP, LOOP, LOOP],
        ),
        (CREATE, [New, File, ISDIR, LOOP, LOOP, LOOP]),
        (
            CREATE.union(TRUNCATE),
            [New, Emptied, ISDIR, LOOP, LOOP, LOOP],
        ),
        (
            CREATE.union(EXCLUSIVE),
            [New, EXIST, EXIST, EXIST, EXIST, EXIST],
        ),
        (ANEW, [New, EXIST, EXIST, EXIST, EXIST, EXIST]),
    ];
    let root = empty(subject);
    table(&root, NOFOLLOW, WRITE, &rows);
    table(&root, NOFOLLOW, RW, &rows);
}

/// Every combination of flags, for writing; links in the last place are followed.
pub fn every_flag_answers_as_linux_does_for_writing_through_links<S: Subject>(subject: &S) {
    let rows = [
        (PLAIN, [NOENT, File, ISDIR, File, ISDIR, NOENT]),
        (EXCLUSIVE, [NOENT, File, ISDIR, File, ISDIR, NOENT]),
        (DIRECTORY, [NOENT, NOTDIR, ISDIR, NOTDIR, ISDIR, NOENT]),
        (TRUNCATE, [NOENT, Emptied, ISDIR, Emptied, ISDIR, NOENT]),
        (
            EXCLUSIVE.union(TRUNCATE),
            [NOENT, Emptied, ISDIR, Emptied, ISDIR, NOENT],
        ),
        (CREATE, [New, File, ISDIR, File, ISDIR, New]),
        (
            CREATE.union(TRUNCATE),
            [New, Emptied, ISDIR, Emptied, ISDIR, New],
        ),
        (
            CREATE.union(EXCLUSIVE),
            [New, EXIST, EXIST, EXIST, EXIST, EXIST],
        ),
        (ANEW, [New, EXIST, EXIST, EXIST, EXIST, EXIST]),
    ];
    let root = empty(subject);
    table(&root, FOLLOW, WRITE, &rows);
    table(&root, FOLLOW, RW, &rows);
}

/// `DIRECTORY` with `CREATE`, `EXCLUSIVE` or `TRUNCATE` is `Invalid`, whatever is there: no call
/// makes directories by opening them (the official suite of WASI tests, `path_open`).
pub fn opening_never_makes_or_empties_a_directory<S: Subject>(subject: &S) {
    let root = empty(subject);
    let creating = [CREATE, EXCLUSIVE, TRUNCATE, CREATE.union(EXCLUSIVE), ANEW];
    for flags in creating.map(|flags| flags | DIRECTORY) {
        for kind in KINDS {
            let plot = plot(&root, &format!("{}-{kind}", flags.bits()), &PLANTED);
            let case = format!("{flags:?} {kind}");
            let open = |plot: &_| Descriptor::open_at(plot, FOLLOW, kind, flags, READ);
            check(&plot, &case, Fails(E::Invalid), open);
        }
    }
}

/// Creating makes files, so a slash behind the name is `IsDirectory`, whatever is there, also behind
/// a link's target (Linux); but the way there comes first.
pub fn a_file_is_not_created_with_a_trailing_slash<S: Subject>(subject: &S) {
    let root = tree(subject, &PLANTED);
    plant(&root, &["slashed->absent/", "self->self"]);
    let kinds = KINDS.into_iter().chain(["slashed", "self"]);
    for path in kinds.map(|kind| format!("{kind}/")) {
        for flags in [CREATE, CREATE | EXCLUSIVE, CREATE | TRUNCATE, ANEW] {
            for at in [FOLLOW, NOFOLLOW] {
                let case = format!("{flags:?} {at:?} {path}");
                answers(&root, &case, Some(E::IsDirectory), |root| {
                    root.open_at(at, &path, flags, RW)
                });
            }
        }
    }
    for (path, expected) in [
        ("slashed", E::IsDirectory),
        ("absent/new/", E::NoEntry),
        ("file/new/", E::NotDirectory),
        ("../new/", E::NotPermitted),
    ] {
        answers(&root, path, Some(expected), |root| {
            root.open_at(FOLLOW, path, CREATE, RW)
        });
    }
}

/// A file is created where the path leads, not where it starts.
pub fn a_file_is_created_where_the_path_leads<S: Subject>(subject: &S) {
    let root = tree(subject, &["a/", "a/b/", "to-b->a/b"]);
    for path in ["a/one", "to-b/two", "a/b/../three", "to-b/../four"] {
        drop(file(&root, path));
    }
    let below = |path: &str| names(&open(&root, path).expect("a directory"));
    assert_eq!(below("a"), ["b", "four", "one", "three"]);
    assert_eq!(below("a/b"), ["two"]);
}

/// `CREATE` through a dangling link makes the link's target, in the link's directory and not in the
/// one the path started from (POSIX, open()).
pub fn creating_through_a_dangling_link_makes_its_target<S: Subject>(subject: &S) {
    let root = tree(
        subject,
        &["a/", "b/", "a/first->../b/second", "b/second->third"],
    );
    write_file(&root, "a/first", b"made");
    assert_eq!(read_file(&root, "b/third"), b"made");
    assert_eq!(lstat(&root, "a/first").file_type, FileType::SymbolicLink);
    assert_eq!(lstat(&root, "b/second").file_type, FileType::SymbolicLink);
}

/// A link that leads to nothing because its way is wrong says so instead of making a file.
pub fn creating_through_a_link_needs_the_way_to_its_target<S: Subject>(subject: &S) {
    let links = ["lost->absent/x", "below->file/x", "out->../x", "self->self"];
    let root = tree(subject, &["file"]);
    plant(&root, &links);
    for (link, expected) in [
        ("lost", E::NoEntry),
        ("below", E::NotDirectory),
        ("out", E::NotPermitted),
        ("self", E::Loop),
    ] {
        answers(&root, link, Some(expected), |root| {
            root.open_at(FOLLOW, link, CREATE, RW)
        });
    }
}

/// A new file is empty, has one name, and is there for everybody at once.
pub fn a_new_file_is_empty_and_has_one_name<S: Subject>(subject: &S) {
    let root = empty(subject);
    let made = file(&root, "file");
    let found = lstat(&root, "file");
    assert_eq!(found, stat(&made));
    assert_eq!((found.size, found.link_count), (0, 1));
    assert_eq!(found.file_type, FileType::RegularFile);
}

/// Emptying a file empties it for every description of it.
pub fn truncating_on_opening_is_seen_by_all<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let early = file(&root, "file");
    let emptying = root
        .open_at(NOFOLLOW, "file", TRUNCATE, WRITE)
        .expect("a file");
    assert_eq!((stat(&early).size, stat(&emptying).size), (0, 0));
    assert!(early.is_same_object(&emptying));
}

/// A description says what it was opened for.
pub fn a_description_tells_its_access<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/"]);
    for access in [READ, WRITE, RW] {
        let opened = root
            .open_at(NOFOLLOW, "file", PLAIN, access)
            .expect("a file");
        assert_eq!(opened.flags() & RW, access);
    }
    let directory = open(&root, "dir").expect("a directory");
    assert_eq!(directory.flags() & RW, READ);
}
