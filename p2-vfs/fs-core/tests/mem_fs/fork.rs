//! File systems that begin where another one ended.

use fs_core::image::{Image, ImageBuilder, Origin, Settings};
use fs_core::{
    Descriptor, DescriptorFlags, FileSystem, MemFs, OpenFlags, Remove, Snapshot, Timestamp, WriteAt,
};

use crate::support::{FOLLOW, Hands, NOFOLLOW, RW, create, empty, names, read, read_file, write};

const BIG: usize = 300_000;

/// A frozen file system with a small, a large, a sparse and a linked file.
fn warm() -> Snapshot {
    let (fs, root, _) = empty();
    root.create_directories("etc/app").expect("room");
    write(
        &create(&root, "etc/app/config").expect("new"),
        WriteAt::End,
        b"key=value",
    );
    write(
        &create(&root, "big").expect("new"),
        WriteAt::End,
        &vec![7; BIG],
    );
    write(
        &create(&root, "sparse").expect("new"),
        WriteAt::Offset(1 << 30),
        b"end",
    );
    root.link_at(NOFOLLOW, "big", &root, "etc/big")
        .expect("a free name");
    root.symlink_at("etc/app", "link").expect("a free name");
    drop(root);
    fs.freeze().unwrap_or_else(|_| panic!("nobody else has it"))
}

fn fork(snapshot: &Snapshot) -> MemFs {
    snapshot.fork(Hands::default()).expect("room")
}

#[test]
fn a_fork_has_everything_and_pays_for_what_it_writes() {
    let snapshot = warm();
    let fs = fork(&snapshot);
    let root = fs.root();
    assert_eq!(names(&root), ["etc", "big", "sparse", "link"]);
    assert_eq!(read_file(&root, "link/config"), b"key=value");
    assert_eq!(read_file(&root, "etc/big"), vec![7; BIG]);
    assert_eq!(fs.usage().bytes, 0);
    let big = root
        .open_at(FOLLOW, "big", OpenFlags::empty(), RW)
        .expect("a file");
    write(&big, WriteAt::Offset(70_000), b"x");
    assert_eq!(fs.usage().bytes, 65_536);
    assert_eq!(read_file(&root, "etc/big")[70_000], b'x');
    let sparse = root
        .open_at(FOLLOW, "sparse", OpenFlags::empty(), RW)
        .expect("a file");
    assert_eq!(read(&sparse, (1 << 30) - 2, 10), b"\0\0end");
}

#[test]
fn forks_do_not_see_each_other_nor_change_what_they_come_from() {
    let snapshot = warm();
    let (one, two) = (fork(&snapshot), fork(&snapshot));
    let root = one.root();
    let file = root
        .open_at(FOLLOW, "etc/app/config", OpenFlags::TRUNCATE, RW)
        .expect("a file");
    write(&file, WriteAt::End, b"changed");
    root.remove_at("big", Remove::File).expect("a file");
    root.rename_at("etc", &root, "moved").expect("a directory");
    assert_eq!(names(&root), ["sparse", "link", "moved"]);
    assert_eq!(read_file(&root, "moved/big"), vec![7; BIG]);
    for fs in [&two, &fork(&snapshot)] {
        assert_eq!(names(&fs.root()), ["etc", "big", "sparse", "link"]);
        assert_eq!(read_file(&fs.root(), "etc/app/config"), b"key=value");
    }
}

#[test]
fn a_fork_is_frozen_and_forked_again() {
    let mut snapshot = warm();
    for generation in 0..20 {
        let fs = fork(&snapshot);
        let file = fs
            .root()
            .open_at(FOLLOW, "big", OpenFlags::empty(), RW)
            .expect("a file");
        write(&file, WriteAt::Offset(generation * 10_000), b"x");
        create(&fs.root(), &format!("new{generation}")).expect("a free name");
        drop(file);
        snapshot = fs.freeze().unwrap_or_else(|_| panic!("nobody else has it"));
    }
    let root = fork(&snapshot).root();
    let mut expected = vec![7; BIG];
    (0..20).for_each(|generation| expected[generation * 10_000] = b'x');
    assert_eq!(read_file(&root, "big"), expected);
    assert_eq!(names(&root).len(), 24);
    let stat = root.stat_at(NOFOLLOW, "new19").expect("made last");
    let first = root.stat_at(NOFOLLOW, "new0").expect("made first");
    assert!(stat.ino > first.ino);
}

#[test]
fn what_is_in_use_is_not_frozen() {
    let (fs, root, _) = empty();
    let Err(fs) = fs.freeze() else {
        panic!("the root is open");
    };
    drop(root);
    assert!(fs.freeze().is_ok());
}

#[test]
fn a_snapshot_can_be_read_and_saved() {
    let snapshot = warm();
    let fs = fork(&snapshot);
    let root = fs.root();
    root.remove_at("sparse", Remove::File).expect("a file");
    drop(root);
    let snapshot = fs.freeze().unwrap_or_else(|_| panic!("nobody else has it"));
    let view = snapshot.view().preopens().remove(0).descriptor;
    let config = view.open_at(
        FOLLOW,
        "link/config",
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    let config = config.expect("a file");
    assert_eq!(config.read_to_vec(0, 100).as_deref(), Ok(&b"key=value"[..]));
    let mut image = ImageBuilder::new(Origin {
        modification: Timestamp(0),
        mode: 0o755,
    });
    image.snapshot(&snapshot).expect("room");
    let image = Image::parse(image.finish(&Settings::default()).into()).expect("a good image");
    image.verify().expect("a good image");
    let again = MemFs::from_image(Hands::default(), &image).expect("room");
    assert_eq!(names(&again.root()), ["big", "etc", "link"]);
    assert_eq!(read_file(&again.root(), "etc/big"), vec![7; BIG]);
}
