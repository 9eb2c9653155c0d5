//! The directories a program starts with.

use fs_core::MemFs;
use preview1::{Errno, Fd, Result};

use crate::guest::{DATA, Guest, RESULT, ROOT, STDIN, Ticking};
use crate::script::Script;

fn guest_with(preopens: &[(&str, &str)]) -> Guest {
    let preopens = preopens
        .iter()
        .map(|&(name, path)| (name.to_owned(), path.to_owned()))
        .collect();
    let fs = MemFs::builder(Ticking::new()).preopens(preopens).build();
    Guest::with(&fs.unwrap(), Script::default())
}

fn prestat(guest: &mut Guest, fd: Fd) -> Result<u32> {
    guest.call(|c, m| c.fd_prestat_get(m, fd, RESULT))?;
    assert_eq!(guest.get(RESULT, 1), [0], "a directory");
    Ok(guest.u32_at(preview1::Ptr(RESULT.0 + 4)))
}

fn name(guest: &mut Guest, fd: Fd, room: u32) -> Result<Vec<u8>> {
    guest.put(DATA, &[b'?'; 16]);
    guest.call(|c, m| c.fd_prestat_dir_name(m, fd, DATA, room))?;
    Ok(guest.get(DATA, 16).to_vec())
}

#[test]
fn preopens_stand_from_three_on_without_a_hole() {
    let mut guest = guest_with(&[("/", "."), ("/etc/app", "etc")]);
    assert_eq!(prestat(&mut guest, Fd(3)), Ok(1));
    assert_eq!(prestat(&mut guest, Fd(4)), Ok(8));
    assert_eq!(prestat(&mut guest, Fd(5)), Err(Errno::BADF));
}

#[test]
fn a_name_is_given_without_a_nul() {
    let mut guest = guest_with(&[("/etc/app", "etc")]);
    assert_eq!(name(&mut guest, ROOT, 8).unwrap(), b"/etc/app????????");
    assert_eq!(name(&mut guest, ROOT, 16).unwrap(), b"/etc/app????????");
}

#[test]
fn a_buffer_that_is_too_short_for_the_name() {
    let mut guest = guest_with(&[("/etc/app", "etc")]);
    for room in [0, 7] {
        assert_eq!(name(&mut guest, ROOT, room), Err(Errno::NAMETOOLONG));
        assert_eq!(guest.get(DATA, 4), *b"????");
    }
}

#[test]
fn nothing_else_is_a_preopen() {
    let mut guest = Guest::new();
    let directory = guest.open(".").now().unwrap();
    let file = guest.create("file", b"");
    for fd in [STDIN, directory, file, Fd(99)] {
        assert_eq!(prestat(&mut guest, fd), Err(Errno::BADF));
        assert_eq!(name(&mut guest, fd, 16), Err(Errno::BADF));
    }
}

#[test]
fn without_preopens_three_is_free() {
    let mut guest = guest_with(&[]);
    assert_eq!(prestat(&mut guest, ROOT), Err(Errno::BADF));
    let shutdown = guest.call(|c, m| c.sock_shutdown(m, ROOT, 0));
    assert_eq!(shutdown, Err(Errno::BADF));
}

#[test]
fn two_preopens_are_two_views_of_one_tree() {
    let mut guest = guest_with(&[("/", "."), ("/sub", "sub")]);
    let fd = guest.open_at(Fd(4), "file").create().now().unwrap();
    assert_eq!(guest.lstat("sub/file"), guest.stat(fd));
    assert_eq!(guest.stat_at(Fd(4), 0, "../sub"), Err(Errno::PERM));
}
