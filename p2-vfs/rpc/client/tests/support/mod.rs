//! A real server for each test.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use fs_core::{Clock, MemFs, Timestamp};
use rpc_client::{Attachment, RemoteFs, Tcp};
use rpc_server::{Server, ServerBuilder};
use tokio::runtime::Runtime;

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp(since.expect("a time after 1970").as_nanos() as u64)
    }
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
    let files = MemFs::builder(WallClock).build().expect("room for a root");
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
