//! The quotas of bytes and of inodes.

use fs_core::{Descriptor, ErrorCode, Limits, MemDescriptor, MemFs, PathFlags, Remove, WriteAt};

use crate::support::{create, empty, names, write};

#[test]
fn a_full_file_system_says_so_and_goes_on() {
    let (_, _, hands) = empty();
    let limits = Limits {
        bytes: 100_000,
        inodes: 10,
    };
    let fs = MemFs::builder(hands)
        .limits(limits)
        .build()
        .expect("room for a root");
    let file = create(&fs.root(), "file").expect("a new file");
    let written = file.write_at(WriteAt::End, 150_000, |piece| piece.fill(1));
    assert_eq!(written.map(|written| written.len), Ok(100_000));
    let full = file.write_at(WriteAt::End, 1, |_| unreachable!("there is no room"));
    assert_eq!(full, Err(ErrorCode::InsufficientSpace));
    write(&file, WriteAt::Offset(0), b"overwriting needs no room");
    file.set_size(10).expect("open for writing");
    write(&file, WriteAt::End, &[2; 99_990]);
    assert_eq!(fs.usage().bytes, 100_000);
}

#[test]
fn the_limit_of_inodes_counts_open_files_without_a_name() {
    let (_, _, hands) = empty();
    let limits = Limits {
        bytes: 1000,
        inodes: 3,
    };
    let fs = MemFs::builder(hands)
        .limits(limits)
        .build()
        .expect("room for a root");
    let root = fs.root();
    let first = create(&root, "a").expect("room");
    create(&root, "b").expect("room");
    assert_eq!(create(&root, "c").err(), Some(ErrorCode::InsufficientSpace));
    assert_eq!(names(&root), ["a", "b"]);
    root.remove_at("a", Remove::File).expect("a file");
    assert_eq!(create(&root, "c").err(), Some(ErrorCode::InsufficientSpace));
    drop(first);
    assert!(create(&root, "c").is_ok());
}

#[test]
fn the_space_of_a_removed_file_comes_back_with_its_last_description() {
    let (fs, root, _) = empty();
    let before = fs.usage();
    let file = create(&root, "file").expect("a new file");
    write(&file, WriteAt::End, b"kept");
    root.remove_at("file", Remove::File).expect("a file");
    assert_eq!(fs.usage().bytes, before.bytes + 4);
    drop(file);
    assert_eq!(fs.usage(), before);
}

#[test]
fn targets_of_links_take_space() {
    let (_, _, hands) = empty();
    let limits = Limits {
        bytes: 10,
        inodes: 10,
    };
    let fs = MemFs::builder(hands)
        .limits(limits)
        .build()
        .expect("room for a root");
    let root = fs.root();
    root.symlink_at("six678", "a").expect("room");
    let before = fs.usage();
    assert_eq!(before.bytes, 6);
    let full = root.symlink_at("five5", "b");
    assert_eq!(full, Err(ErrorCode::InsufficientSpace));
    assert_eq!(fs.usage(), before);
    root.symlink_at("4444", "b").expect("room");
    root.remove_at("a", Remove::File).expect("a link");
    assert_eq!(fs.usage().bytes, 4);
}

#[test]
fn further_names_count_as_inodes() {
    let (_, _, hands) = empty();
    let limits = Limits {
        bytes: 1000,
        inodes: 4,
    };
    let fs = MemFs::builder(hands.clone())
        .limits(limits)
        .build()
        .expect("room for a root");
    let root = fs.root();
    create(&root, "a").expect("room");
    let link = |root: &MemDescriptor, name| root.link_at(PathFlags::empty(), "a", root, name);
    link(&root, "b").expect("room");
    link(&root, "c").expect("room");
    assert_eq!(link(&root, "d"), Err(ErrorCode::InsufficientSpace));
    let smaller = Limits {
        bytes: 1000,
        inodes: 3,
    };
    let snapshot = fs.snapshot().expect("memory for it");
    let refused = snapshot.fork(hands.clone(), smaller);
    assert_eq!(refused.err(), Some(ErrorCode::InsufficientSpace));
    for fs in [snapshot.fork(hands, limits).expect("room"), fs] {
        let root = fs.root();
        root.remove_at("b", Remove::File).expect("a name");
        assert_eq!(fs.usage().inodes, 3);
        link(&root, "d").expect("room");
        assert_eq!(link(&root, "e"), Err(ErrorCode::InsufficientSpace));
        for name in ["a", "c", "d"] {
            root.remove_at(name, Remove::File).expect("a name");
        }
        assert_eq!(fs.usage().inodes, 1);
    }
}
