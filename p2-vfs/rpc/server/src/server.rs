//! The server: listeners, limits and the end.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fs_core::FileSystem;
use rpc_protocol::{Attributes, FileKind, Space};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::connection;
use crate::execute::Room;
use crate::leases::Leases;
use crate::quota::Account;
use crate::registry::Registry;
use crate::token::Token;

/// What a server allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections and sessions at a time.
    pub clients: usize,
    /// How long a session is kept for a client that lost its connection.
    pub resume_window: Duration,
    /// How long a session may be silent.
    pub idle_timeout: Duration,
    /// How long a client may take to accept what it asked for.
    pub send_timeout: Duration,
    /// How long a lease lasts, in milliseconds.
    pub lease_ms: u32,
}

impl Default for Limits {
    /// 4,096 clients; a minute to come back, a day of silence, a minute to take a reply, leases of
    /// half a second.
    fn default() -> Self {
        Self {
            clients: 4096,
            resume_window: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(24 * 3600),
            send_timeout: Duration::from_secs(60),
            lease_ms: 500,
        }
    }
}

/// What every connection of a server uses.
pub(crate) struct Shared<F> {
    pub(crate) files: F,
    pub(crate) room: Room,
    pub(crate) registry: Registry,
    pub(crate) tokens: Vec<(Token, Option<Arc<Account>>)>,
    pub(crate) leases: Arc<Leases>,
    pub(crate) limits: Limits,
    pub(crate) epoch: u64,
    connections: Arc<Semaphore>,
    end: watch::Sender<bool>,
}

impl<F> Shared<F> {
    /// Returns when the server is to end.
    pub(crate) async fn ended(&self) {
        // The sender is in `self`.
        let _ = self.end.subscribe().wait_for(|ended| *ended).await;
    }

    /// Bytes from the system's source of randomness.
    pub(crate) fn random(&self) -> io::Result<[u8; 32]> {
        let mut bytes = [0; 32];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// What stands where the client knows better.
    pub(crate) fn no_attributes(&self) -> Attributes {
        Attributes {
            node: 0,
            kind: FileKind::Directory,
            links: 0,
            size: 0,
            accessed: 0,
            modified: 0,
            changed: 0,
            version: 0,
        }
    }
}

/// A server of one file system. `clone` shares it.
pub struct Server<F>(Arc<Shared<F>>);

impl<F> Clone for Server<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What a [`Server`] starts with.
pub struct ServerBuilder<F> {
    files: F,
    room: Room,
    tokens: Vec<Token>,
    limits: Limits,
}

impl<F> ServerBuilder<F> {
    /// The tokens of which a client must know one. Without any, everybody who can connect may do
    /// everything.
    #[must_use]
    pub fn tokens(mut self, tokens: Vec<Token>) -> Self {
        self.tokens = tokens;
        self
    }

    /// What it allows.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the room of the file system is asked for; unless said otherwise, it is 0.
    #[must_use]
    pub fn room(mut self, room: impl Fn() -> Space + Send + Sync + 'static) -> Self {
        self.room = Arc::new(room);
        self
    }

    /// Makes it.
    pub fn build(self) -> Server<F> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let tokens = self.tokens.into_iter().map(|token| {
            let account = token
                .access
                .quota
                .map(|limit| Arc::new(Account::new(limit)));
            (token, account)
        });
        Server(Arc::new(Shared {
            files: self.files,
            room: self.room,
            registry: Registry::new(self.limits.clients),
            tokens: tokens.collect(),
            epoch: since.map_or(1, |time| time.as_nanos() as u64),
            connections: Arc::new(Semaphore::new(self.limits.clients)),
            leases: Arc::new(Leases::new(Duration::from_millis(
                self.limits.lease_ms.into(),
            ))),
            limits: self.limits,
            end: watch::Sender::new(false),
        }))
    }
}

impl<F> Server<F>
where
    F: FileSystem + Send + Sync + 'static,
    F::Descriptor: Send + 'static,
{
    /// A server of `files` to be.
    pub fn builder(files: F) -> ServerBuilder<F> {
        let nothing = Space {
            bytes: 0,
            used_bytes: 0,
            inodes: 0,
            used_inodes: 0,
        };
        ServerBuilder {
            files,
            room: Arc::new(move || nothing),
            tokens: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// Serves everybody who connects, until [`Server::end`].
    pub async fn serve_tcp(&self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.0.ended() => return,
            };
            match accepted {
                Ok((stream, _)) => self.start_tcp(stream, tls.clone()),
                Err(error) => pause(&error).await,
            }
        }
    }

    /// Serves processes of the same user that connect, until [`Server::end`].
    pub async fn serve_unix(&self, listener: UnixListener) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.0.ended() => return,
            };
            match accepted {
                Ok((stream, _)) => self.start_unix(stream),
                Err(error) => pause(&error).await,
            }
        }
    }

    fn start_tcp(&self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let Ok(permit) = self.0.connections.clone().try_acquire_owned() else {
            return;
        };
        let shared = self.0.clone();
        tokio::spawn(async move {
            let _permit = permit;
            // A peer that is gone without a word is noticed by the kernel.
            let keepalive = TcpKeepalive::new()
                .with_time(Duration::from_secs(10))
                .with_interval(Duration::from_secs(5))
                .with_retries(3);
            let set = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
            if set.and_then(|()| stream.set_nodelay(true)).is_err() {
                return;
            }
            let Some(tls) = tls else {
                return connection::serve(shared, stream).await;
            };
            let handshake = tokio::time::timeout(Duration::from_secs(10), tls.accept(stream));
            if let Ok(Ok(stream)) = handshake.await {
                connection::serve(shared, stream).await;
            }
        });
    }

    fn start_unix(&self, stream: UnixStream) {
        let Ok(permit) = self.0.connections.clone().try_acquire_owned() else {
            return;
        };
        let shared = self.0.clone();
        tokio::spawn(async move {
            let _permit = permit;
            connection::serve(shared, stream).await;
        });
    }

    /// Ends the server: what has been asked for is answered, then clients are told. Returns when
    /// the last one is gone, or after `patience`.
    pub async fn end(&self, patience: Duration) {
        self.0.end.send_replace(true);
        let all = self.0.limits.clients as u32;
        // After that time the process ends, and with it the connections.
        let _ = tokio::time::timeout(patience, self.0.connections.acquire_many(all)).await;
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        self.0.registry.len()
    }
}

/// Out of descriptors, or of memory: others may end soon.
async fn pause(error: &io::Error) {
    tracing::warn!("a connection could not be accepted: {error}");
    tokio::time::sleep(Duration::from_millis(50)).await;
}
