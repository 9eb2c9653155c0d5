//! Positions, sizes, advice, durability.

use preview1::{Errno, Fd, Result};

use crate::guest::{CUR, END, Guest, READ, ROOT, SET, WRITE};

fn advise(guest: &mut Guest, fd: Fd, offset: u64, len: u64, advice: u32) -> Result {
    guest.call(|c, m| c.fd_advise(m, fd, offset, len, advice))
}

#[test]
fn seeking_counts_from_the_start_the_position_or_the_end() {
    let mut guest = Guest::new();
    let fd = guest.create("file", &[0; 100]);
    assert_eq!(guest.seek(fd, 10, SET), Ok(10));
    assert_eq!(guest.seek(fd, -3, CUR), Ok(7));
    assert_eq!(guest.seek(fd, -1, END), Ok(99));
    assert_eq!(guest.seek(fd, 50, END), Ok(150), "past the end");
    assert_eq!(guest.stat(fd).unwrap().size, 100);
    guest.set_size(fd, 20).unwrap();
    assert_eq!(guest.seek(fd, 0, END), Ok(20), "the end as it is now");
}

#[test]
fn a_position_below_zero_or_beyond_an_off_t_is_invalid_and_changes_nothing() {
    let mut guest = Guest::new();
    let fd = guest.create("file", &[0; 100]);
    guest.seek(fd, 10, SET).unwrap();
    for (offset, whence) in [
        (-1, SET),
        (-11, CUR),
        (-101, END),
        (i64::MIN, SET),
        (i64::MIN, CUR),
        (i64::MAX, CUR),
        (i64::MAX, END),
        (0, 3),
        (0, u32::MAX),
    ] {
        assert_eq!(guest.seek(fd, offset, whence), Err(Errno::INVAL));
        assert_eq!(guest.tell(fd), Ok(10));
    }
    assert_eq!(guest.seek(fd, i64::MAX, SET), Ok(i64::MAX as u64));
    assert_eq!(guest.write(fd, b"x"), Err(Errno::FBIG));
}

#[test]
fn tell_follows_reads_and_writes() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abcdef");
    guest.read(fd, 4).unwrap();
    assert_eq!(guest.tell(fd), Ok(4));
    guest.read(fd, 4).unwrap();
    assert_eq!(guest.tell(fd), Ok(6), "after a short read");
    guest.write(fd, b"gh").unwrap();
    assert_eq!(guest.tell(fd), Ok(8));
}

#[test]
fn a_directory_has_no_position_and_no_size_to_set() {
    let mut guest = Guest::new();
    for whence in [SET, CUR, END] {
        assert_eq!(guest.seek(ROOT, 0, whence), Err(Errno::BADF));
    }
    assert_eq!(guest.tell(ROOT), Err(Errno::BADF));
    assert_eq!(guest.set_size(ROOT, 0), Err(Errno::BADF));
    assert_eq!(guest.allocate(ROOT, 0, 1), Err(Errno::BADF));
    assert_eq!(advise(&mut guest, ROOT, 0, 0, 0), Err(Errno::BADF));
}

#[test]
fn setting_the_size_cuts_or_adds_zeros_and_keeps_the_position() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abcdef");
    guest.seek(fd, 5, SET).unwrap();
    guest.set_size(fd, 3).unwrap();
    guest.set_size(fd, 8).unwrap();
    assert_eq!(guest.tell(fd), Ok(5));
    assert_eq!(guest.content("file"), b"abc\0\0\0\0\0");
}

#[test]
fn the_size_of_what_is_only_readable_cannot_be_set() {
    let mut guest = Guest::new();
    guest.create("file", b"abc");
    let fd = guest.open("file").rights(READ).now().unwrap();
    assert_eq!(guest.set_size(fd, 0), Err(Errno::INVAL));
    assert_eq!(guest.allocate(fd, 0, 10), Err(Errno::BADF));
    assert_eq!(guest.content("file"), b"abc");
}

#[test]
fn an_absurd_size_is_too_big() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abc");
    assert_eq!(guest.set_size(fd, 1 << 62), Err(Errno::FBIG));
    // What a libc makes of -1, which ftruncate(2) refuses as no size at all.
    assert_eq!(guest.set_size(fd, u64::MAX), Err(Errno::INVAL));
    assert_eq!(guest.allocate(fd, u64::MAX, u64::MAX), Err(Errno::FBIG));
    assert_eq!(guest.allocate(fd, 1, u64::MAX - 1), Err(Errno::FBIG));
    assert_eq!(guest.content("file"), b"abc");
}

#[test]
fn allocating_extends_and_never_cuts() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    for (offset, len, size) in [(0, 100, 100), (10, 10, 100), (90, 20, 110)] {
        assert_eq!(guest.allocate(fd, offset, len), Ok(()));
        assert_eq!(guest.stat(fd).unwrap().size, size);
    }
    assert_eq!(guest.allocate(fd, 0, 0), Err(Errno::INVAL));
}

#[test]
fn the_six_advices_change_nothing() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abc");
    let before = guest.stat(fd).unwrap();
    for advice in 0..6 {
        assert_eq!(advise(&mut guest, fd, 1 << 60, u64::MAX, advice), Ok(()));
    }
    assert_eq!(advise(&mut guest, fd, 0, 0, 6), Err(Errno::INVAL));
    assert_eq!(advise(&mut guest, fd, 0, 0, u32::MAX), Err(Errno::INVAL));
    assert_eq!(guest.stat(fd).unwrap(), before);
}

#[test]
fn files_and_directories_can_be_synced_whatever_they_were_opened_for() {
    let mut guest = Guest::new();
    guest.touch("file");
    let reader = guest.open("file").rights(READ).now().unwrap();
    let writer = guest.open("file").rights(WRITE).now().unwrap();
    for fd in [reader, writer, ROOT] {
        assert_eq!(guest.call(|c, m| c.fd_sync(m, fd)), Ok(()));
        assert_eq!(guest.call(|c, m| c.fd_datasync(m, fd)), Ok(()));
    }
}
