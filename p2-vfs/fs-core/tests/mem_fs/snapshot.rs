//! Snapshots, and file systems that start from them.

use fs_core::image::{Image, ImageBuilder, Origin, Settings};
use fs_core::{
    Change, Descriptor, ErrorCode, Limits, MemDescriptor, MemFs, NewTimestamp, OpenFlags, Remove,
    Snapshot, Target, Timestamp, WriteAt, diff,
};

use crate::support::{FOLLOW, Hands, NOFOLLOW, RW, create, empty, names, read_file, write};

const MIB: usize = 1 << 20;

fn open(root: &MemDescriptor, path: &str) -> MemDescriptor {
    root.open_at(FOLLOW, path, OpenFlags::empty(), RW)
        .expect("the file is there")
}

fn fork(snapshot: &Snapshot) -> MemFs {
    let hands = Hands::default();
    hands.set(200);
    snapshot
        .fork(hands, snapshot.limits())
        .expect("room for its inodes")
}

/// A large file, a small one with two names, a sparse one, a directory, a link.
fn warm() -> MemFs {
    let (fs, root, _) = empty();
    root.create_directories("dir/sub").expect("free names");
    write(
        &create(&root, "large").expect("free"),
        WriteAt::End,
        &vec![1; 3 * MIB],
    );
    write(
        &create(&root, "dir/small").expect("free"),
        WriteAt::End,
        b"small",
    );
    root.link_at(NOFOLLOW, "dir/small", &root, "second")
        .expect("a free name");
    let sparse = create(&root, "sparse").expect("free");
    write(&sparse, WriteAt::Offset(5 * MIB as u64), b"end");
    root.symlink_at("dir/small", "link").expect("a free name");
    fs
}

#[test]
fn a_fork_begins_as_the_snapshot_and_neither_sees_the_others_changes() {
    let warm = warm();
    let before = warm.snapshot().expect("room");
    let (one, two) = (fork(&before), fork(&before));
    write(&open(&warm.root(), "large"), WriteAt::Offset(0), b"warm");
    write(
        &open(&one.root(), "large"),
        WriteAt::Offset(2 * MIB as u64),
        b"one",
    );
    write(&open(&one.root(), "second"), WriteAt::End, b" and one");
    one.root()
        .remove_at("sparse", Remove::File)
        .expect("a file");
    let mut expected = vec![1; 3 * MIB];
    assert_eq!(read_file(&two.root(), "large"), expected);
    expected[2 * MIB..2 * MIB + 3].copy_from_slice(b"one");
    assert_eq!(read_file(&one.root(), "large"), expected);
    assert_eq!(read_file(&one.root(), "link"), b"small and one");
    assert_eq!(read_file(&warm.root(), "link"), b"small");
    assert_eq!(&read_file(&warm.root(), "large")[..5], b"warm\x01");
    assert_eq!(names(&two.root()), names(&warm.root()));
    let late = fork(&before);
    assert_eq!(&read_file(&late.root(), "large")[..4], [1; 4]);
    assert_eq!(read_file(&late.root(), "sparse").len(), 5 * MIB + 3);
    drop((warm, one, two, before));
    assert_eq!(read_file(&late.root(), "second"), b"small");
}

#[test]
fn inodes_keep_their_numbers_and_new_ones_get_new_numbers() {
    let warm = warm();
    let fork = fork(&warm.snapshot().expect("room"));
    let stat = |fs: &MemFs, path| fs.root().stat_at(NOFOLLOW, path).expect("there");
    for path in ["dir", "dir/small", "second", "link", "large"] {
        assert_eq!(stat(&fork, path), stat(&warm, path), "{path}");
    }
    let new = create(&fork.root(), "new").expect("a free name");
    let ino = new.stat().expect("open").ino;
    let listed = warm.root().read_dir().expect("a directory").entries;
    assert!(listed.iter().all(|entry| entry.ino < ino));
}

#[test]
fn a_fork_pays_for_the_pages_it_writes_and_for_no_others() {
    let warm = warm();
    let usage = warm.usage();
    let snapshot = warm.snapshot().expect("room");
    assert_eq!(warm.usage(), usage, "a snapshot changes no account");
    let limits = Limits {
        bytes: 64 << 10,
        inodes: usage.inodes + 1,
    };
    let fork = snapshot
        .fork(Hands::default(), limits)
        .expect("room for its inodes");
    assert_eq!((fork.usage().bytes, fork.usage().inodes), (0, usage.inodes));
    let large = open(&fork.root(), "large");
    write(&large, WriteAt::Offset(100), b"x");
    assert_eq!(fork.usage().bytes, 64 << 10);
    let refused = large.write_at(WriteAt::Offset(2 * MIB as u64), 1, |_| {});
    assert_eq!(refused, Err(ErrorCode::InsufficientSpace));
    large.set_size(0).expect("cutting needs no room");
    assert_eq!(fork.usage().bytes, 0);
    create(&fork.root(), "one").expect("room for one inode");
    let full = create(&fork.root(), "two").err();
    assert_eq!(full, Some(ErrorCode::InsufficientSpace));
    fork.root()
        .remove_at("sparse", Remove::File)
        .expect("a file");
    create(&fork.root(), "two").expect("room for one inode");
}

#[test]
fn who_wrote_what_is_shared_still_pays_for_it_once() {
    let warm = warm();
    let usage = warm.usage();
    let snapshot = warm.snapshot().expect("room");
    let root = warm.root();
    write(&open(&root, "large"), WriteAt::Offset(100), b"x");
    write(&open(&root, "second"), WriteAt::Offset(0), b"S");
    assert_eq!(warm.usage(), usage, "what is overwritten is not paid twice");
    let again = warm.snapshot().expect("room");
    write(&open(&root, "large"), WriteAt::Offset(MIB as u64), b"x");
    open(&root, "large")
        .set_size(MIB as u64 + 10)
        .expect("a file");
    assert_eq!(usage.bytes - warm.usage().bytes, 2 * MIB as u64 - 10);
    for name in ["large", "sparse", "second", "dir/small", "link"] {
        root.remove_at(name, Remove::File).expect("a file");
    }
    assert_eq!(warm.usage().bytes, 0);
    assert_eq!(&read_file(&fork(&again).root(), "second"), b"Small");
    assert_eq!(&read_file(&fork(&snapshot).root(), "second"), b"small");
}

#[test]
fn what_was_cut_off_does_not_come_back_in_a_later_snapshot() {
    let warm = warm();
    let first = fork(&warm.snapshot().expect("room"));
    let large = open(&first.root(), "large");
    large.set_size(MIB as u64 + 100).expect("a file");
    large.set_size(3 * MIB as u64).expect("a file");
    let second = fork(&first.snapshot().expect("room"));
    let mut expected = vec![1; MIB + 100];
    expected.resize(3 * MIB, 0);
    assert_eq!(read_file(&second.root(), "large"), expected);
    write(
        &open(&first.root(), "large"),
        WriteAt::Offset(2 * MIB as u64),
        b"x",
    );
    let third = fork(&first.snapshot().expect("room"));
    expected[2 * MIB] = b'x';
    assert_eq!(read_file(&third.root(), "large"), expected);
}

#[test]
fn many_generations_are_as_good_as_one() {
    let mut fs = warm();
    for generation in 0..50_u32 {
        fs = fork(&fs.snapshot().expect("room"));
        let root = fs.root();
        create(&root, &format!("dir/{generation}")).expect("a free name");
        write(&open(&root, "second"), WriteAt::End, b".");
    }
    let root = fs.root();
    assert_eq!(read_file(&root, "dir/small").len(), 5 + 50);
    assert_eq!(read_file(&root, "large"), vec![1; 3 * MIB]);
    let dir = root
        .open_at(
            FOLLOW,
            "dir",
            OpenFlags::DIRECTORY,
            fs_core::DescriptorFlags::READ,
        )
        .expect("a directory");
    assert_eq!(names(&dir).len(), 52);
    root.remove_at("dir/sub", Remove::Directory)
        .expect("an empty directory");
}

#[test]
fn a_fork_of_an_image_reads_it_in_place() {
    let origin = Origin {
        modification: Timestamp(60_000_000_000),
        mode: 0o600,
    };
    let mut image = ImageBuilder::new(origin);
    image.file("etc/config", &b"key=value"[..], origin);
    image.file("etc/other", &b"other"[..], origin);
    image.read_only("etc/other");
    let bytes = image.finish(&Settings::default());
    let image = Image::parse(bytes.into()).expect("a good image");
    let fs = MemFs::from_image(Hands::default(), &image).expect("room");
    write(&open(&fs.root(), "etc/config"), WriteAt::Offset(0), b"KEY");
    let snapshot = fs.snapshot().expect("room");
    let fork = fork(&snapshot);
    let root = fork.root();
    assert_eq!(read_file(&root, "etc/config"), b"KEY=value");
    assert_eq!(read_file(&root, "etc/other"), b"other");
    let refused = root.remove_at("etc/other", Remove::File);
    assert_eq!(refused, Err(ErrorCode::ReadOnly));
    assert_eq!(diff(&snapshot, &fork.snapshot().expect("room")), Ok(vec![]));
}

#[test]
fn a_diff_names_what_changed() {
    let before = warm().snapshot().expect("room");
    let fs = fork(&before);
    let root = fs.root();
    root.create_directories("new/deep").expect("free names");
    root.remove_at("sparse", Remove::File).expect("a file");
    write(&open(&root, "large"), WriteAt::Offset(MIB as u64), b"x");
    write(&open(&root, "dir/small"), WriteAt::Offset(0), b"small");
    root.remove_at("link", Remove::File).expect("a link");
    root.create_directory_at("link").expect("a free name");
    let time = NewTimestamp::At(Timestamp(900_000_000_000));
    root.set_times_at(Target::At(NOFOLLOW, "dir/sub"), time, time)
        .expect("a directory");
    let after = fs.snapshot().expect("room");
    let changes: Vec<_> = diff(&before, &after)
        .expect("two snapshots")
        .into_iter()
        .map(|it| (it.path, it.change))
        .collect();
    let expected = [
        ("", Change::Metadata),
        ("dir/small", Change::Metadata),
        ("dir/sub", Change::Metadata),
        ("large", Change::Content),
        ("link", Change::Removed),
        ("link", Change::Added),
        ("new", Change::Added),
        ("new/deep", Change::Added),
        ("second", Change::Metadata),
        ("sparse", Change::Removed),
    ];
    let expected = expected.map(|(path, change)| (path.to_owned(), change));
    assert_eq!(changes, expected);
    let back: Vec<_> = diff(&after, &before).expect("two snapshots");
    let removed = back.iter().filter(|it| it.change == Change::Removed);
    let removed: Vec<_> = removed.map(|it| it.path.as_str()).collect();
    assert_eq!(removed, ["link", "new", "new/deep"]);
}
