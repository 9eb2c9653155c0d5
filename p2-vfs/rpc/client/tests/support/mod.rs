//! A real server for each test.
#![allow(dead_code, reason = "each test program uses a part")]

use std::net::TcpListener;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fs_core::{MemFs, Timestamp};
use rpc_client::{Attachment, RemoteFs, Tcp};
use rpc_server::{Server, ServerBuilder, StrictClock};
use tokio::runtime::Runtime;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.expect("a time after 1970").as_nanos() as u64)
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"))
}

/// Starts a server of an empty file system; it ends with the process.
pub(crate) fn serve() -> Tcp {
    serve_with(|server| server)
}

/// Starts a server of an empty file system that `configure` has changed.
pub(crate) fn serve_with(
    configure: impl FnOnce(ServerBuilder<MemFs>) -> ServerBuilder<MemFs>,
) -> Tcp {
    start(fs_core::Limits::default(), configure)
}

/// Starts a server of an empty file system that may hold so much.
pub(crate) fn serve_limited(limits: fs_core::Limits) -> Tcp {
    start(limits, |server| server)
}

fn start(
    limits: fs_core::Limits,
    configure: impl FnOnce(ServerBuilder<MemFs>) -> ServerBuilder<MemFs>,
) -> Tcp {
    let files = MemFs::builder(StrictClock::new(now)).limits(limits).build();
    let files = files.expect("room for a root");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("a listener").to_string();
    let server = configure(Server::builder(files)).build();
    runtime().spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        server.serve_tcp(listener, None).await;
    });
    Tcp { address }
}

pub(crate) fn attach(server: Tcp, attachment: &Attachment) -> RemoteFs<Tcp> {
    RemoteFs::attach(server, attachment).expect("a server")
}

/// Attaches as soon as whoever had the directory for himself is gone: the server hears of that on its
/// own time.
pub(crate) fn attach_when_free(server: Tcp, attachment: &Attachment) -> RemoteFs<Tcp> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match RemoteFs::attach(server.clone(), attachment) {
            Ok(files) => return files,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        thread::yield_now();
    }
}
