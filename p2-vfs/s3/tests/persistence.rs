//! Files that come back from the store, with the real SDK against a server in this process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use fs_core::{
    Clock, Descriptor, DescriptorFlags, ErrorCode, FileSystem, FileType, MemFs, NewTimestamp,
    OpenFlags, PathFlags, Remove, SyncLevel, Target, Timestamp, WriteAt,
};
use s3::sync_core::Policy;
use s3::{Access, MountError, Options, Problem, S3Descriptor, S3Fs, StoreError};
use s3_testd::{ACCESS_KEY, Config, Fault, Operation, Rule, SECRET_KEY, Server};
use tokio::runtime::Runtime;

const LONG: Duration = Duration::from_secs(60);

struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let time = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        Timestamp(time.as_nanos() as u64)
    }
}

/// A server, on threads of its own.
struct Store {
    server: Server,
    _runtime: Runtime,
}

impl Store {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::start(Config::default())).unwrap();
        Self {
            server,
            _runtime: runtime,
        }
    }

    fn access(&self) -> Access {
        Access {
            endpoint: Some(self.server.endpoint()),
            credentials: Some((ACCESS_KEY.to_owned(), SECRET_KEY.to_owned())),
        }
    }

    fn mount_with(&self, options: &Options) -> S3Fs {
        let memory = MemFs::builder(Wall).build().unwrap();
        let location = "s3://test/p".parse().unwrap();
        S3Fs::mount(memory, location, self.access(), options).unwrap()
    }

    fn mount(&self) -> S3Fs {
        self.mount_with(&Options::default())
    }

    fn fault(&self, operation: Operation, fault: Fault) {
        self.server.faults().push(Rule::once(operation, fault));
    }

    /// The keys of all objects.
    fn keys(&self) -> Vec<String> {
        let objects = self.server.store().objects("test");
        objects.into_iter().map(|object| object.key).collect()
    }

    fn read(&self, key: &str) -> String {
        let content = self.server.store().read("test", key).unwrap();
        String::from_utf8(content).unwrap()
    }

    fn count(&self, operation: Operation) -> usize {
        self.server.log().count(operation)
    }
}

fn root(files: &S3Fs) -> S3Descriptor {
    files.preopens().remove(0).descriptor
}

fn open(files: &S3Fs, path: &str) -> S3Descriptor {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root(files)
        .open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::CREATE, access)
        .unwrap()
}

fn put(file: &S3Descriptor, text: &str) {
    let mut rest = text.as_bytes();
    let written = file.write_at(WriteAt::Offset(0), rest.len(), |piece| {
        let (head, tail) = rest.split_at(piece.len());
        piece.copy_from_slice(head);
        rest = tail;
    });
    assert_eq!(written.unwrap().len, text.len());
}

fn write(files: &S3Fs, path: &str, text: &str) -> S3Descriptor {
    let file = open(files, path);
    file.set_size(0).unwrap();
    put(&file, text);
    file
}

fn try_read(files: &S3Fs, path: &str) -> Result<String, ErrorCode> {
    let opened = root(files).open_at(
        PathFlags::SYMLINK_FOLLOW,
        path,
        OpenFlags::empty(),
        DescriptorFlags::READ,
    )?;
    let bytes = opened.read_to_vec(0, 1 << 20)?;
    Ok(String::from_utf8(bytes).unwrap())
}

fn read(files: &S3Fs, path: &str) -> String {
    try_read(files, path).unwrap()
}

fn drain(files: &S3Fs) {
    assert_eq!(files.drain(LONG), []);
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let store = Store::start();
    let files = store.mount();
    let time = Timestamp(1_600_000_000_123_456_789);
    root(&files).create_directory_at("empty").unwrap();
    root(&files).create_directory_at("full").unwrap();
    write(&files, "full/a b+c", "text");
    write(&files, "nothing", "");
    root(&files).symlink_at("full/a b+c", "link").unwrap();
    for path in ["nothing", "empty"] {
        root(&files)
            .set_times_at(
                Target::At(PathFlags::empty(), path),
                NewTimestamp::NoChange,
                NewTimestamp::At(time),
            )
            .unwrap();
    }
    drain(&files);
    assert_eq!(
        store.keys(),
        ["p/empty/", "p/full/a b+c", "p/link", "p/nothing"]
    );
    let written = store.count(Operation::PutObject);
    assert_eq!(written, 4, "one request for each object");
    drop(files);

    let files = store.mount();
    store.server.log().take();
    assert_eq!(read(&files, "link"), "text");
    assert_eq!(root(&files).readlink_at("link").unwrap(), "full/a b+c");
    let stat = |path| root(&files).stat_at(PathFlags::empty(), path).unwrap();
    assert_eq!(stat("nothing").modification, time);
    assert_eq!(stat("empty").modification, time);
    assert_eq!(stat("empty").file_type, FileType::Directory);
    assert_eq!(stat("full/a b+c").size, 4);
    root(&files).read_dir().unwrap();
    assert_eq!(
        store.server.log().entries().len(),
        1,
        "one request for one content"
    );
    drain(&files);
    assert_eq!(store.count(Operation::PutObject), 0, "nothing changed");
}

#[test]
fn a_file_that_is_synced_is_in_the_store_by_one_request() {
    let store = Store::start();
    let files = store.mount();
    let file = write(&files, "a", "durable");
    file.sync(SyncLevel::Data).unwrap();
    assert_eq!(store.read("p/a"), "durable");
    file.sync(SyncLevel::All).unwrap();
    drain(&files);
    assert_eq!(store.count(Operation::PutObject), 1);
    let mode = &store.server.store().objects("test")[0].metadata["mode"];
    assert_eq!(mode, "33188");
}

#[test]
fn a_file_written_aside_and_renamed_costs_one_request() {
    let store = Store::start();
    let files = store.mount();
    write(&files, "cfg.tmp", "new");
    root(&files)
        .rename_at("cfg.tmp", &root(&files), "cfg")
        .unwrap();
    write(&files, "other", "text");
    drain(&files);
    assert_eq!(store.keys(), ["p/cfg", "p/other"]);
    assert_eq!(store.count(Operation::PutObject), 2);
    assert_eq!(store.count(Operation::DeleteObject), 0);
}

#[test]
fn what_is_renamed_and_removed_is_so_in_the_store() {
    let store = Store::start();
    let files = store.mount();
    root(&files).create_directory_at("d").unwrap();
    for path in ["d/a", "d/b", "c"] {
        write(&files, path, path);
    }
    drain(&files);
    drop(files);
    let files = store.mount();
    root(&files).rename_at("d", &root(&files), "e").unwrap();
    root(&files).remove_at("c", Remove::File).unwrap();
    drain(&files);
    assert_eq!(store.keys(), ["p/e/a", "p/e/b"]);
    assert_eq!(store.read("p/e/b"), "d/b");
    root(&files).remove_at("e/a", Remove::File).unwrap();
    root(&files).remove_at("e/b", Remove::File).unwrap();
    root(&files).sync(SyncLevel::All).unwrap();
    assert_eq!(store.keys(), ["p/e/"], "an empty directory is kept");
    root(&files).remove_at("e", Remove::Directory).unwrap();
    drain(&files);
    assert_eq!(store.keys(), [""; 0]);
}

#[test]
fn what_loses_its_name_while_it_is_open_can_be_read_on() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "content");
    let files = store.mount();
    let file = open(&files, "a");
    root(&files).remove_at("a", Remove::File).unwrap();
    drain(&files);
    assert_eq!(store.keys(), [""; 0]);
    assert_eq!(file.read_to_vec(0, 100).unwrap(), b"content");
}

#[test]
fn a_conflict_is_told_and_nothing_foreign_is_lost() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "base");
    let files = store.mount();
    let file = write(&files, "a", "ours");
    store.server.store().put("test", "p/a", "theirs");
    assert_eq!(file.sync(SyncLevel::All), Err(ErrorCode::NotRecoverable));
    assert_eq!(file.sync(SyncLevel::All), Err(ErrorCode::NotRecoverable));
    assert_eq!(store.read("p/a"), "theirs");
    let unsaved = files.drain(LONG);
    assert_eq!(unsaved.len(), 1);
    assert_eq!(unsaved[0].0.path(), "a");
    assert_eq!(unsaved[0].1, Some(Problem::Conflict));
    assert_eq!(read(&files, "a"), "ours", "nothing is lost here either");
}

#[test]
fn whoever_asks_for_it_overwrites() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "base");
    let files = store.mount_with(&Options {
        policy: Policy::Overwrite,
        ..Options::default()
    });
    let file = write(&files, "a", "ours");
    store.server.store().put("test", "p/a", "theirs");
    file.sync(SyncLevel::All).unwrap();
    assert_eq!(store.read("p/a"), "ours");
}

#[test]
fn an_answer_that_is_lost_is_no_conflict() {
    let store = Store::start();
    let files = store.mount();
    for fault in [
        Fault::LoseResponse,
        Fault::SpuriousPrecondition,
        Fault::Reset,
    ] {
        let name = format!("{fault:?}");
        store.fault(Operation::PutObject, fault);
        let file = write(&files, &name, "text");
        file.sync(SyncLevel::All).unwrap();
        put(&file, "TEXT");
        file.sync(SyncLevel::All).unwrap();
        assert_eq!(store.read(&format!("p/{name}")), "TEXT");
    }
    store.fault(Operation::DeleteObject, Fault::LoseResponse);
    root(&files).remove_at("Reset", Remove::File).unwrap();
    drain(&files);
    assert_eq!(store.keys().len(), 2);
}

#[test]
fn a_store_that_is_away_fails_a_sync_and_loses_nothing() {
    let store = Store::start();
    let files = store.mount();
    let file = write(&files, "a", "text");
    store.server.faults().push(Rule::always(Fault::Reset));
    assert_eq!(file.sync(SyncLevel::All), Err(ErrorCode::Io));
    let unsaved = files.drain(Duration::from_millis(100));
    assert_eq!(unsaved.len(), 1);
    store.server.faults().clear();
    file.sync(SyncLevel::All).unwrap();
    assert_eq!(store.read("p/a"), "text");
    drain(&files);
}

#[test]
fn a_refusal_is_told_and_mended() {
    let store = Store::start();
    let files = store.mount();
    let refusal = Fault::Refuse {
        status: 403,
        code: "AccessDenied".to_owned(),
    };
    store.server.faults().push(Rule {
        operation: Some(Operation::PutObject),
        ..Rule::always(refusal)
    });
    let file = write(&files, "a", "text");
    assert_eq!(file.sync(SyncLevel::All), Err(ErrorCode::Access));
    let unsaved = files.drain(LONG);
    let [(_, Some(Problem::RefusedWith(reason)))] = &unsaved[..] else {
        panic!("{unsaved:?}");
    };
    assert!(reason.contains("access denied"), "{reason}");
    store.server.faults().clear();
    file.sync(SyncLevel::All).unwrap();
}

#[test]
fn a_body_that_ends_early_is_no_short_file() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "0123456789");
    let files = store.mount();
    store.fault(Operation::GetObject, Fault::Truncate);
    assert_eq!(read(&files, "a"), "0123456789");
    assert_eq!(store.count(Operation::GetObject), 2);
}

#[test]
fn what_others_replace_before_it_is_read_is_an_error() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "one");
    let files = store.mount();
    store.server.store().put("test", "p/a", "two");
    assert_eq!(try_read(&files, "a"), Err(ErrorCode::NotRecoverable));
}

#[test]
fn a_large_object_is_read_where_it_is_asked_for() {
    let store = Store::start();
    let size = 10 << 30;
    store.server.store().synthesise("test", "p/large", size);
    let files = store.mount();
    store.server.log().take();
    let large = root(&files)
        .open_at(
            PathFlags::empty(),
            "large",
            OpenFlags::empty(),
            DescriptorFlags::READ,
        )
        .unwrap();
    assert_eq!(large.stat().unwrap().size, size);
    assert_eq!(store.server.log().entries(), [], "opening costs nothing");
    let before = large.stat().unwrap();
    let offset = 5 << 30;
    let bytes = large.read_to_vec(offset, 4096).unwrap();
    assert_eq!(bytes, vec![(offset / 4096) as u8; 4096]);
    assert_eq!(store.count(Operation::GetObject), 1);
    assert_eq!(large.stat().unwrap(), before, "reading changes nothing");
    drain(&files);
    assert_eq!(store.count(Operation::PutObject), 0);
}

#[test]
fn what_is_cut_does_not_come_back() {
    let store = Store::start();
    store.server.store().put("test", "p/a", "0123456789");
    let files = store.mount();
    let file = open(&files, "a");
    file.set_size(4).unwrap();
    file.set_size(6).unwrap();
    assert_eq!(read(&files, "a"), "0123\0\0");
    drain(&files);
    assert_eq!(store.read("p/a"), "0123\0\0");
}

#[test]
fn keys_without_a_place_are_left_alone() {
    let store = Store::start();
    for key in [
        "p/a",
        "p/a/b",
        "p/x//y",
        "p/d/",
        "p/d/e",
        "q/other",
        "p/.monaka/head",
    ] {
        store.server.store().put("test", key, "");
    }
    let before = store.keys();
    let files = store.mount();
    let names = root(&files).read_dir().unwrap().entries.into_iter();
    let names: Vec<String> = names.map(|entry| entry.name).collect();
    assert_eq!(names, ["a", "d"]);
    drain(&files);
    assert_eq!(store.keys(), before);
}

#[test]
fn a_second_name_is_refused() {
    let store = Store::start();
    let files = store.mount();
    write(&files, "a", "");
    let linked = root(&files).link_at(PathFlags::empty(), "a", &root(&files), "b");
    assert_eq!(linked, Err(ErrorCode::Unsupported));
}

#[test]
fn what_is_wrong_with_the_store_is_said() {
    let store = Store::start();
    let mount = |location: &str, access: Access| {
        let memory = MemFs::builder(Wall).build().unwrap();
        let location = location.parse().unwrap();
        match S3Fs::mount(memory, location, access, &Options::default()) {
            Err(MountError::Store { source, .. }) => source,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("mounted"),
        }
    };
    assert_eq!(mount("s3://absent", store.access()), StoreError::NoBucket);
    let wrong = Access {
        credentials: Some((ACCESS_KEY.to_owned(), "wrong".to_owned())),
        ..store.access()
    };
    assert!(matches!(
        mount("s3://test", wrong),
        StoreError::WrongCredentials { .. }
    ));
    store.fault(
        Operation::ListObjects,
        Fault::Refuse {
            status: 400,
            code: "ExpiredToken".to_owned(),
        },
    );
    assert_eq!(mount("s3://test", store.access()), StoreError::Expired);
    let nowhere = Access {
        endpoint: Some("http://127.0.0.1:1".to_owned()),
        ..store.access()
    };
    assert!(matches!(
        mount("s3://test", nowhere),
        StoreError::Unreachable(_)
    ));
}

#[test]
fn writes_that_ask_for_it_are_durable_at_once() {
    let store = Store::start();
    let files = store.mount();
    let access = DescriptorFlags::WRITE | DescriptorFlags::DATA_INTEGRITY_SYNC;
    let file = root(&files)
        .open_at(PathFlags::empty(), "log", OpenFlags::CREATE, access)
        .unwrap();
    put(&file, "one");
    assert_eq!(store.read("p/log"), "one");
    put(&file, "two");
    assert_eq!(store.read("p/log"), "two");
}

#[test]
fn no_more_is_held_back_than_is_allowed() {
    let store = Store::start();
    let files = store.mount_with(&Options {
        max_dirty: 4,
        ..Options::default()
    });
    let file = open(&files, "a");
    put(&file, "1234");
    let refusal = Fault::Refuse {
        status: 403,
        code: "AccessDenied".to_owned(),
    };
    store.server.faults().push(Rule::always(refusal));
    let more = || file.write_at(WriteAt::End, 1, |piece| piece.fill(b'5'));
    assert_eq!(more(), Err(ErrorCode::InsufficientSpace));
    store.server.faults().clear();
    assert_eq!(more().unwrap().end, 5);
    drain(&files);
    assert_eq!(store.read("p/a"), "12345");
}

#[test]
fn a_store_that_does_not_answer_is_waited_for_so_long() {
    let store = Store::start();
    let files = store.mount_with(&Options {
        patience: Duration::from_millis(100),
        ..Options::default()
    });
    store.fault(Operation::PutObject, Fault::Stall);
    let file = write(&files, "a", "text");
    assert_eq!(file.sync(SyncLevel::All), Err(ErrorCode::Io));
}
