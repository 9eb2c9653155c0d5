//! Which operation moves which time (POSIX, «file times update»).

use fs_core::{
    Descriptor, ErrorCode as E, NewTimestamp, OpenFlags, PathFlags, Remove, Stat, Target,
    Timestamp, WriteAt,
};

use crate::scene::{
    FOLLOW, NOFOLLOW, PLAIN, READ, WRITE, empty, entries, file, let_time_pass, lstat, mkdir, open,
    read, stat, tree, write,
};
use crate::subject::Subject;

/// Two directories, a file in each, and a clock.
struct Watch<D> {
    root: D,
    /// `one/file`, open.
    file: D,
    /// `two/other`, open.
    other: D,
    one: D,
    two: D,
    /// `clock/probe`, open: what [`let_time_pass`] changes.
    probe: D,
}

impl<D: Descriptor> Watch<D> {
    fn new(root: D) -> Self {
        for name in ["one", "two", "clock"] {
            mkdir(&root, name);
        }
        let directory = |path: &str| open(&root, path).expect("a new directory");
        Self {
            file: file(&root, "one/file"),
            other: file(&root, "two/other"),
            one: directory("one"),
            two: directory("two"),
            probe: file(&root, "clock/probe"),
            root,
        }
    }

    fn stats(&self) -> [Stat; 4] {
        [&self.file, &self.other, &self.one, &self.two].map(stat)
    }

    /// Which times `operation` moves: for `file`, `other`, `one` and `two` each the letters of
    /// access, modification and change.
    fn moved<T>(
        &self,
        name: &str,
        operation: impl FnOnce(&Self) -> fs_core::Result<T>,
    ) -> [&str; 4] {
        let before = self.stats();
        let_time_pass(&self.probe);
        if let Err(error) = operation(self) {
            panic!("{name}: {error:?}");
        }
        let after = self.stats();
        [0, 1, 2, 3].map(|index| moved(before[index], after[index]))
    }
}

fn moved(before: Stat, after: Stat) -> &'static str {
    for (before, after) in [
        (before.access, after.access),
        (before.modification, after.modification),
        (before.change, after.change),
    ] {
        assert!(before <= after, "time ran backwards");
    }
    match (
        before.access != after.access,
        before.modification != after.modification,
        before.change != after.change,
    ) {
        (false, false, false) => "",
        (false, false, true) => "c",
        (false, true, true) => "mc",
        (true, false, false) => "a",
        (true, true, true) => "amc",
        other => panic!("moved together: {other:?}"),
    }
}

macro_rules! table {
    ($watch:ident: $($name:literal: $operation:expr => $expected:expr;)+) => {
        $(assert_eq!($watch.moved($name, $operation), $expected, $name);)+
    };
}

/// Bytes written or cut move modification and change of the file, and nothing of its directory.
pub fn content_moves_modification_and_change<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    let emptying = OpenFlags::TRUNCATE;
    table! { watch:
        "write": |w| w.file.write_at(WriteAt::Offset(0), 1, |piece| piece.fill(1)) => ["mc", "", "", ""];
        "append": |w| w.file.write_at(WriteAt::End, 1, |piece| piece.fill(1)) => ["mc", "", "", ""];
        "write nothing": |w| w.file.write_at(WriteAt::End, 0, |_| ()) => ["", "", "", ""];
        "extend": |w| w.file.set_size(10) => ["mc", "", "", ""];
        "cut": |w| w.file.set_size(5) => ["mc", "", "", ""];
        "the same size": |w| w.file.set_size(5) => ["mc", "", "", ""];
        "open": |w| w.one.open_at(NOFOLLOW, "file", PLAIN, WRITE) => ["", "", "", ""];
        "create again": |w| w.one.open_at(NOFOLLOW, "file", OpenFlags::CREATE, WRITE)
            => ["", "", "", ""];
        "empty": |w| w.one.open_at(NOFOLLOW, "file", emptying, WRITE) => ["mc", "", "", ""];
        "empty again": |w| w.one.open_at(NOFOLLOW, "file", emptying, WRITE) => ["mc", "", "", ""];
        "sync": |w| w.file.sync(fs_core::SyncLevel::All) => ["", "", "", ""];
    };
}

/// Names made, moved and removed move modification and change of their directories; of the inode
/// behind the name, the change.
pub fn names_move_the_times_of_their_directory<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    table! { watch:
        "create": |w| w.one.open_at(NOFOLLOW, "new", OpenFlags::CREATE, READ) => ["", "", "mc", ""];
        "mkdir": |w| w.one.create_directory_at("dir") => ["", "", "mc", ""];
        "symlink": |w| w.one.symlink_at("file", "link") => ["", "", "mc", ""];
        "link": |w| w.one.link_at(NOFOLLOW, "file", &w.two, "second") => ["c", "", "", "mc"];
        "rename to itself": |w| w.one.rename_at("file", &w.one, "file") => ["", "", "", ""];
        "rename to the same": |w| w.one.rename_at("file", &w.two, "second") => ["", "", "", ""];
        "unlink one of two": |w| w.two.remove_at("second", Remove::File) => ["c", "", "", "mc"];
        "rename": |w| w.one.rename_at("file", &w.one, "moved") => ["c", "", "mc", ""];
        "rename elsewhere": |w| w.one.rename_at("moved", &w.two, "moved") => ["c", "", "mc", "mc"];
        "rename over": |w| w.two.rename_at("moved", &w.two, "other") => ["c", "c", "", "mc"];
        "unlink": |w| w.two.remove_at("other", Remove::File) => ["c", "", "", "mc"];
        "rmdir": |w| w.one.remove_at("dir", Remove::Directory) => ["", "", "mc", ""];
    };
}

/// A directory renamed, removed or replaced has changed; its content has not.
pub fn a_directory_changes_with_its_name<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    table! { watch:
        "rename": |w| w.root.rename_at("one", &w.root, "first") => ["", "", "c", ""];
        "symlink beside": |w| w.root.symlink_at("first", "link") => ["", "", "", ""];
        "unlink": |w| w.two.remove_at("other", Remove::File) => ["", "c", "", "mc"];
        "rename over": |w| w.root.rename_at("first", &w.root, "two") => ["", "", "c", "c"];
    };
    watch.one.remove_at("file", Remove::File).expect("a file");
    table! { watch:
        "rmdir": |w| w.root.remove_at("two", Remove::Directory) => ["", "", "c", ""];
    };
}

/// Looking moves nothing: neither the times of what is looked at nor those of the way.
pub fn looking_moves_nothing<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    table! { watch:
        "stat": |w| w.root.stat_at(FOLLOW, "one/file") => ["", "", "", ""];
        "list": |w| w.one.read_dir() => ["", "", "", ""];
    };
    assert_eq!(entries(&watch.one).len(), 1);
}

/// Reading moves nothing, the time of access neither (as with the mount option `noatime`).
pub fn reading_moves_nothing<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    write(&watch.file, WriteAt::End, b"content");
    table! { watch:
        "read": |w| w.file.read_at(0, 100, |_| ()) => ["", "", "", ""];
        "open and read": |w| Ok(read(&open(&w.one, "file")?, 0, 100)) => ["", "", "", ""];
    };
}

/// Reading and following a link moves nothing, the time of access neither.
pub fn reading_a_link_moves_nothing<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    watch.one.symlink_at("file", "link").expect("a free name");
    let link = lstat(&watch.one, "link");
    table! { watch:
        "readlink": |w| w.one.readlink_at("link") => ["", "", "", ""];
        "follow": |w| w.one.stat_at(FOLLOW, "link") => ["", "", "", ""];
    };
    assert_eq!(lstat(&watch.one, "link"), link);
}

/// What is refused moves nothing.
pub fn failing_moves_nothing<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    fn refused<T>(answer: fs_core::Result<T>) -> fs_core::Result<()> {
        assert!(answer.is_err());
        Ok(())
    }
    table! { watch:
        "create": |w| refused(w.one.open_at(NOFOLLOW, "file", exclusive, WRITE)) => ["", "", "", ""];
        "mkdir": |w| refused(w.one.create_directory_at("file")) => ["", "", "", ""];
        "link": |w| refused(w.one.link_at(NOFOLLOW, "file", &w.two, "other")) => ["", "", "", ""];
        "rename": |w| refused(w.root.rename_at("one/file", &w.root, "two")) => ["", "", "", ""];
        "unlink": |w| refused(w.root.remove_at("one", Remove::File)) => ["", "", "", ""];
        "rmdir": |w| refused(w.root.remove_at("one", Remove::Directory)) => ["", "", "", ""];
    };
}

/// A new inode has one time, that of its making, and none is below 200 ns: programs take 0 for
/// «unknown» and subtract from times.
pub fn a_new_inode_has_the_time_of_its_making<S: Subject>(subject: &S) {
    let root = empty(subject);
    let probe = file(&root, "probe");
    let_time_pass(&probe);
    let before = stat(&probe).change;
    drop(file(&root, "file"));
    mkdir(&root, "dir");
    root.symlink_at("file", "link").expect("a free name");
    for name in ["file", "dir", "link"] {
        let stat = lstat(&root, name);
        assert!(stat.access >= before && before > Timestamp(200), "{name}");
        assert_eq!(
            (stat.access, stat.access),
            (stat.modification, stat.change),
            "{name}"
        );
    }
}

/// Times are set to the nanosecond, each for itself; the change is now.
pub fn times_are_set_to_the_nanosecond<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/", "link->file"]);
    let probe = file(&root, "probe");
    let times = [
        0,
        1,
        999_999_999,
        123_456_789_987_654_321,
        4_000_000_000_123_456_789,
    ];
    for path in ["file", "dir", "link"] {
        for time in times.map(Timestamp) {
            let before = lstat(&root, path);
            let_time_pass(&probe);
            let target = Target::At(NOFOLLOW, path);
            let (access, none) = (NewTimestamp::At(time), NewTimestamp::NoChange);
            root.set_times_at(target, access, none)
                .expect("it is there");
            let after = lstat(&root, path);
            assert_eq!(
                (after.access, after.modification),
                (time, before.modification)
            );
            assert!(after.change > before.change, "{path}");
            root.set_times_at(target, none, NewTimestamp::At(time))
                .expect("it is there");
            assert_eq!(lstat(&root, path).modification, time);
            assert_eq!(lstat(&root, path).access, time);
        }
    }
}

/// Setting a time to now takes the file system's clock, that of its changes.
pub fn now_is_the_time_of_changes<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    let_time_pass(&file);
    let before = stat(&file).change;
    let_time_pass(&file);
    let set = file.set_times_at(Target::This, NewTimestamp::Now, NewTimestamp::Now);
    set.expect("open");
    let after = stat(&file);
    assert!(after.access > before);
    assert_eq!(after.access, after.modification);
    assert!(after.change >= after.access);
    let long_ago = NewTimestamp::At(Timestamp(1));
    file.set_times_at(Target::This, long_ago, NewTimestamp::Now)
        .expect("open");
    assert_eq!(stat(&file).access, Timestamp(1));
    assert!(stat(&file).modification >= after.modification);
}

/// Neither time set: nothing changes, the time of change neither (utimensat(2), `UTIME_OMIT`).
pub fn setting_no_time_changes_nothing<S: Subject>(subject: &S) {
    let watch = Watch::new(empty(subject));
    let none = NewTimestamp::NoChange;
    table! { watch:
        "by description": |w| w.file.set_times_at(Target::This, none, none) => ["", "", "", ""];
        "by path": |w| w.one.set_times_at(Target::At(NOFOLLOW, "file"), none, none)
            => ["", "", "", ""];
    };
}

/// The times of a link are its own: either those of the link or those of its target are set.
pub fn a_link_has_times_of_its_own<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "link->file", "dangling->absent"]);
    let set = |at: PathFlags, path: &str, time: u64| {
        let time = NewTimestamp::At(Timestamp(time));
        root.set_times_at(Target::At(at, path), time, time)
    };
    let modified = |path: &str| lstat(&root, path).modification;
    set(NOFOLLOW, "link", 1000).expect("a link");
    set(FOLLOW, "link", 2000).expect("a file");
    assert_eq!(
        (modified("link"), modified("file")),
        (Timestamp(1000), Timestamp(2000))
    );
    set(NOFOLLOW, "dangling", 3000).expect("a link");
    assert_eq!(modified("dangling"), Timestamp(3000));
    assert_eq!(set(FOLLOW, "dangling", 4000), Err(E::NoEntry));
}

/// Times set are kept by everything that does not move them.
pub fn times_survive_what_does_not_move_them<S: Subject>(subject: &S) {
    let root = tree(subject, &["file", "dir/", "dir/x"]);
    let long_ago = Timestamp(1_000_000_007);
    let set = NewTimestamp::At(long_ago);
    for path in ["file", "dir"] {
        root.set_times_at(Target::At(NOFOLLOW, path), set, set)
            .expect("it is there");
    }
    root.link_at(NOFOLLOW, "file", &root, "second")
        .expect("a free name");
    root.rename_at("second", &root, "third")
        .expect("a free name");
    root.remove_at("file", Remove::File).expect("a file");
    root.rename_at("dir", &root, "moved").expect("a free name");
    write(&file(&root, "moved/x"), WriteAt::End, b"more");
    for path in ["third", "moved"] {
        let stat = lstat(&root, path);
        assert_eq!(
            (stat.access, stat.modification),
            (long_ago, long_ago),
            "{path}"
        );
    }
}

/// Changes have times in the order in which they happen, across files.
pub fn times_never_run_backwards<S: Subject>(subject: &S) {
    let root = tree(subject, &["a", "b", "dir/"]);
    let (a, b) = (file(&root, "a"), file(&root, "b"));
    let mut last = Timestamp(0);
    for round in 0..100 {
        let name = format!("dir/{round}");
        write(&a, WriteAt::End, b"x");
        let first = stat(&a).change;
        b.set_size(round).expect("open for writing");
        let second = stat(&b).change;
        drop(file(&root, &name));
        let third = lstat(&root, &name).change;
        root.rename_at(&name, &root, "moved").expect("over a file");
        let fourth = lstat(&root, "moved").change;
        for time in [first, second, third, fourth] {
            assert!(time >= last);
            last = time;
        }
    }
}
