//! `path_open`.

use preview1::Errno;

use crate::guest::{
    CREAT, DIRECTORY, EXCL, Guest, NONBLOCK, READ, REGULAR_FILE, SYMBOLIC_LINK, TRUNC, WRITE,
};

#[test]
fn creating_makes_a_regular_file_even_without_rights() {
    let mut guest = Guest::new();
    let fd = guest.open("file").create().rights(0).now().unwrap();
    let stat = guest.stat(fd).unwrap();
    assert_eq!((stat.filetype, stat.size, stat.nlink), (REGULAR_FILE, 0, 1));
    assert_eq!(guest.lstat("file").unwrap(), stat);
}

#[test]
fn creating_opens_what_exists() {
    let mut guest = Guest::new();
    guest.create("file", b"kept");
    guest.mkdir("dir").unwrap();
    let fd = guest.open("file").create().now().unwrap();
    assert_eq!(guest.read(fd, 9).unwrap(), b"kept");
    assert_eq!(guest.open("dir").create().now(), Err(Errno::ISDIR));
}

#[test]
fn an_absent_name_is_no_entry() {
    let mut guest = Guest::new();
    assert_eq!(guest.open("absent").now(), Err(Errno::NOENT));
    assert_eq!(guest.open("absent/file").create().now(), Err(Errno::NOENT));
    assert_eq!(guest.open("absent/").create().now(), Err(Errno::ISDIR));
    assert_eq!(guest.lstat("absent"), Err(Errno::NOENT));
}

#[test]
fn exclusive_creation_refuses_every_existing_name() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.touch("file");
    guest.symlink("nowhere", "dangling").unwrap();
    for path in ["dir", "file", "dangling"] {
        let opened = guest.open(path).oflags(CREAT | EXCL).now();
        assert_eq!(opened, Err(Errno::EXIST), "{path}");
    }
    assert!(guest.open("new").oflags(CREAT | EXCL).now().is_ok());
}

#[test]
fn truncating_empties_a_file_whatever_the_rights() {
    let mut guest = Guest::new();
    for (oflags, rights) in [(TRUNC, 0), (TRUNC, WRITE), (CREAT | TRUNC, READ)] {
        guest.create("file", b"content");
        guest
            .open("file")
            .oflags(oflags)
            .rights(rights)
            .now()
            .unwrap();
        assert_eq!(guest.lstat("file").unwrap().size, 0);
    }
}

#[test]
fn a_directory_is_asked_for_and_a_file_is_there() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.symlink("file", "link").unwrap();
    assert_eq!(guest.open("file").directory().now(), Err(Errno::NOTDIR));
    assert_eq!(
        guest.open("link").directory().follow().now(),
        Err(Errno::NOTDIR)
    );
}

#[test]
fn directory_with_create_exclusive_or_truncate_is_invalid() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    for oflags in [CREAT, EXCL, TRUNC, CREAT | EXCL] {
        let opened = guest.open("dir").oflags(DIRECTORY | oflags).now();
        assert_eq!(opened, Err(Errno::INVAL));
    }
    assert_eq!(guest.open("dir").oflags(16).now(), Err(Errno::INVAL));
}

#[test]
fn a_directory_cannot_be_opened_for_writing() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    for rights in [WRITE, READ | WRITE] {
        assert_eq!(guest.open("dir").rights(rights).now(), Err(Errno::ISDIR));
        let opened = guest.open("dir").directory().rights(rights).now();
        assert_eq!(opened, Err(Errno::ISDIR));
    }
    for rights in [0, READ] {
        assert!(guest.open("dir").rights(rights).now().is_ok());
        assert!(guest.open("dir").directory().rights(rights).now().is_ok());
    }
}

#[test]
fn nonblock_is_accepted_and_changes_nothing() {
    let mut guest = Guest::new();
    guest.create("file", b"content");
    let fd = guest.open("file").flags(NONBLOCK).now().unwrap();
    assert_eq!(guest.read(fd, 9).unwrap(), b"content");
    assert!(guest.open(".").directory().flags(NONBLOCK).now().is_ok());
}

#[test]
fn a_link_that_is_not_followed_is_a_loop() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.mkdir("dir").unwrap();
    for target in ["file", "dir", "nowhere", "link"] {
        guest.symlink(target, "link").unwrap();
        assert_eq!(guest.open("link").now(), Err(Errno::LOOP), "{target}");
        assert_eq!(guest.lstat("link").unwrap().filetype, SYMBOLIC_LINK);
        guest.unlink("link").unwrap();
    }
}

#[test]
fn a_followed_link_opens_its_target() {
    let mut guest = Guest::new();
    guest.create("file", b"content");
    guest.mkdir("dir").unwrap();
    guest.symlink("file", "to-file").unwrap();
    guest.symlink("dir", "to-dir").unwrap();
    guest.symlink("self", "self").unwrap();
    guest.symlink("nowhere", "dangling").unwrap();

    let fd = guest.open("to-file").follow().now().unwrap();
    assert_eq!(guest.read(fd, 9).unwrap(), b"content");
    assert!(guest.open("to-dir").follow().directory().now().is_ok());
    assert_eq!(guest.open("self").follow().now(), Err(Errno::LOOP));
    assert_eq!(guest.open("dangling").follow().now(), Err(Errno::NOENT));
}

#[test]
fn the_access_mode_follows_from_the_rights() {
    let mut guest = Guest::new();
    guest.create("file", b"content");
    // Rights requested, then: can it be read, can it be written?
    for (rights, read, write) in [
        (0, true, false),
        (READ, true, false),
        (WRITE, false, true),
        (READ | WRITE, true, true),
        (!WRITE, true, false),
    ] {
        let fd = guest.open("file").rights(rights).now().unwrap();
        assert_eq!(guest.read(fd, 1).is_ok(), read, "{rights:x}");
        assert_eq!(guest.write(fd, b"c").is_ok(), write, "{rights:x}");
    }
}
