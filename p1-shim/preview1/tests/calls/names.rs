//! Creating directories, renaming, removing.

use preview1::Errno;

use crate::guest::{Guest, SYMBOLIC_LINK};

#[test]
fn a_directory_needs_a_free_name_and_an_existing_parent() {
    let mut guest = Guest::new();
    assert_eq!(guest.mkdir("q/"), Ok(()));
    guest.touch("file");
    for path in ["q", "q/", "file", "."] {
        assert_eq!(guest.mkdir(path), Err(Errno::EXIST), "{path}");
    }
    for path in ["..", "/", "/x"] {
        assert_eq!(guest.mkdir(path), Err(Errno::PERM), "{path}");
    }
    assert_eq!(guest.mkdir("absent/dir"), Err(Errno::NOENT));
    assert_eq!(guest.mkdir("file/dir"), Err(Errno::NOTDIR));
}

#[test]
fn a_directory_moves_to_a_free_name_or_over_an_empty_directory() {
    let mut guest = Guest::new();
    guest.mkdir("source").unwrap();
    guest.touch("source/file");
    assert_eq!(guest.rename("source", "target"), Ok(()));
    assert_eq!(guest.lstat("source"), Err(Errno::NOENT));
    guest.mkdir("empty").unwrap();
    assert_eq!(guest.rename("target", "empty"), Ok(()));
    assert_eq!(guest.lstat("target"), Err(Errno::NOENT));
    assert!(guest.lstat("empty/file").is_ok());
}

#[test]
fn a_directory_does_not_replace_anything_else() {
    let mut guest = Guest::new();
    guest.mkdir("source").unwrap();
    guest.mkdir("full").unwrap();
    guest.touch("full/file");
    guest.touch("file");
    assert_eq!(guest.rename("source", "full"), Err(Errno::NOTEMPTY));
    assert_eq!(guest.rename("source", "file"), Err(Errno::NOTDIR));
}

#[test]
fn a_file_replaces_a_file_or_the_link_itself() {
    let mut guest = Guest::new();
    guest.create("source", b"new");
    guest.create("target", b"old");
    guest.rename("source", "target").unwrap();
    assert_eq!(guest.content("target"), b"new");
    assert_eq!(guest.lstat("source"), Err(Errno::NOENT));

    guest.create("kept", b"kept");
    guest.symlink("kept", "link").unwrap();
    guest.rename("target", "link").unwrap();
    assert_ne!(guest.lstat("link").unwrap().filetype, SYMBOLIC_LINK);
    assert_eq!(guest.content("kept"), b"kept");
    assert_eq!(guest.content("link"), b"new");
}

#[test]
fn a_file_does_not_replace_a_directory() {
    let mut guest = Guest::new();
    guest.touch("file");
    guest.mkdir("empty").unwrap();
    guest.mkdir("full").unwrap();
    guest.touch("full/file");
    assert_eq!(guest.rename("file", "empty"), Err(Errno::ISDIR));
    assert_eq!(guest.rename("file", "full"), Err(Errno::ISDIR));
}

#[test]
fn renaming_an_inode_to_itself_changes_nothing() {
    let mut guest = Guest::new();
    guest.create("file", b"content");
    guest.link("file", "second").unwrap();
    assert_eq!(guest.rename("file", "file"), Ok(()));
    assert_eq!(guest.rename("file", "second"), Ok(()));
    assert_eq!(guest.lstat("file").unwrap().nlink, 2);
}

#[test]
fn what_cannot_be_renamed() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.mkdir("dir/inner").unwrap();
    assert_eq!(guest.rename("absent", "x"), Err(Errno::NOENT));
    assert_eq!(guest.rename(".", "x"), Err(Errno::BUSY));
    assert_eq!(guest.rename("..", "x"), Err(Errno::PERM));
    assert_eq!(guest.rename("dir", "dir/inner/x"), Err(Errno::INVAL));
    assert_eq!(guest.rename("dir", "dir/x"), Err(Errno::INVAL));
}

#[test]
fn directories_are_renamed_with_trailing_slashes_too() {
    for (source, target) in [
        ("source", "target"),
        ("source/", "target"),
        ("source", "target/"),
        ("source/", "target/"),
    ] {
        for exists in [false, true] {
            let mut guest = Guest::new();
            guest.mkdir("source").unwrap();
            if exists {
                guest.mkdir("target").unwrap();
            }
            assert_eq!(guest.rename(source, target), Ok(()), "{source} {target}");
            assert!(guest.lstat("target").is_ok());
        }
    }
}

#[test]
fn a_file_is_not_renamed_with_a_trailing_slash() {
    let mut guest = Guest::new();
    guest.touch("file");
    assert_eq!(guest.rename("file/", "x"), Err(Errno::NOTDIR));
    assert_eq!(guest.rename("file", "x/"), Err(Errno::NOTDIR));
}

#[test]
fn an_open_file_follows_a_rename() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"content");
    guest.mkdir("dir").unwrap();
    guest.rename("file", "dir/file").unwrap();
    guest.rename("dir", "moved").unwrap();
    guest.write(fd, b"C").unwrap();
    assert_eq!(guest.content("moved/file"), b"Content");
}

#[test]
fn only_an_empty_directory_is_removed_as_one() {
    let mut guest = Guest::new();
    guest.mkdir("a").unwrap();
    guest.mkdir("b").unwrap();
    guest.mkdir("full").unwrap();
    guest.touch("full/file");
    guest.symlink("a", "link").unwrap();
    assert_eq!(guest.rmdir("full"), Err(Errno::NOTEMPTY));
    assert_eq!(guest.rmdir("full/file"), Err(Errno::NOTDIR));
    assert_eq!(guest.rmdir("full/file/"), Err(Errno::NOTDIR));
    assert_eq!(guest.rmdir("."), Err(Errno::INVAL));
    assert_eq!(guest.rmdir("link"), Err(Errno::NOTDIR));
    assert_eq!(guest.rmdir("absent"), Err(Errno::NOENT));
    assert_eq!(guest.rmdir("a"), Ok(()));
    assert_eq!(guest.rmdir("b/"), Ok(()));
}

#[test]
fn only_a_file_or_a_link_is_unlinked() {
    let mut guest = Guest::new();
    guest.mkdir("dir").unwrap();
    guest.touch("file");
    guest.symlink("file", "link").unwrap();
    assert_eq!(guest.unlink("dir"), Err(Errno::ISDIR));
    assert_eq!(guest.unlink("dir/"), Err(Errno::ISDIR));
    assert_eq!(guest.unlink("file/"), Err(Errno::NOTDIR));
    assert_eq!(guest.unlink("absent"), Err(Errno::NOENT));
    assert_eq!(guest.unlink(""), Err(Errno::NOENT));
    assert_eq!(guest.unlink("link"), Ok(()));
    assert!(guest.lstat("file").is_ok(), "the target stays");
    assert_eq!(guest.unlink("file"), Ok(()));
    assert_eq!(guest.lstat("file"), Err(Errno::NOENT));
}
