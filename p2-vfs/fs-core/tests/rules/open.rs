//! `open_at` and the walk to the file.

use crate::support::{
    FOLLOW, NOFOLLOW, RW, create, empty, names, open, read_file, tree, write_file,
};
use fs_core::{Descriptor, DescriptorFlags, ErrorCode, FileType, OpenFlags};

fn error<T>(result: fs_core::Result<T>) -> Option<ErrorCode> {
    result.err()
}

#[test]
fn a_path_never_leaves_the_descriptors_directory() {
    let root = tree(&[
        "x",
        "sub/",
        "sub/inner/",
        "sub/up->../x",
        "sub/deep->inner/../../x",
    ]);
    let sub = open(&root, "sub").expect("a directory");
    for path in ["../x", "..", "inner/../../x", "up", "deep", "inner/../.."] {
        let opened = sub.open_at(FOLLOW, path, OpenFlags::empty(), DescriptorFlags::READ);
        assert_eq!(error(opened), Some(ErrorCode::NotPermitted), "{path}");
    }
    assert_eq!(error(open(&sub, "/x")), Some(ErrorCode::NotPermitted));
    assert_eq!(
        error(open(&root, "sub/../../x")),
        Some(ErrorCode::NotPermitted)
    );
    assert_eq!(read_file(&root, "sub/up"), b"x");
}

#[test]
fn components_before_a_parent_must_be_directories() {
    let root = tree(&["dir/", "dir/nested/", "dir/nested/file", "file"]);
    let winding = "dir/.//nested/../../dir/nested/../nested///./file";
    assert_eq!(read_file(&root, winding), b"dir/nested/file");
    assert_eq!(
        error(open(&root, "absent/../file")),
        Some(ErrorCode::NoEntry)
    );
    assert_eq!(
        error(open(&root, "file/../file")),
        Some(ErrorCode::NotDirectory)
    );
    assert_eq!(error(open(&root, "file/.")), Some(ErrorCode::NotDirectory));
}

#[test]
fn trailing_slashes_ask_for_a_directory() {
    let root = tree(&["dir/", "file", "to-dir->dir", "to-file->file"]);
    assert!(open(&root, "dir///").is_ok());
    assert!(
        open(&root, "to-dir/").is_ok(),
        "the link before a slash is followed"
    );
    assert_eq!(error(open(&root, "file/")), Some(ErrorCode::NotDirectory));
    assert_eq!(
        error(open(&root, "to-file/")),
        Some(ErrorCode::NotDirectory)
    );
    let stat = root.stat_at(NOFOLLOW, "to-dir/").expect("the directory");
    assert_eq!(stat.file_type, FileType::Directory);
}

#[test]
fn creating_with_a_trailing_slash_is_a_directory_whatever_is_there() {
    let root = tree(&["dir/", "file", "loop->loop", "to-slash->new/"]);
    for path in ["new/", "file/", "dir/", "loop/", "to-slash/", "to-slash"] {
        for open in [OpenFlags::CREATE, OpenFlags::CREATE | OpenFlags::TRUNCATE] {
            let opened = root.open_at(FOLLOW, path, open, RW);
            assert_eq!(error(opened), Some(ErrorCode::IsDirectory), "{path}");
        }
    }
    for path in ["new/", "file/", "dir/", "loop/"] {
        let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let opened = root.open_at(NOFOLLOW, path, exclusive, RW);
        assert_eq!(error(opened), Some(ErrorCode::IsDirectory), "{path}");
    }
    assert_eq!(
        error(create(&root, "absent/new/")),
        Some(ErrorCode::NoEntry)
    );
    assert_eq!(read_file(&root, "file"), b"file");
}

#[test]
fn forty_links_are_followed_and_no_more() {
    let root = tree(&["target"]);
    let mut last = "target".to_owned();
    for index in 0..41 {
        let name = format!("link{index}");
        root.symlink_at(&last, &name).expect("a link");
        last = name;
    }
    assert_eq!(read_file(&root, "link39"), b"target");
    let over = root.open_at(FOLLOW, "link40", OpenFlags::empty(), DescriptorFlags::READ);
    assert_eq!(error(over), Some(ErrorCode::Loop));
    root.symlink_at("self", "self").expect("a link");
    assert_eq!(error(open(&root, "self/x")), Some(ErrorCode::Loop));
}

#[test]
fn links_with_several_components_continue_where_they_stood() {
    let root = tree(&["a/", "a/b/", "a/b/c", "in->a/b", "mid->in/../b"]);
    assert_eq!(read_file(&root, "mid/../b/c"), b"a/b/c");
    assert_eq!(read_file(&root, "in/c"), b"a/b/c");
}

#[test]
fn a_link_in_the_last_place_is_not_opened_unless_followed() {
    let root = tree(&["file", "link->file", "dangling->nowhere"]);
    for link in ["link", "dangling"] {
        assert_eq!(error(open(&root, link)), Some(ErrorCode::Loop));
    }
    let as_directory = root.open_at(
        NOFOLLOW,
        "link",
        OpenFlags::DIRECTORY,
        DescriptorFlags::READ,
    );
    assert_eq!(error(as_directory), Some(ErrorCode::NotDirectory));
    let through = root.open_at(
        FOLLOW,
        "dangling",
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    assert_eq!(error(through), Some(ErrorCode::NoEntry));
}

#[test]
fn creating_through_a_dangling_link_makes_its_target() {
    let root = tree(&["dir/", "link->dir/new"]);
    write_file(&root, "link", b"made");
    assert_eq!(read_file(&root, "dir/new"), b"made");
    let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    root.symlink_at("dir/other", "dangling").expect("a link");
    let opened = root.open_at(FOLLOW, "dangling", exclusive, RW);
    assert_eq!(error(opened), Some(ErrorCode::Exist));
}

#[test]
fn directories_are_opened_for_reading_only() {
    let root = tree(&["dir/", "file"]);
    let directory = OpenFlags::DIRECTORY;
    let read = DescriptorFlags::READ;
    assert!(root.open_at(NOFOLLOW, "dir", directory, read).is_ok());
    for (open, access) in [
        (OpenFlags::empty(), RW),
        (OpenFlags::CREATE, read),
        (OpenFlags::TRUNCATE, read),
    ] {
        let opened = root.open_at(NOFOLLOW, "dir", open, access);
        assert_eq!(error(opened), Some(ErrorCode::IsDirectory));
    }
    for open in [OpenFlags::CREATE, OpenFlags::EXCLUSIVE, OpenFlags::TRUNCATE] {
        let opened = root.open_at(NOFOLLOW, "dir", directory | open, read);
        assert_eq!(error(opened), Some(ErrorCode::Invalid));
    }
    let opened = root.open_at(NOFOLLOW, "file", directory, read);
    assert_eq!(error(opened), Some(ErrorCode::NotDirectory));
    let below_a_file = open(&root, "file").expect("a file");
    assert_eq!(
        error(open(&below_a_file, "x")),
        Some(ErrorCode::NotDirectory)
    );
}

#[test]
fn a_name_may_have_255_bytes_and_a_path_4095() {
    let root = tree(&[]);
    let longest = "n".repeat(255);
    assert!(create(&root, &longest).is_ok());
    assert_eq!(
        error(create(&root, &"n".repeat(256))),
        Some(ErrorCode::NameTooLong)
    );
    let path = format!("{}{longest}", "./".repeat(1920));
    assert_eq!(path.len(), 4095);
    assert!(open(&root, &path).is_ok());
    assert_eq!(
        error(open(&root, &format!("./{path}"))),
        Some(ErrorCode::NameTooLong)
    );
    assert_eq!(error(open(&root, "nul\0")), Some(ErrorCode::Invalid));
}

#[test]
fn the_limit_of_inodes_counts_open_files_without_a_name() {
    let (_, _, hands) = empty();
    let limits = fs_core::Limits {
        bytes: 1000,
        inodes: 3,
    };
    let fs = fs_core::MemFs::builder(hands)
        .limits(limits)
        .build()
        .expect("room for a root");
    let root = fs.root();
    let first = create(&root, "a").expect("room");
    create(&root, "b").expect("room");
    assert_eq!(
        error(create(&root, "c")),
        Some(ErrorCode::InsufficientSpace)
    );
    assert_eq!(names(&root), ["a", "b"]);
    root.remove_at("a", fs_core::Remove::File).expect("a file");
    assert_eq!(
        error(create(&root, "c")),
        Some(ErrorCode::InsufficientSpace)
    );
    drop(first);
    assert!(create(&root, "c").is_ok());
}
