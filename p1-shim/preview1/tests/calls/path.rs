//! How paths are resolved.

use preview1::{Errno, Fd, Ptr, Result};

use crate::guest::{DATA, FOLLOW, Guest, INPUT, RESULT, ROOT, STDIN};

fn stat_bytes(guest: &mut Guest, path: &[u8]) -> Result {
    guest.put(DATA, path);
    let len = path.len() as u32;
    guest.call(|c, m| c.path_filestat_get(m, ROOT, 0, DATA, len, RESULT))
}

#[test]
fn a_path_starts_at_a_directory() {
    let mut guest = Guest::new();
    let file = guest.create("file", b"");
    assert_eq!(guest.open_at(file, "x").now(), Err(Errno::NOTDIR));
    assert_eq!(guest.open_at(STDIN, "x").now(), Err(Errno::BADF));
    assert_eq!(guest.open_at(Fd(77), "x").now(), Err(Errno::BADF));
}

#[test]
fn an_absolute_path_is_not_permitted_though_the_preopen_is_named_slash() {
    let mut guest = Guest::new();
    guest.touch("file");
    for path in ["/", "/file", "//file"] {
        assert_eq!(guest.lstat(path), Err(Errno::PERM), "{path}");
    }
}

#[test]
fn an_empty_path_is_no_entry() {
    let mut guest = Guest::new();
    assert_eq!(guest.open("").now(), Err(Errno::NOENT));
    assert_eq!(guest.open("").create().now(), Err(Errno::NOENT));
}

#[test]
fn a_nul_byte_is_invalid() {
    let mut guest = Guest::new();
    guest.touch("file");
    assert_eq!(guest.lstat("file\0"), Err(Errno::INVAL));
    assert_eq!(guest.open("a\0b").create().now(), Err(Errno::INVAL));
}

#[test]
fn bytes_that_are_not_utf_8_are_an_illegal_sequence() {
    let mut guest = Guest::new();
    for path in [
        &b"\xff"[..],
        b"dir/\xc3",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
    ] {
        assert_eq!(stat_bytes(&mut guest, path), Err(Errno::ILSEQ));
    }
    assert_eq!(stat_bytes(&mut guest, "żółw".as_bytes()), Err(Errno::NOENT));
}

#[test]
fn too_long_is_found_before_the_path_is_looked_at() {
    let mut guest = Guest::new();
    for len in [4097, 70_000, u32::MAX] {
        let answer = guest.call(|c, m| c.path_filestat_get(m, ROOT, 0, INPUT, len, RESULT));
        assert_eq!(answer, Err(Errno::NAMETOOLONG));
    }
    let beyond = Ptr(guest.memory.len() as u32 - 2);
    let answer = guest.call(|c, m| c.path_filestat_get(m, ROOT, 0, beyond, 3, RESULT));
    assert_eq!(answer, Err(Errno::FAULT));
}

#[test]
fn a_path_of_4095_bytes_resolves_and_one_of_4096_does_not() {
    let mut guest = Guest::new();
    let longest = "./".repeat(2047) + ".";
    assert_eq!(longest.len(), 4095);
    assert!(guest.lstat(&longest).is_ok());
    let too_long = longest + "/";
    assert_eq!(guest.lstat(&too_long), Err(Errno::NAMETOOLONG));
}

#[test]
fn a_name_of_255_bytes_is_fine_and_one_of_256_is_not() {
    let mut guest = Guest::new();
    guest.touch(&"n".repeat(255));
    let too_long = "n".repeat(256);
    assert_eq!(
        guest.open(&too_long).create().now(),
        Err(Errno::NAMETOOLONG)
    );
}

#[test]
fn dots_slashes_and_parents_resolve() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.mkdir("dir/nested").unwrap();
    guest.touch("dir/nested/file");
    let ino = guest.lstat("dir/nested/file").unwrap().ino;
    for path in [
        "dir/.//nested/../../dir/nested/../nested///./file",
        "./dir/nested/file",
        "dir/../dir/nested/file",
    ] {
        assert_eq!(guest.lstat(path).unwrap().ino, ino, "{path}");
    }
}

#[test]
fn what_stands_before_a_parent_must_be_a_directory() {
    let mut guest = Guest::new();
    guest.touch("file");
    assert_eq!(guest.lstat("file/../file"), Err(Errno::NOTDIR));
    assert_eq!(guest.lstat("absent/../file"), Err(Errno::NOENT));
    assert_eq!(guest.lstat("file/x"), Err(Errno::NOTDIR));
}

#[test]
fn a_path_does_not_leave_the_directory_of_its_descriptor() {
    let mut guest = Guest::new();
    guest.touch("outside");
    guest.mkdir("dir").unwrap();
    guest.mkdir("dir/inner").unwrap();
    let inner = guest.open("dir/inner").now().unwrap();
    for path in [
        "..",
        "../..",
        "../inner",
        "a/../..",
        "./../x",
        "../../outside",
    ] {
        let answer = guest.stat_at(inner, 0, path);
        let expected = if path.starts_with('a') {
            Errno::NOENT
        } else {
            Errno::PERM
        };
        assert_eq!(answer, Err(expected), "{path}");
    }
    assert_eq!(guest.lstat("dir/../.."), Err(Errno::PERM));
    assert_eq!(guest.lstat("../outside"), Err(Errno::PERM));
}

#[test]
fn a_symbolic_link_does_not_leave_it_either() {
    let mut guest = Guest::new();
    guest.touch("outside");
    guest.mkdir("dir").unwrap();
    guest.symlink("../outside", "dir/link").unwrap();
    guest.symlink("..", "dir/up").unwrap();
    assert!(guest.stat_at(ROOT, FOLLOW, "dir/link").is_ok());
    let dir = guest.open("dir").now().unwrap();
    assert_eq!(guest.stat_at(dir, FOLLOW, "link"), Err(Errno::PERM));
    assert_eq!(guest.stat_at(dir, 0, "up/outside"), Err(Errno::PERM));
}

#[test]
fn a_trailing_slash_asks_for_a_directory() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.touch("file");
    assert!(guest.open("dir/").now().is_ok());
    assert!(guest.open("dir///").now().is_ok());
    assert_eq!(guest.open("file/").now(), Err(Errno::NOTDIR));
    assert_eq!(guest.open("file///").now(), Err(Errno::NOTDIR));
    assert_eq!(guest.lstat("file/"), Err(Errno::NOTDIR));
}

#[test]
fn a_link_with_a_trailing_slash_is_what_it_points_to() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.symlink("dir", "link").unwrap();
    let dir = guest.lstat("dir").unwrap();
    assert_ne!(guest.lstat("link").unwrap().ino, dir.ino);
    assert_eq!(guest.lstat("link/").unwrap(), dir);
    assert!(guest.open("link/").now().is_ok());
}

#[test]
fn links_in_the_middle_are_always_followed() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.touch("dir/file");
    guest.symlink("dir", "link").unwrap();
    assert_eq!(guest.lstat("link/file"), guest.lstat("dir/file"));
}

#[test]
fn forty_links_are_followed_and_forty_one_are_a_loop() {
    let mut guest = Guest::new();
    guest.touch("link0");
    for link in 1..=41 {
        let target = format!("link{}", link - 1);
        guest.symlink(&target, &format!("link{link}")).unwrap();
    }
    assert!(guest.stat_at(ROOT, FOLLOW, "link40").is_ok());
    assert_eq!(guest.stat_at(ROOT, FOLLOW, "link41"), Err(Errno::LOOP));
}

#[test]
fn unknown_lookup_flags_are_invalid() {
    let mut guest = Guest::new();
    guest.touch("file");
    for flags in [2, 3, u32::MAX] {
        assert_eq!(guest.stat_at(ROOT, flags, "file"), Err(Errno::INVAL));
    }
}
