//! Threads on one file system, in many orders: none waits for ever, and what they see was true at
//! one moment.

use fs_core::{
    Clock, Descriptor, DescriptorFlags, ErrorCode, Limits, MemDescriptor, MemFs, OpenFlags,
    PathFlags, Remove, Timestamp, WriteAt,
};
use shuttle::thread;

const ORDERS: usize = 2000;

/// The time does not matter.
struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
}

/// Runs it in many orders, some picked at random, some with few changes of threads.
fn in_many_orders(test: impl Fn() + Send + Sync + Copy + 'static) {
    shuttle::check_random(test, ORDERS);
    shuttle::check_pct(test, ORDERS, 3);
}

fn empty() -> MemFs {
    MemFs::builder(Epoch).build().expect("room for a root")
}

fn open(root: &MemDescriptor, path: &str, flags: OpenFlags) -> Result<MemDescriptor, ErrorCode> {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root.open_at(PathFlags::empty(), path, flags, access)
}

fn put(root: &MemDescriptor, path: &str, content: &[u8]) {
    let file = open(root, path, OpenFlags::CREATE).expect("a new file");
    let written = file.write_slice(WriteAt::End, content).expect("room");
    assert_eq!(written.len, content.len());
}

fn read(file: &MemDescriptor) -> Vec<u8> {
    file.read_to_vec(0, 1000).expect("open for reading")
}

#[test]
fn appends_do_not_interleave_and_none_is_lost() {
    in_many_orders(|| {
        let fs = empty();
        put(&fs.root(), "log", b"");
        let writers = [b"aaa", b"bbb", b"ccc"].map(|line| {
            let root = fs.root();
            thread::spawn(move || put(&root, "log", line))
        });
        for writer in writers {
            writer.join().expect("no panic");
        }
        let log = read(&open(&fs.root(), "log", OpenFlags::empty()).expect("it is there"));
        let mut lines: Vec<_> = log.chunks(3).collect();
        lines.sort_unstable();
        assert_eq!(lines, [b"aaa", b"bbb", b"ccc"]);
    });
}

#[test]
fn a_name_that_is_replaced_is_always_there_and_whole() {
    in_many_orders(|| {
        let fs = empty();
        put(&fs.root(), "name", b"old");
        let root = fs.root();
        let mover = thread::spawn(move || {
            put(&root, "temporary", b"new");
            root.rename_at("temporary", &root, "name")
                .expect("it moves");
        });
        let file = open(&fs.root(), "name", OpenFlags::empty()).expect("it is there");
        let content = read(&file);
        assert!(content == b"old" || content == b"new", "{content:?}");
        mover.join().expect("no panic");
        // What was opened stays what it was.
        assert_eq!(read(&file), content);
    });
}

#[test]
fn names_that_are_moved_against_each_other_do_not_make_threads_wait() {
    in_many_orders(|| {
        let fs = empty();
        for name in ["one", "two"] {
            fs.root().create_directory_at(name).expect("room");
            put(&fs.root(), &format!("{name}/file"), name.as_bytes());
        }
        let directory = |name: &str| fs.root().open_directory_at(name).expect("it is there");
        let [one, two] = ["one", "two"].map(directory);
        let movers = [(one.clone(), two.clone(), "a"), (two, one, "b")].map(|(from, to, name)| {
            thread::spawn(move || from.rename_at("file", &to, name).expect("it moves"))
        });
        for mover in movers {
            mover.join().expect("no panic");
        }
        let moved = |path| read(&open(&fs.root(), path, OpenFlags::empty()).expect("it is there"));
        assert_eq!(
            (moved("two/a"), moved("one/b")),
            (b"one".to_vec(), b"two".to_vec())
        );
    });
}

#[test]
fn a_snapshot_has_all_of_a_write_or_nothing() {
    in_many_orders(|| {
        let fs = empty();
        put(&fs.root(), "file", b"....");
        let root = fs.root();
        let writer = thread::spawn(move || {
            let file = open(&root, "file", OpenFlags::empty()).expect("it is there");
            file.write_slice(WriteAt::Offset(0), b"####").expect("room");
            root.remove_at("file", Remove::File).expect("it is there");
        });
        let snapshot = fs.snapshot().expect("room");
        let fork = snapshot.fork(Epoch, snapshot.limits()).expect("room");
        match open(&fork.root(), "file", OpenFlags::empty()) {
            Ok(file) => {
                let content = read(&file);
                assert!(content == b"...." || content == b"####", "{content:?}");
            }
            Err(code) => assert_eq!(code, ErrorCode::NoEntry),
        }
        writer.join().expect("no panic");
    });
}

#[test]
fn a_quota_is_never_passed_and_all_of_it_comes_back() {
    const ROOM: u64 = 10;
    in_many_orders(|| {
        let fs = empty();
        let before = fs.usage();
        let limits = Limits {
            bytes: ROOM,
            ..fs.limits()
        };
        let guest = fs.with_quota(limits);
        let writers = ["one", "two"].map(|name| {
            let guest = guest.clone();
            thread::spawn(move || {
                let file = open(&guest.root(), name, OpenFlags::CREATE).expect("a new file");
                let written = file.write_slice(WriteAt::End, b"1234567");
                let written = written.map_or(0, |written| written.len as u64);
                assert!(guest.usage().bytes <= ROOM);
                guest
                    .root()
                    .remove_at(name, Remove::File)
                    .expect("it is there");
                written
            })
        });
        let written = writers.map(|writer| writer.join().expect("no panic"));
        assert!(
            written.iter().all(|len| (3..=7).contains(len)),
            "{written:?}"
        );
        assert_eq!(fs.usage(), before);
    });
}
