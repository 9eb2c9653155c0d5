//! Symbolic and hard links.

use preview1::{Errno, Ptr};

use crate::guest::{DATA, FOLLOW, Guest, ROOT, SYMBOLIC_LINK};

#[test]
fn a_target_is_kept_verbatim() {
    let mut guest = Guest::new();
    for target in ["nowhere", "link", "..", "./a//b/", "../../x", "ż"] {
        guest.symlink(target, "link").unwrap();
        assert_eq!(guest.readlink("link", 100).unwrap(), target.as_bytes());
        guest.unlink("link").unwrap();
    }
}

#[test]
fn following_a_link_out_of_the_directory_is_not_permitted() {
    let mut guest = Guest::new();
    guest.symlink("..", "link").unwrap();
    assert_eq!(guest.stat_at(ROOT, FOLLOW, "link"), Err(Errno::PERM));
    assert!(guest.lstat("link").is_ok());
}

#[test]
fn an_absolute_target_is_refused() {
    let mut guest = Guest::new();
    assert_eq!(guest.symlink("/file", "link"), Err(Errno::PERM));
    assert_eq!(guest.symlink("", "link"), Err(Errno::NOENT));
    assert_eq!(guest.lstat("link"), Err(Errno::NOENT));
}

#[test]
fn a_target_is_cut_to_the_buffer_whose_rest_is_untouched() {
    let mut guest = Guest::new();
    guest.symlink("target", "link").unwrap();
    for (room, expected) in [(10, &b"target"[..]), (6, b"target"), (4, b"targ"), (0, b"")] {
        guest.put(DATA, &[0x77; 12]);
        assert_eq!(guest.readlink("link", room).unwrap(), expected);
        let rest = Ptr(DATA.0 + expected.len() as u32);
        assert_eq!(guest.get(rest, 6), [0x77; 6]);
    }
}

#[test]
fn only_links_are_read_as_links() {
    let mut guest = Guest::new();
    guest.touch("file");
    assert_eq!(guest.readlink("file", 9), Err(Errno::INVAL));
    assert_eq!(guest.readlink(".", 9), Err(Errno::INVAL));
    assert_eq!(guest.readlink("absent", 9), Err(Errno::NOENT));
}

#[test]
fn a_link_needs_a_name_that_is_free() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.mkdir("dir").unwrap();
    guest.symlink("nowhere", "dangling").unwrap();
    for path in ["file", "dir", "dir/", "dangling"] {
        assert_eq!(guest.symlink("target", path), Err(Errno::EXIST), "{path}");
    }
    assert_eq!(guest.symlink("target", "file/"), Err(Errno::NOTDIR));
    assert_eq!(guest.symlink("target", "absent/"), Err(Errno::NOENT));
}

#[test]
fn hard_links_share_the_inode() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"");
    guest.mkdir("dir").unwrap();
    guest.link("file", "dir/second").unwrap();
    guest.write(fd, b"content").unwrap();
    let stat = guest.lstat("file").unwrap();
    assert_eq!(stat.nlink, 2);
    assert_eq!(guest.lstat("dir/second").unwrap(), stat);
    assert_eq!(guest.content("dir/second"), b"content");
    guest.unlink("file").unwrap();
    assert_eq!(guest.lstat("dir/second").unwrap().nlink, 1);
    assert_eq!(guest.content("dir/second"), b"content");
}

#[test]
fn a_symbolic_link_itself_gets_a_second_name() {
    let mut guest = Guest::new();
    guest.symlink("nowhere", "dangling").unwrap();
    guest.symlink("loop", "loop").unwrap();
    for name in ["dangling", "loop"] {
        guest.link(name, "second").unwrap();
        let stat = guest.lstat("second").unwrap();
        assert_eq!((stat.filetype, stat.nlink), (SYMBOLIC_LINK, 2));
        guest.unlink("second").unwrap();
    }
}

#[test]
fn a_hard_link_needs_a_name_that_is_free() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.touch("other");
    guest.mkdir("dir").unwrap();
    guest.symlink("nowhere", "dangling").unwrap();
    for path in ["file", "other", "dir", "dangling"] {
        assert_eq!(guest.link("file", path), Err(Errno::EXIST), "{path}");
    }
    assert_eq!(guest.link("file", "absent/"), Err(Errno::NOENT));
    assert_eq!(guest.link("absent", "new"), Err(Errno::NOENT));
}

#[test]
fn a_directory_has_one_name() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    assert_eq!(guest.link("dir", "second"), Err(Errno::PERM));
    assert_eq!(guest.link(".", "second"), Err(Errno::PERM));
}

#[test]
fn linking_to_what_a_link_points_to_is_invalid() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.symlink("file", "link").unwrap();
    assert_eq!(guest.link_with(FOLLOW, "link", "new"), Err(Errno::INVAL));
    assert_eq!(guest.link_with(FOLLOW, "file", "new"), Err(Errno::INVAL));
}
