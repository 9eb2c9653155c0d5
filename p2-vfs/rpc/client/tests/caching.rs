//! What is asked for, how often, and that it is right nevertheless.

mod support;

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use fs_core::{Descriptor, DescriptorFlags, FileSystem, OpenFlags, PathFlags, WriteAt};
use rpc_client::{Attachment, Consistency, RemoteDescriptor, RemoteFs, Tcp};
use rpc_server::Limits;
use support::{attach, attach_when_free, serve, serve_with};

const RW: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);

/// A server whose leases outlast every test.
fn serve_long() -> Tcp {
    let limits = Limits {
        lease_ms: 3_600_000,
        ..Limits::default()
    };
    serve_with(|server| server.limits(limits))
}

fn client(server: &Tcp) -> RemoteFs<Tcp> {
    attach(server.clone(), &Attachment::default())
}

fn strict(server: &Tcp) -> RemoteFs<Tcp> {
    let attachment = Attachment {
        consistency: Consistency::Strict,
        ..Attachment::default()
    };
    attach(server.clone(), &attachment)
}

fn root(files: &RemoteFs<Tcp>) -> RemoteDescriptor<Tcp> {
    files.preopens().remove(0).descriptor
}

fn open(
    files: &RemoteFs<Tcp>,
    path: &str,
    open: OpenFlags,
    access: DescriptorFlags,
) -> RemoteDescriptor<Tcp> {
    let opened = root(files).open_at(PathFlags::empty(), path, open, access);
    opened.expect("a file")
}

fn write(file: &RemoteDescriptor<Tcp>, at: WriteAt, data: &[u8]) {
    let mut rest = data;
    let written = file.write_at(at, data.len(), |piece| {
        let (now, later) = rest.split_at(piece.len());
        piece.copy_from_slice(now);
        rest = later;
    });
    assert_eq!(written.map(|written| written.len), Ok(data.len()));
}

fn read(file: &RemoteDescriptor<Tcp>, offset: u64, len: u64) -> Vec<u8> {
    file.read_to_vec(offset, len).expect("content")
}

/// A file of `len` bytes that are all different from their neighbours.
fn plant(server: &Tcp, path: &str, len: usize) -> Vec<u8> {
    let content: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
    let files = strict(server);
    let file = open(&files, path, OpenFlags::CREATE, RW);
    write(&file, WriteAt::Offset(0), &content);
    content
}

/// How many round trips `act` takes.
fn trips<T>(files: &RemoteFs<Tcp>, act: impl FnOnce() -> T) -> (u64, T) {
    let before = files.round_trips();
    let done = act();
    (files.round_trips() - before, done)
}

#[test]
fn a_small_file_is_opened_read_and_closed_in_one_round_trip() {
    let server = serve_long();
    let content = plant(&server, "small", 5000);
    let files = client(&server);
    let (trips, found) = trips(&files, || {
        let file = open(&files, "small", OpenFlags::empty(), DescriptorFlags::READ);
        assert_eq!(file.stat().expect("attributes").size, 5000);
        read(&file, 0, 8192)
    });
    assert_eq!(found, content);
    assert_eq!(trips, 1);
}

#[test]
fn what_was_read_is_not_asked_for_again() {
    let server = serve_long();
    let content = plant(&server, "large", 300_000);
    let files = client(&server);
    let file = open(&files, "large", OpenFlags::empty(), DescriptorFlags::READ);
    assert_eq!(read(&file, 200_000, 4096), content[200_000..204_096]);
    let (trips, again) = trips(&files, || read(&file, 200_000, 4096));
    assert_eq!(again, content[200_000..204_096]);
    assert_eq!(trips, 0);
}

#[test]
fn a_file_that_is_read_in_its_order_comes_ahead() {
    let server = serve_long();
    let content = plant(&server, "large", 4 << 20);
    let files = client(&server);
    let file = open(&files, "large", OpenFlags::empty(), DescriptorFlags::READ);
    let (trips, found) = trips(&files, || {
        let offsets = (0..4u64 << 20).step_by(16 << 10);
        let pieces = offsets.map(|offset| read(&file, offset, 16 << 10));
        pieces.collect::<Vec<_>>().concat()
    });
    assert_eq!(found, content);
    // Of 256 reads.
    assert!(trips <= 16, "{trips} round trips");
}

#[test]
fn a_change_by_others_is_seen_by_who_has_read_before() {
    let server = serve();
    plant(&server, "shared", 10_000);
    let (one, two) = (client(&server), client(&server));
    let reader = open(&one, "shared", OpenFlags::empty(), DescriptorFlags::READ);
    let writer = open(&two, "shared", OpenFlags::empty(), RW);
    for round in 0..4u8 {
        assert_eq!(read(&reader, 5000, 10).len(), 10);
        write(&writer, WriteAt::Offset(5000), &[200 + round; 10]);
        assert_eq!(read(&reader, 5000, 10), [200 + round; 10]);
        assert_eq!(read(&writer, 5000, 10), [200 + round; 10]);
    }
    writer.set_size(3).expect("a cut");
    assert_eq!(read(&reader, 0, 100).len(), 3);
    assert_eq!(reader.stat().expect("attributes").size, 3);
}

#[test]
fn own_changes_are_in_what_is_cached() {
    let server = serve_long();
    plant(&server, "own", 10_000);
    let files = client(&server);
    let file = open(&files, "own", OpenFlags::empty(), RW);
    assert_eq!(read(&file, 0, 20_000).len(), 10_000);
    write(&file, WriteAt::Offset(4000), &[7; 200]);
    write(&file, WriteAt::End, &[8; 5000]);
    write(&file, WriteAt::Offset(20_000), &[9; 10]);
    file.set_size(30_000).expect("a longer file");
    let direct = strict(&server);
    let direct = open(&direct, "own", OpenFlags::empty(), DescriptorFlags::READ);
    assert_eq!(read(&file, 0, 40_000), read(&direct, 0, 40_000));
    assert_eq!(file.stat(), direct.stat());
    file.set_size(4100).expect("a shorter file");
    assert_eq!(read(&file, 0, 40_000), read(&direct, 0, 40_000));
}

#[test]
fn who_waits_for_a_lease_does_not_wait_longer_than_it_lasts() {
    let limits = Limits {
        lease_ms: 200,
        ..Limits::default()
    };
    let server = serve_with(|server| server.limits(limits));
    plant(&server, "held", 100);
    let files = client(&server);
    let _reader = open(&files, "held", OpenFlags::empty(), DescriptorFlags::READ);
    // The reader says nothing any more; for a lease that never ends, the write would not either.
    let other = strict(&server);
    let writer = open(&other, "held", OpenFlags::empty(), DescriptorFlags::WRITE);
    let start = Instant::now();
    write(&writer, WriteAt::Offset(0), b"new");
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Twenty-four clients append to one file, make and take names, and read; what each saw is compared
/// with the order that the file has in the end.
#[test]
fn what_many_clients_saw_fits_into_one_order() {
    const CLIENTS: usize = 24;
    const ROUNDS: usize = 20;
    let server = serve();
    plant(&server, "history", 0);
    let work = |number: usize| {
        let files = client(&server);
        let file = open(&files, "history", OpenFlags::empty(), RW);
        let mut seen = Vec::new();
        for round in 0..ROUNDS {
            let line = format!("{number:02} {round:02}\n");
            write(&file, WriteAt::End, line.as_bytes());
            let whole = read(&file, 0, 1 << 20);
            seen.push((line, String::from_utf8(whole).expect("text")));
        }
        seen
    };
    let work = &work;
    let seen: Vec<Vec<(String, String)>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || work(number)))
            .collect();
        let clients = clients.into_iter();
        clients
            .map(|client| client.join().expect("a client"))
            .collect()
    });
    let files = client(&server);
    let file = open(&files, "history", OpenFlags::empty(), DescriptorFlags::READ);
    let order = String::from_utf8(read(&file, 0, 1 << 20)).expect("text");
    let lines: HashSet<&str> = order.lines().collect();
    assert_eq!(lines.len(), CLIENTS * ROUNDS, "every line, whole and once");
    for history in &seen {
        let mut before = 0;
        for (line, found) in history {
            assert!(order.starts_with(found), "a state that never was: {found}");
            assert!(found.contains(line), "not its own change: {line}");
            assert!(found.len() > before, "time ran backwards");
            before = found.len();
        }
    }
}

#[test]
fn many_small_files_are_made_in_few_round_trips_and_are_all_there() {
    let server = serve();
    let attachment = Attachment {
        consistency: Consistency::Private,
        ..Attachment::default()
    };
    let files = attach(server.clone(), &attachment);
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let (trips, ()) = trips(&files, || {
        for number in 0..1000 {
            let file = open(&files, &format!("f{number}"), new, RW);
            write(&file, WriteAt::Offset(0), format!("{number}, ").as_bytes());
            write(&file, WriteAt::End, b"the end");
        }
    });
    assert!(trips <= 100, "{trips} round trips");
    let again = root(&files).open_at(PathFlags::empty(), "f7", new, RW);
    assert_eq!(again.err(), Some(fs_core::ErrorCode::Exist));
    let seven = open(&files, "f7", OpenFlags::empty(), DescriptorFlags::READ);
    assert_eq!(read(&seven, 0, 100), b"7, the end");
    drop((seven, files));
    let files = attach_when_free(server, &Attachment::default());
    for number in 0..1000 {
        let file = open(&files, &format!("f{number}"), OpenFlags::empty(), RW);
        let text = format!("{number}, the end");
        assert_eq!(read(&file, 0, 100), text.as_bytes());
    }
}

#[test]
fn what_went_wrong_behind_the_callers_back_is_told_by_sync() {
    let server = support::serve_limited(fs_core::Limits {
        bytes: 1 << 20,
        inodes: 5,
    });
    let attachment = Attachment {
        consistency: Consistency::Private,
        ..Attachment::default()
    };
    let files = attach(server, &attachment);
    for number in 0..10 {
        open(&files, &format!("f{number}"), OpenFlags::CREATE, RW);
    }
    let full = root(&files).sync(fs_core::SyncLevel::All);
    assert_eq!(full, Err(fs_core::ErrorCode::InsufficientSpace));
    assert_eq!(root(&files).sync(fs_core::SyncLevel::All), Ok(()));
}

/// Two clients change and read one file by turns, some operations at a time; every read is compared
/// with a model. Leases are short, so that they are granted, recalled and run out all the time.
#[test]
fn what_two_clients_read_is_what_a_model_has() {
    const MAX: u64 = 200_000;
    let limits = Limits {
        lease_ms: 5,
        ..Limits::default()
    };
    let server = serve_with(|server| server.limits(limits));
    plant(&server, "modelled", 0);
    let clients = [client(&server), client(&server)];
    let files = clients
        .each_ref()
        .map(|files| open(files, "modelled", OpenFlags::empty(), RW));
    let mut model: Vec<u8> = Vec::new();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut turn = 0;
    for step in 0..6000 {
        if random(15) == 0 {
            turn = 1 - turn;
        }
        let file = &files[turn];
        let (offset, len) = (random(MAX), 1 + random(20_000));
        match random(10) {
            0 => {
                file.set_size(offset).expect("a size");
                model.resize(offset as usize, 0);
            }
            1..4 => {
                let data = vec![step as u8; len as usize];
                write(file, WriteAt::Offset(offset), &data);
                let end = offset as usize + data.len();
                model.resize(model.len().max(end), 0);
                model[offset as usize..end].copy_from_slice(&data);
            }
            4 => {
                let data = vec![step as u8; len as usize % 3000];
                write(file, WriteAt::End, &data);
                model.extend(data);
            }
            5 => assert_eq!(file.stat().expect("attributes").size, model.len() as u64),
            _ => {
                let start = (offset as usize).min(model.len());
                let end = (offset as usize + len as usize).min(model.len());
                let found = read(file, offset, len);
                assert!(found == model[start..end], "step {step}: {offset}, {len}");
            }
        }
    }
}
