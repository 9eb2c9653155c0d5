//! Connections that break, peers that lie, servers that are gone.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileSystem, OpenFlags, PathFlags, Remove, WriteAt,
};
use rpc_client::{AttachError, Attachment, Consistency, RemoteDescriptor, RemoteFs, Tcp};
use rpc_protocol::{Key, Reason};
use rpc_server::{Access, Limits, Token};
use support::{attach, attach_when_free, serve, serve_with};

const RW: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);

/// Stands between client and server and cuts one connection when so many bytes have passed.
#[derive(Clone)]
struct Proxy {
    address: String,
    to_server: Arc<AtomicI64>,
    to_client: Arc<AtomicI64>,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    fn before(server: &Tcp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let proxy = Self {
            address: listener.local_addr().expect("a listener").to_string(),
            to_server: Arc::new(AtomicI64::new(i64::MAX)),
            to_client: Arc::new(AtomicI64::new(i64::MAX)),
            connections: Arc::default(),
        };
        let (upstream, shared) = (server.address.clone(), proxy.clone());
        // The threads end with the process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&upstream) else {
                    continue;
                };
                shared.connections.fetch_add(1, Ordering::SeqCst);
                for (from, to, budget) in [
                    (&client, &server, &shared.to_server),
                    (&server, &client, &shared.to_client),
                ] {
                    let (from, to) = (from.try_clone(), to.try_clone());
                    let budget = budget.clone();
                    thread::spawn(move || pass(from.ok()?, to.ok()?, &budget));
                }
            }
        });
        proxy
    }

    fn tcp(&self) -> Tcp {
        Tcp {
            address: self.address.clone(),
        }
    }

    /// Lets so many bytes more pass to the server, cuts, and is a good proxy from then on.
    fn cut(budget: &AtomicI64, after: i64) {
        budget.store(after, Ordering::SeqCst);
    }
}

/// Passes bytes on; what is over the budget is dropped and cuts the connection, once.
fn pass(mut from: TcpStream, mut to: TcpStream, budget: &AtomicI64) -> Option<()> {
    let mut bytes = [0; 4096];
    loop {
        let read = from.read(&mut bytes).unwrap_or(0);
        let left = match budget.load(Ordering::SeqCst) {
            i64::MAX => i64::MAX,
            _ => budget.fetch_sub(read as i64, Ordering::SeqCst),
        };
        let allowed = read.min(usize::try_from(left).unwrap_or(0));
        let sent = to.write_all(&bytes[..allowed]);
        if read == 0 || allowed < read || sent.is_err() {
            if allowed < read {
                budget.store(i64::MAX, Ordering::SeqCst);
            }
            // One of them may be gone already.
            let _ = to.shutdown(Shutdown::Both);
            let _ = from.shutdown(Shutdown::Both);
            return None;
        }
    }
}

fn root<C: rpc_client::Connector>(files: &RemoteFs<C>) -> RemoteDescriptor<C> {
    files.preopens().remove(0).descriptor
}

fn create(root: &RemoteDescriptor<Tcp>, path: &str) -> RemoteDescriptor<Tcp> {
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    root.open_at(PathFlags::empty(), path, new, RW)
        .expect("a new file")
}

fn append(file: &RemoteDescriptor<Tcp>, text: &str) -> fs_core::Result<()> {
    let mut rest = text.as_bytes();
    file.write_at(WriteAt::End, text.len(), |piece| {
        let (now, later) = rest.split_at(piece.len());
        piece.copy_from_slice(now);
        rest = later;
    })
    .map(drop)
}

fn content(root: &RemoteDescriptor<Tcp>, path: &str) -> String {
    let file = root
        .open_at(
            PathFlags::empty(),
            path,
            OpenFlags::empty(),
            DescriptorFlags::READ,
        )
        .expect("a file");
    String::from_utf8(file.read_to_vec(0, 1 << 20).expect("its content")).expect("text")
}

/// Changes of every kind that show if they are done twice or not at all.
fn change_everything(root: &RemoteDescriptor<Tcp>) {
    let log = create(root, "log");
    append(&log, "one\n").expect("an append");
    root.create_directory_at("d").expect("a directory");
    root.rename_at("log", root, "d/log").expect("a rename");
    append(&log, "two\n").expect("an append");
    root.symlink_at("d/log", "link").expect("a link");
    root.link_at(PathFlags::empty(), "d/log", root, "hard")
        .expect("a hard link");
    root.remove_at("link", Remove::File).expect("a removal");
    log.sync(fs_core::SyncLevel::All).expect("a sync");
    append(&log, "three\n").expect("an append");
}

#[test]
fn a_change_is_done_once_wherever_the_connection_breaks() {
    for side in 0..2 {
        let mut cuts = 0;
        // Steps that are no divisor of anything, to save time.
        for after in (0..1500).step_by(13) {
            let server = serve();
            let proxy = Proxy::before(&server);
            let files = attach(proxy.tcp(), &Attachment::default());
            let budget = [&proxy.to_server, &proxy.to_client][side];
            Proxy::cut(budget, after);
            change_everything(&root(&files));
            let direct = attach(server, &Attachment::default());
            let direct = root(&direct);
            assert_eq!(
                content(&direct, "d/log"),
                "one\ntwo\nthree\n",
                "cut {after}"
            );
            let names = direct.read_dir().expect("the root").entries.len();
            assert_eq!(names, 2, "cut {after}");
            cuts += proxy.connections.load(Ordering::SeqCst) - 1;
        }
        assert!(cuts > 20, "the proxy cut {cuts} connections only");
    }
}

#[test]
fn a_server_that_is_gone_is_an_error_within_the_deadline() {
    let proxy = Proxy::before(&serve());
    let deadline = Duration::from_millis(300);
    let attachment = Attachment {
        deadline,
        ..Attachment::default()
    };
    let files = attach(proxy.tcp(), &attachment);
    // From now on every connection breaks at its first byte.
    let breaker = proxy.clone();
    let stop = Arc::new(AtomicUsize::new(0));
    let stopped = stop.clone();
    let breaking = thread::spawn(move || {
        while stopped.load(Ordering::SeqCst) == 0 {
            Proxy::cut(&breaker.to_client, 0);
            thread::yield_now();
        }
    });
    let start = Instant::now();
    let gone = root(&files).stat();
    assert_eq!(gone.err(), Some(ErrorCode::Io));
    // Generous, for a slow machine; without a deadline it would not end.
    assert!(start.elapsed() < Duration::from_secs(20));
    stop.store(1, Ordering::SeqCst);
    breaking.join().expect("the breaker");
    assert_eq!(root(&files).create_directory_at("d"), Err(ErrorCode::Io));
}

#[test]
fn a_server_that_is_silent_is_an_error_within_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = Tcp {
        address: listener.local_addr().expect("a listener").to_string(),
    };
    let attachment = Attachment {
        deadline: Duration::from_millis(200),
        ..Attachment::default()
    };
    let attached = RemoteFs::attach(silent, &attachment);
    assert!(matches!(attached, Err(AttachError::Link(_))));
}

#[test]
fn a_server_without_the_session_is_an_error_for_good_and_never_an_empty_tree() {
    let limits = Limits {
        resume_window: Duration::ZERO,
        ..Limits::default()
    };
    let server = serve_with(|server| server.limits(limits));
    let proxy = Proxy::before(&server);
    let files = attach(proxy.tcp(), &Attachment::default());
    let file = create(&root(&files), "f");
    // The server drops the session with its connection.
    Proxy::cut(&proxy.to_server, 0);
    assert_eq!(root(&files).read_dir().err(), Some(ErrorCode::Io));
    // Nor is what was cached believed any more.
    assert_eq!(file.stat().err(), Some(ErrorCode::Io));
}

fn guarded() -> Tcp {
    let token = |token: &[u8], access| Token {
        key: Key::of_token(token),
        access,
    };
    serve_with(|server| {
        server.tokens(vec![
            token(b"the-owner's-token", Access::default()),
            token(
                b"the-worker's-token",
                Access {
                    subtree: "jobs".to_owned(),
                    quota: Some(1000),
                    ..Access::default()
                },
            ),
        ])
    })
}

fn with_token(token: &str) -> Attachment {
    Attachment {
        token: token.as_bytes().to_vec(),
        ..Attachment::default()
    }
}

fn refusal(server: &Tcp, attachment: &Attachment) -> Reason {
    match RemoteFs::attach(server.clone(), attachment) {
        Err(AttachError::Refused(fatal)) => fatal.reason,
        Err(error) => panic!("not refused: {error}"),
        Ok(_) => panic!("let in"),
    }
}

#[test]
fn without_the_right_token_nobody_gets_in() {
    let server = guarded();
    assert_eq!(refusal(&server, &with_token("")), Reason::Denied);
    assert_eq!(
        refusal(&server, &with_token("the-owners-token")),
        Reason::Denied
    );
    // Not even which directories exist is told.
    let elsewhere = Attachment {
        subtree: "no/such".to_owned(),
        ..with_token("wrong")
    };
    assert_eq!(refusal(&server, &elsewhere), Reason::Denied);
}

#[test]
fn a_token_opens_its_directory_and_no_more_than_its_quota() {
    let server = guarded();
    let worker = with_token("the-worker's-token");
    assert_eq!(refusal(&server, &worker), Reason::NoSubtree);
    let owner = attach(server.clone(), &with_token("the-owner's-token"));
    root(&owner)
        .create_directory_at("jobs")
        .expect("a directory");
    let jobs = root(&attach(server.clone(), &worker));
    let out = jobs.stat_at(PathFlags::empty(), "../jobs");
    assert_eq!(out.err(), Some(ErrorCode::NotPermitted));
    let file = create(&jobs, "result");
    append(&file, &"x".repeat(1000)).expect("within the quota");
    assert_eq!(append(&file, "x"), Err(ErrorCode::Quota));
    file.set_size(10).expect("a cut");
    append(&file, &"x".repeat(990)).expect("within the quota again");
    assert_eq!(content(&root(&owner), "jobs/result").len(), 1000);
    let above = Attachment {
        subtree: "../".to_owned(),
        ..worker
    };
    assert_eq!(refusal(&server, &above), Reason::NoSubtree);
}

#[test]
fn a_private_directory_has_one_client() {
    let server = serve();
    let private = Attachment {
        consistency: Consistency::Private,
        ..Attachment::default()
    };
    let one = attach(server.clone(), &private);
    assert_eq!(refusal(&server, &Attachment::default()), Reason::Occupied);
    assert_eq!(refusal(&server, &private), Reason::Occupied);
    drop(one);
    attach_when_free(server, &Attachment::default());
}

#[test]
fn garbage_harms_nobody_else() {
    let server = serve();
    let files = attach(server.clone(), &Attachment::default());
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    for round in 0..100usize {
        let mut garbage = Vec::new();
        for _ in 0..round * 7 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            garbage.push((seed >> 56) as u8);
        }
        let mut peer = TcpStream::connect(&server.address).expect("a server");
        // It may have been refused before it was all sent.
        let _ = peer.write_all(&garbage);
    }
    root(&files)
        .create_directory_at("d")
        .expect("a server that serves");
}

#[test]
fn many_clients_and_one_that_does_nothing() {
    let server = serve();
    let idle: Vec<_> = (0..200)
        .map(|_| TcpStream::connect(&server.address).expect("a server"))
        .collect();
    let clients: Vec<_> = (0..24)
        .map(|number: usize| {
            let server = server.clone();
            thread::spawn(move || {
                let files = attach(server, &Attachment::default());
                let root = root(&files);
                let log = root
                    .open_at(PathFlags::empty(), "log", OpenFlags::CREATE, RW)
                    .expect("the log");
                (0..50)
                    .filter(|round| {
                        append(&log, &format!("{number} {round}\n")).expect("an append");
                        let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
                        let name = format!("lock {round}");
                        root.open_at(PathFlags::empty(), &name, new, RW).is_ok()
                    })
                    .count()
            })
        })
        .collect();
    let won: usize = clients
        .into_iter()
        .map(|client| client.join().expect("a client"))
        .sum();
    assert_eq!(won, 50, "each lock has one winner");
    let files = attach(server, &Attachment::default());
    let log = content(&root(&files), "log");
    let mut lines: Vec<_> = log.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 24 * 50, "every line is there, whole and once");
    drop(idle);
}
