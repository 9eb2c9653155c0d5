//! `fd_renumber`, which libc makes `dup2` of.

use preview1::{Errno, Fd};

use crate::guest::{
    APPEND, CUR, DIRECTORY_TYPE, Guest, READ, RESULT, ROOT, SET, STDIN, STDOUT, UNKNOWN, WRITE,
};

#[test]
fn both_numbers_must_be_open() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    assert_eq!(guest.renumber(fd, Fd(9)), Err(Errno::BADF));
    assert_eq!(guest.renumber(Fd(9), fd), Err(Errno::BADF));
    assert_eq!(guest.tell(fd), Ok(0), "nothing was closed");
    assert_eq!(guest.renumber(Fd(9), Fd(9)), Err(Errno::BADF));
}

#[test]
fn to_itself_nothing_changes() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"abc");
    guest.seek(fd, 2, SET).unwrap();
    assert_eq!(guest.renumber(fd, fd), Ok(()));
    assert_eq!(guest.tell(fd), Ok(2));
}

#[test]
fn inode_position_flags_and_rights_move() {
    let mut guest = Guest::new();
    guest.create("from", b"0123456789");
    let from = guest
        .open("from")
        .rights(READ | WRITE)
        .flags(APPEND)
        .now()
        .unwrap();
    guest.seek(from, 7, SET).unwrap();
    let (stat, fdstat) = (guest.stat(from).unwrap(), guest.fdstat(from).unwrap());
    let to = guest.create("to", b"");

    assert_eq!(guest.renumber(from, to), Ok(()));
    assert_eq!(guest.stat(from), Err(Errno::BADF));
    assert_eq!(guest.stat(to), Ok(stat));
    assert_eq!(guest.fdstat(to), Ok(fdstat));
    assert_eq!(guest.seek(to, 0, CUR), Ok(7));
    assert_eq!(guest.open("to").now(), Ok(from), "the old number is free");
}

#[test]
fn the_preopen_mark_belongs_to_the_descriptor() {
    let mut guest = Guest::new();
    let plain = guest.open(".").now().unwrap();
    let file = guest.create("file", b"");
    guest.renumber(ROOT, file).unwrap();
    guest.renumber(plain, file).unwrap();
    let prestat = |guest: &mut Guest, fd| guest.call(|c, m| c.fd_prestat_get(m, fd, RESULT));
    assert_eq!(prestat(&mut guest, file), Err(Errno::BADF));

    let mut guest = Guest::new();
    let plain = guest.open(".").now().unwrap();
    guest.renumber(ROOT, plain).unwrap();
    assert_eq!(prestat(&mut guest, plain), Ok(()));
}

#[test]
fn a_directory_takes_the_place_of_a_preopen() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    let directory = guest.open("dir").now().unwrap();
    let ino = guest.stat(directory).unwrap().ino;
    assert_eq!(guest.renumber(directory, ROOT), Ok(()));
    assert_eq!(guest.stat(ROOT).unwrap().ino, ino);
    assert_eq!(guest.fdstat(ROOT).unwrap().filetype, DIRECTORY_TYPE);
    assert_eq!(guest.open("file").create().now(), Ok(directory));
    assert_eq!(guest.unlink("file"), Ok(()));
}

#[test]
fn a_stream_moves_over_a_file() {
    let mut guest = Guest::new();
    guest.calls.outside_mut().stdin.extend(b"typed");
    let fd = guest.create("file", b"content");
    assert_eq!(guest.renumber(STDIN, fd), Ok(()));
    assert_eq!(guest.fdstat(STDIN), Err(Errno::BADF));
    assert_eq!(guest.fdstat(fd).unwrap().filetype, UNKNOWN);
    assert_eq!(guest.read(fd, 10).unwrap(), b"typed");
}

#[test]
fn a_file_over_standard_output_takes_what_is_written_there() {
    let mut guest = Guest::new();
    let fd = guest.create("log", b"");
    guest.write(STDOUT, b"before").unwrap();
    assert_eq!(guest.renumber(fd, STDOUT), Ok(()));
    guest.write(STDOUT, b"after").unwrap();
    assert_eq!(guest.calls.outside().stdout, b"before");
    assert_eq!(guest.content("log"), b"after");
}

#[test]
fn standard_output_stays_itself_at_another_number() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    guest.renumber(STDOUT, fd).unwrap();
    guest.write(fd, b"hello").unwrap();
    assert_eq!(guest.calls.outside().stdout, b"hello");
    assert_eq!(guest.content("file"), b"");
}
