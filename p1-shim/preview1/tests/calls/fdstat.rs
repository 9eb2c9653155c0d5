//! Kinds, flags and rights of descriptors.

use preview1::{Errno, Fd, Output, Stdio};

use crate::guest::{
    APPEND, CHARACTER_DEVICE, DIRECTORY_TYPE, DSYNC, Guest, NONBLOCK, READ, REGULAR_FILE, ROOT,
    RSYNC, STDERR, STDIN, STDOUT, SYNC, TRUNC, UNKNOWN, WRITE,
};

const SEEK: u64 = 1 << 2;
const READDIR: u64 = 1 << 14;

#[test]
fn a_directory_has_exactly_the_rights_of_the_reference() {
    let mut guest = Guest::new();
    let plain = guest.open(".").directory().now().unwrap();
    for fd in [ROOT, plain] {
        let stat = guest.fdstat(fd).unwrap();
        assert_eq!(stat.filetype, DIRECTORY_TYPE);
        assert_eq!(stat.flags, 0);
        assert_eq!(stat.base, 0x7b7_fe00);
        assert_eq!(stat.inheriting, 0xff7_ffff);
    }
}

#[test]
fn a_directory_opens_with_the_rights_it_shows() {
    let mut guest = Guest::new();
    let base = guest.fdstat(ROOT).unwrap().base;
    assert!(guest.open(".").directory().rights(base).now().is_ok());
}

#[test]
fn a_right_to_seek_is_not_granted_to_a_directory() {
    let mut guest = Guest::new();
    let fd = guest.open(".").directory().rights(SEEK).now().unwrap();
    assert_eq!(guest.fdstat(fd).unwrap().base & SEEK, 0);
}

#[test]
fn a_file_has_all_rights_but_those_its_access_mode_lacks() {
    let mut guest = Guest::new();
    guest.touch("file");
    let lacking = [
        (READ | WRITE, 0),
        (READ, WRITE),
        (WRITE, READ | READDIR),
        (0, WRITE),
    ];
    for (rights, lacking) in lacking {
        let fd = guest.open("file").rights(rights).now().unwrap();
        let stat = guest.fdstat(fd).unwrap();
        assert_eq!(stat.filetype, REGULAR_FILE);
        assert_eq!(stat.base, !lacking);
        assert_eq!(stat.inheriting, stat.base);
    }
}

#[test]
fn creating_or_truncating_makes_a_descriptor_writable() {
    let mut guest = Guest::new();
    let created = guest.open("file").create().rights(0).now().unwrap();
    let truncated = guest.open("file").oflags(TRUNC).rights(0).now().unwrap();
    for fd in [created, truncated] {
        assert_eq!(guest.fdstat(fd).unwrap().base, u64::MAX);
    }
}

#[test]
fn rights_cannot_be_set() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    for fd in [STDIN, ROOT, fd] {
        let set = guest.call(|c, m| c.fd_fdstat_set_rights(m, fd, 0, 0));
        assert_eq!(set, Err(Errno::NOTSUP));
    }
}

#[test]
fn the_flags_a_file_was_opened_with_are_shown() {
    let mut guest = Guest::new();
    guest.touch("file");
    for flags in [0, APPEND, NONBLOCK, SYNC, DSYNC, RSYNC, 31] {
        let fd = guest.open("file").flags(flags).now().unwrap();
        assert_eq!(u32::from(guest.fdstat(fd).unwrap().flags), flags);
    }
    assert_eq!(guest.open("file").flags(32).now(), Err(Errno::INVAL));
}

#[test]
fn append_and_nonblock_can_be_set_and_cleared() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    for flags in [APPEND, NONBLOCK, APPEND | NONBLOCK, 0] {
        assert_eq!(guest.set_flags(fd, flags), Ok(()));
        assert_eq!(u32::from(guest.fdstat(fd).unwrap().flags), flags);
    }
}

#[test]
fn other_flags_cannot_be_set() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    for fd in [fd, ROOT, STDOUT] {
        for flags in [SYNC, DSYNC, RSYNC, 32, u32::MAX] {
            assert_eq!(guest.set_flags(fd, flags), Err(Errno::INVAL));
        }
    }
    assert_eq!(guest.fdstat(fd).unwrap().flags, 0);
}

#[test]
fn a_program_that_adds_append_to_the_flags_it_reads_keeps_its_sync_flags() {
    let mut guest = Guest::new();
    guest.touch("file");
    let fd = guest.open("file").flags(SYNC | DSYNC).now().unwrap();
    let flags = u32::from(guest.fdstat(fd).unwrap().flags);
    assert_eq!(guest.set_flags(fd, flags | APPEND), Ok(()));
    assert_eq!(
        u32::from(guest.fdstat(fd).unwrap().flags),
        SYNC | DSYNC | APPEND
    );
    assert_eq!(guest.set_flags(fd, RSYNC), Err(Errno::INVAL));
}

#[test]
fn streams_take_flags_that_change_nothing() {
    let mut guest = Guest::new();
    for fd in [STDIN, STDOUT, STDERR] {
        assert_eq!(guest.set_flags(fd, NONBLOCK), Ok(()));
        assert_eq!(guest.fdstat(fd).unwrap().flags, 0);
    }
}

#[test]
fn a_stream_has_one_right_and_is_a_device_only_at_a_terminal() {
    let mut guest = Guest::new();
    guest.calls.outside_mut().terminals = vec![Stdio::Output(Output::Stderr)];
    let expected = [
        (STDIN, UNKNOWN, READ),
        (STDOUT, UNKNOWN, WRITE),
        (STDERR, CHARACTER_DEVICE, WRITE),
    ];
    for (fd, filetype, rights) in expected {
        let stat = guest.fdstat(fd).unwrap();
        assert_eq!(
            (stat.filetype, stat.base, stat.flags),
            (filetype, rights, 0)
        );
    }
    assert_eq!(guest.fdstat(Fd(7)), Err(Errno::BADF));
}
