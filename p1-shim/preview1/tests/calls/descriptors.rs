//! Numbers: which are given, and what the closed ones answer.

use std::collections::BTreeSet;

use preview1::{Errno, Fd, Ptr, Result};
use proptest::prelude::*;

use crate::guest::{
    DATA, Guest, INPUT, Preview1, READ, RESULT, ROOT, STDERR, STDIN, STDOUT, WRITE,
    empty_file_system,
};
use crate::script::Script;

/// Every function with a descriptor, all other arguments being fine.
fn every_call(guest: &mut Guest, fd: Fd) -> Vec<(&'static str, Result)> {
    let (path, len) = guest.put_path("name");
    guest.call(|c, m| {
        vec![
            ("fd_advise", c.fd_advise(m, fd, 0, 0, 0)),
            ("fd_allocate", c.fd_allocate(m, fd, 0, 1)),
            ("fd_close", c.fd_close(m, fd)),
            ("fd_datasync", c.fd_datasync(m, fd)),
            ("fd_fdstat_get", c.fd_fdstat_get(m, fd, RESULT)),
            ("fd_fdstat_set_flags", c.fd_fdstat_set_flags(m, fd, 0)),
            ("fd_fdstat_set_rights", c.fd_fdstat_set_rights(m, fd, 0, 0)),
            ("fd_filestat_get", c.fd_filestat_get(m, fd, RESULT)),
            ("fd_filestat_set_size", c.fd_filestat_set_size(m, fd, 0)),
            (
                "fd_filestat_set_times",
                c.fd_filestat_set_times(m, fd, 0, 0, 0),
            ),
            ("fd_pread", c.fd_pread(m, fd, INPUT, 0, 0, RESULT)),
            ("fd_prestat_dir_name", c.fd_prestat_dir_name(m, fd, DATA, 9)),
            ("fd_prestat_get", c.fd_prestat_get(m, fd, RESULT)),
            ("fd_pwrite", c.fd_pwrite(m, fd, INPUT, 0, 0, RESULT)),
            ("fd_read", c.fd_read(m, fd, INPUT, 0, RESULT)),
            ("fd_readdir", c.fd_readdir(m, fd, DATA, 9, 0, RESULT)),
            ("fd_renumber from", c.fd_renumber(m, fd, STDIN)),
            ("fd_renumber to", c.fd_renumber(m, STDIN, fd)),
            ("fd_seek", c.fd_seek(m, fd, 0, 0, RESULT)),
            ("fd_sync", c.fd_sync(m, fd)),
            ("fd_tell", c.fd_tell(m, fd, RESULT)),
            ("fd_write", c.fd_write(m, fd, INPUT, 0, RESULT)),
            (
                "path_create_directory",
                c.path_create_directory(m, fd, path, len),
            ),
            (
                "path_filestat_get",
                c.path_filestat_get(m, fd, 0, path, len, RESULT),
            ),
            (
                "path_filestat_set_times",
                c.path_filestat_set_times(m, fd, 0, path, len, 0, 0, 0),
            ),
            (
                "path_link from",
                c.path_link(m, fd, 0, path, len, ROOT, path, len),
            ),
            (
                "path_link to",
                c.path_link(m, ROOT, 0, path, len, fd, path, len),
            ),
            (
                "path_open",
                c.path_open(m, fd, 0, path, len, 0, READ, 0, 0, RESULT),
            ),
            (
                "path_readlink",
                c.path_readlink(m, fd, path, len, DATA, 9, RESULT),
            ),
            (
                "path_remove_directory",
                c.path_remove_directory(m, fd, path, len),
            ),
            (
                "path_rename from",
                c.path_rename(m, fd, path, len, ROOT, path, len),
            ),
            (
                "path_rename to",
                c.path_rename(m, ROOT, path, len, fd, path, len),
            ),
            ("path_symlink", c.path_symlink(m, path, len, fd, path, len)),
            ("path_unlink_file", c.path_unlink_file(m, fd, path, len)),
            ("sock_accept", c.sock_accept(m, fd, 0, RESULT)),
            ("sock_recv", c.sock_recv(m, fd, INPUT, 0, 0, RESULT, RESULT)),
            ("sock_send", c.sock_send(m, fd, INPUT, 0, 0, RESULT)),
            ("sock_shutdown", c.sock_shutdown(m, fd, 0)),
        ]
    })
}

#[test]
fn every_function_answers_badf_for_a_number_that_is_not_open() {
    let mut guest = Guest::new();
    let closed = guest.create("file", b"");
    guest.close(closed).unwrap();
    for fd in [
        closed,
        Fd(5),
        Fd(1 << 20),
        Fd(-31337_i32 as u32),
        Fd(u32::MAX),
    ] {
        for (name, answer) in every_call(&mut guest, fd) {
            assert_eq!(answer, Err(Errno::BADF), "{name}({fd:?})");
        }
    }
}

#[test]
fn the_descriptor_is_checked_before_the_pointers() {
    let mut guest = Guest::new();
    let wild = Ptr(u32::MAX);
    let answers = guest.call(|c, m| {
        [
            c.fd_read(m, Fd(9), wild, 1, wild),
            c.fd_write(m, Fd(9), wild, 0, wild),
            c.fd_pread(m, Fd(9), wild, u32::MAX, 0, wild),
            c.path_open(m, Fd(9), 0, wild, 9, 0, 0, 0, 0, wild),
        ]
    });
    assert_eq!(answers, [Err(Errno::BADF); 4]);
}

#[test]
fn the_access_mode_is_checked_before_the_pointers_even_without_buffers() {
    let mut guest = Guest::new();
    let reader = guest.create("file", b"1234");
    guest.close(reader).unwrap();
    let reader = guest.open("file").rights(READ).now().unwrap();
    let writer = guest.open("file").rights(WRITE).now().unwrap();
    let wild = Ptr(u32::MAX);
    for buffers in [0, 1] {
        let answers = guest.call(|c, m| {
            [
                c.fd_read(m, writer, wild, buffers, wild),
                c.fd_pread(m, writer, wild, buffers, 0, wild),
                c.fd_write(m, reader, wild, buffers, wild),
                c.fd_pwrite(m, reader, wild, buffers, 0, wild),
                c.fd_write(m, STDIN, wild, buffers, wild),
                c.fd_read(m, STDOUT, wild, buffers, wild),
            ]
        });
        assert_eq!(answers, [Err(Errno::BADF); 6]);
    }
}

#[test]
fn a_second_close_fails() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    assert_eq!(guest.close(fd), Ok(()));
    assert_eq!(guest.close(fd), Err(Errno::BADF));
}

#[test]
fn preopens_and_standard_streams_can_be_closed() {
    let mut guest = Guest::new();
    for fd in [STDIN, STDOUT, STDERR, ROOT] {
        assert_eq!(guest.close(fd), Ok(()));
        assert_eq!(guest.fdstat(fd), Err(Errno::BADF));
    }
    assert!(guest.calls.outside().stdout.is_empty());
}

#[test]
fn other_descriptors_of_a_closed_preopen_live_on() {
    let mut guest = Guest::new();
    let directory = guest.open(".").directory().now().unwrap();
    guest.close(ROOT).unwrap();
    let file = guest.open_at(directory, "file").create().now();
    assert_eq!(file, Ok(ROOT), "the number is free again");
}

#[test]
fn the_first_number_given_follows_the_preopens() {
    let mut guest = Guest::new();
    assert_eq!(guest.open(".").now(), Ok(Fd(4)));
}

#[test]
fn two_thousand_rounds_of_open_and_close_reuse_one_number() {
    let mut guest = Guest::new();
    guest.touch("file");
    for _ in 0..2000 {
        assert_eq!(guest.open("file").now(), Ok(Fd(4)));
        guest.close(Fd(4)).unwrap();
    }
}

#[test]
fn a_full_table_is_mfile_and_nothing_is_created() {
    let limited = Preview1::with_fd_limit(&empty_file_system(), Script::default(), 6);
    let mut guest = Guest::over(limited);
    let first = guest.create("a", b"");
    guest.create("b", b"");
    assert_eq!(guest.open("c").create().now(), Err(Errno::MFILE));
    assert_eq!(guest.lstat("c"), Err(Errno::NOENT));
    guest.close(first).unwrap();
    assert_eq!(guest.open("c").create().now(), Ok(first));
}

#[test]
fn ten_thousand_files_can_be_open_at_once() {
    let mut guest = Guest::new();
    guest.touch("file");
    for fd in 4..10_004 {
        assert_eq!(guest.open("file").now(), Ok(Fd(fd)));
    }
}

#[test]
fn an_open_file_survives_its_name() {
    let mut guest = Guest::new();
    let old = guest.create("file", b"old content");
    let ino = guest.stat(old).unwrap().ino;
    guest.unlink("file").unwrap();
    let new = guest.create("file", b"new");

    assert_eq!(guest.read(old, 100).unwrap(), b"old content");
    assert_eq!(guest.write(old, b"!"), Ok(1));
    assert_eq!(guest.set_size(old, 4), Ok(()));
    let stat = guest.stat(old).unwrap();
    assert_eq!((stat.ino, stat.size, stat.nlink), (ino, 4, 0));
    assert_ne!(guest.stat(new).unwrap().ino, ino);
    assert_eq!(guest.read(new, 100).unwrap(), b"new");
}

#[test]
fn an_open_directory_survives_its_name() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    let old = guest.open("dir").now().unwrap();
    guest.rmdir("dir").unwrap();
    guest.mkdir("dir").unwrap();

    let stat = guest.stat(old).unwrap();
    assert_ne!(guest.lstat("dir").unwrap().ino, stat.ino);
    let inside = guest.open_at(old, "file").create().now();
    assert_eq!(inside, Err(Errno::NOENT));
}

#[derive(Clone, Debug)]
enum Step {
    Open,
    Close(u32),
    Renumber(u32, u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Open),
        2 => (0..40u32).prop_map(Step::Close),
        1 => (0..40u32, 0..40u32).prop_map(|(from, to)| Step::Renumber(from, to)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lowest_closed_number_is_given(steps in prop::collection::vec(step(), 0..200)) {
        let mut guest = Guest::new();
        guest.touch("file");
        let mut open: BTreeSet<u32> = (0..4).collect();
        for step in steps {
            match step {
                Step::Open => {
                    let lowest = (0..).find(|fd| !open.contains(fd)).unwrap();
                    prop_assert_eq!(guest.open("file").now(), Ok(Fd(lowest)));
                    open.insert(lowest);
                }
                // Opening needs the preopen.
                Step::Close(3) | Step::Renumber(3, _) | Step::Renumber(_, 3) => {}
                Step::Close(fd) => {
                    prop_assert_eq!(guest.close(Fd(fd)).is_ok(), open.remove(&fd));
                }
                Step::Renumber(from, to) => {
                    let both = open.contains(&from) && open.contains(&to);
                    prop_assert_eq!(guest.renumber(Fd(from), Fd(to)).is_ok(), both);
                    if both && from != to {
                        open.remove(&from);
                    }
                }
            }
        }
    }
}
