//! Identity, attributes, times.

use preview1::{Errno, Fd, Result};

use crate::guest::{
    DIRECTORY_TYPE, FOLLOW, Guest, READ, REGULAR_FILE, ROOT, STDIN, STDOUT, SYMBOLIC_LINK,
};

const ATIM: u32 = 1;
const ATIM_NOW: u32 = 2;
const MTIM: u32 = 4;
const MTIM_NOW: u32 = 8;

fn set_times(guest: &mut Guest, fd: Fd, atim: u64, mtim: u64, flags: u32) -> Result {
    guest.call(|c, m| c.fd_filestat_set_times(m, fd, atim, mtim, flags))
}

fn set_times_at(guest: &mut Guest, path: &str, follow: u32, time: u64, flags: u32) -> Result {
    let (path, len) = guest.put_path(path);
    guest.call(|c, m| c.path_filestat_set_times(m, ROOT, follow, path, len, time, time, flags))
}

#[test]
fn an_inode_is_the_same_wherever_it_is_shown() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"x");
    let stat = guest.stat(fd).unwrap();
    guest.mkdir("dir").unwrap();
    guest.rename("file", "dir/renamed").unwrap();
    guest.link("dir/renamed", "second").unwrap();
    guest.write(fd, b"more").unwrap();
    for path in ["dir/renamed", "second"] {
        let named = guest.lstat(path).unwrap();
        assert_eq!((named.dev, named.ino, named.nlink), (stat.dev, stat.ino, 2));
    }
    let listed = guest.list(ROOT, 4096);
    let second = listed.iter().find(|entry| entry.name == "second").unwrap();
    assert_eq!((second.ino, second.filetype), (stat.ino, REGULAR_FILE));
}

#[test]
fn inodes_differ_and_are_not_used_again() {
    let mut guest = Guest::new();
    let mut seen = vec![guest.stat(ROOT).unwrap().ino];
    for _ in 0..10 {
        guest.touch("file");
        let stat = guest.lstat("file").unwrap();
        assert!(stat.ino != 0 && !seen.contains(&stat.ino));
        assert_eq!(stat.dev, guest.stat(ROOT).unwrap().dev);
        seen.push(stat.ino);
        guest.unlink("file").unwrap();
    }
}

#[test]
fn a_link_has_attributes_of_its_own() {
    let mut guest = Guest::new();
    guest.create("file", b"content");
    guest.symlink("file", "link").unwrap();
    let link = guest.lstat("link").unwrap();
    assert_eq!((link.filetype, link.size), (SYMBOLIC_LINK, 4));
    let target = guest.stat_at(ROOT, FOLLOW, "link").unwrap();
    assert_eq!(target, guest.lstat("file").unwrap());
    assert_eq!(target.filetype, REGULAR_FILE);
    assert_eq!(guest.stat(ROOT).unwrap().filetype, DIRECTORY_TYPE);
}

#[test]
fn times_start_with_the_clock_and_tick_on_change() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    let created = guest.stat(fd).unwrap();
    for time in [created.atim, created.mtim, created.ctim] {
        assert!(time > 200);
    }
    guest.write(fd, b"x").unwrap();
    let written = guest.stat(fd).unwrap();
    assert!(written.mtim > created.mtim && written.ctim > created.ctim);
    guest.set_size(fd, 0).unwrap();
    let cut = guest.stat(fd).unwrap();
    assert!(cut.mtim > written.mtim);
    guest.rename("file", "renamed").unwrap();
    let renamed = guest.stat(fd).unwrap();
    assert!(renamed.ctim > cut.ctim);
    assert_eq!(renamed.mtim, cut.mtim);
}

#[test]
fn reading_and_looking_change_no_time() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"content");
    let before = guest.stat(fd).unwrap();
    guest.read(fd, 9).unwrap();
    guest.lstat("file").unwrap();
    assert_eq!(guest.stat(fd).unwrap(), before);
}

#[test]
fn each_time_is_set_alone_to_the_nanosecond() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"content");
    let before = guest.stat(fd).unwrap();
    set_times(&mut guest, fd, 1, 1_234_567_891, MTIM).unwrap();
    let after = guest.stat(fd).unwrap();
    assert_eq!((after.mtim, after.atim), (1_234_567_891, before.atim));
    assert_eq!(after.size, 7);
    set_times(&mut guest, fd, u64::MAX, 5, ATIM).unwrap();
    let after = guest.stat(fd).unwrap();
    assert_eq!((after.mtim, after.atim), (1_234_567_891, u64::MAX));
}

#[test]
fn now_is_the_time_of_the_clock() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    let before = guest.stat(fd).unwrap();
    set_times(&mut guest, fd, 7, 7, ATIM_NOW | MTIM_NOW).unwrap();
    let after = guest.stat(fd).unwrap();
    assert!(after.atim > before.atim && after.mtim > before.mtim);
    set_times(&mut guest, fd, 7, 7, 0).unwrap();
    let untouched = guest.stat(fd).unwrap();
    assert_eq!((untouched.atim, untouched.mtim), (after.atim, after.mtim));
}

#[test]
fn a_time_both_given_and_now_is_refused_before_anything_happens() {
    let mut guest = Guest::new();
    guest.create("file", b"");
    let reader = guest.open("file").rights(READ).now().unwrap();
    let before = guest.stat(reader).unwrap();
    for flags in [
        ATIM | ATIM_NOW,
        MTIM | MTIM_NOW,
        ATIM | MTIM | MTIM_NOW,
        16,
        u32::MAX,
    ] {
        assert_eq!(
            set_times(&mut guest, reader, 1, 2, flags),
            Err(Errno::INVAL)
        );
        assert_eq!(
            set_times_at(&mut guest, "file", 0, 1, flags),
            Err(Errno::INVAL)
        );
    }
    assert_eq!(guest.stat(reader).unwrap(), before);
}

#[test]
fn times_of_directories_and_of_what_is_only_readable_can_be_set() {
    let mut guest = Guest::new();
    guest.create("file", b"");
    let reader = guest.open("file").rights(READ).now().unwrap();
    for fd in [reader, ROOT] {
        set_times(&mut guest, fd, 10, 20, ATIM | MTIM).unwrap();
        let stat = guest.stat(fd).unwrap();
        assert_eq!((stat.atim, stat.mtim), (10, 20));
    }
}

#[test]
fn times_are_set_of_the_link_or_of_its_target_never_of_both() {
    let mut guest = Guest::new();
    guest.create("file", b"");
    guest.symlink("file", "link").unwrap();
    let (link, file) = (guest.lstat("link").unwrap(), guest.lstat("file").unwrap());
    set_times_at(&mut guest, "link", 0, 100, MTIM).unwrap();
    assert_eq!(guest.lstat("link").unwrap().mtim, 100);
    assert_eq!(guest.lstat("file").unwrap(), file);
    set_times_at(&mut guest, "link", FOLLOW, 200, MTIM).unwrap();
    assert_eq!(guest.lstat("link").unwrap().mtim, 100);
    assert_eq!(guest.lstat("link").unwrap().atim, link.atim);
    assert_eq!(guest.lstat("file").unwrap().mtim, 200);
}

#[test]
fn a_stream_has_no_attributes() {
    let mut guest = Guest::new();
    for fd in [STDIN, STDOUT] {
        let stat = guest.stat(fd).unwrap();
        assert_eq!(guest.get(crate::guest::RESULT, 64), [0; 64]);
        assert_eq!((stat.filetype, stat.size), (0, 0));
        assert_eq!(set_times(&mut guest, fd, 0, 0, ATIM_NOW), Err(Errno::INVAL));
    }
}
