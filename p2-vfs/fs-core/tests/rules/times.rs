//! Which operation sets which time.

use crate::support::{FOLLOW, NOFOLLOW, create, empty, read, write};
use fs_core::{Descriptor, NewTimestamp, PathFlags, Remove, Stat, Target, Timestamp, WriteAt};

fn seconds(stat: Stat) -> (u64, u64, u64) {
    let second = |time: Timestamp| time.0 / 1_000_000_000;
    (
        second(stat.access),
        second(stat.modification),
        second(stat.change),
    )
}

#[test]
fn content_and_names_move_the_times_that_they_should() {
    let (_, root, hands) = empty();
    let file = create(&root, "file").expect("a new file");
    let of_file = || seconds(file.stat().expect("open"));
    let of_root = || seconds(root.stat().expect("a root"));
    hands.set(200);
    write(&file, WriteAt::End, b"x");
    assert_eq!(of_file(), (100, 200, 200));
    hands.set(300);
    read(&file, 0, 1);
    assert_eq!(of_file(), (100, 200, 200), "reading changes nothing");
    root.link_at(NOFOLLOW, "file", &root, "second")
        .expect("a free name");
    assert_eq!(of_file(), (100, 200, 300));
    assert_eq!(of_root(), (100, 300, 300));
    hands.set(400);
    root.rename_at("second", &root, "third")
        .expect("a free name");
    assert_eq!(of_file(), (100, 200, 400));
    hands.set(500);
    root.remove_at("third", Remove::File).expect("a file");
    assert_eq!(of_file(), (100, 200, 500));
    assert_eq!(of_root(), (100, 500, 500));
    hands.set(600);
    file.set_size(0).expect("open for writing");
    assert_eq!(of_file(), (100, 600, 600));
}

#[test]
fn times_are_set_to_the_nanosecond_on_a_link_or_its_target() {
    let (_, root, _) = empty();
    create(&root, "file").expect("a new file");
    root.symlink_at("file", "link").expect("a free name");
    let exact = Timestamp(123_456_789_987_654_321);
    let set = |at: PathFlags| {
        let target = Target::At(at, "link");
        root.set_times_at(target, NewTimestamp::NoChange, NewTimestamp::At(exact))
    };
    let modification = |path| root.stat_at(NOFOLLOW, path).expect("there").modification;
    set(NOFOLLOW).expect("the link");
    assert_eq!(modification("link"), exact);
    assert_ne!(modification("file"), exact);
    set(FOLLOW).expect("the file");
    assert_eq!(modification("file"), exact);
    let stat = root.stat_at(NOFOLLOW, "file").expect("there");
    assert_eq!(seconds(stat).0, 100, "the other time is left");
}

#[test]
fn leaving_both_times_alone_is_no_change() {
    let (_, root, hands) = empty();
    let file = create(&root, "file").expect("a new file");
    hands.set(200);
    let leave = |target| root.set_times_at(target, NewTimestamp::NoChange, NewTimestamp::NoChange);
    leave(Target::At(FOLLOW, "file")).expect("the file");
    assert_eq!(seconds(file.stat().expect("open")), (100, 100, 100));
    assert!(leave(Target::At(FOLLOW, "absent")).is_err());
}

#[test]
fn a_host_without_a_clock_still_gives_times_that_are_not_zero() {
    let (_, _, hands) = empty();
    hands.set(0);
    let fs = fs_core::MemFs::builder(hands)
        .build()
        .expect("an empty file system");
    let file = create(&fs.root(), "file").expect("a new file");
    write(&file, WriteAt::End, b"x");
    assert!(file.stat().expect("open").modification > Timestamp(200));
}
