//! `monaka-wrap serve [--listen ADDR]`.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use fs_core::{Clock, Limits, MemFs, Timestamp};
use rpc_protocol::Space;
use rpc_server::{Server, Token};
use thiserror::Error;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::size;

/// How long clients have to go when the server ends.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where clients connect: HOST:PORT (port 0 for any that is free) or unix:PATH.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070")]
    listen: String,

    /// A file of tokens of which a client must know one: one in a line, with `ro`, `subtree=PATH`
    /// and `quota=BYTES` behind it.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// How much content the file system may hold, such as 64M.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_fs_size: Option<u64>,

    /// How many files and directories the file system may hold.
    #[arg(long, value_name = "N")]
    max_files: Option<u64>,

    /// How many clients there may be at a time.
    #[arg(long, value_name = "N", default_value_t = 4096)]
    max_clients: usize,
}

/// Why the server does not start.
#[derive(Debug, Error)]
pub(crate) enum ServeFailure {
    #[error("--listen {address}: {source}")]
    Listen { address: String, source: io::Error },

    #[error(
        "--listen {address}: other machines could reach it; say with --token-file who may, or \
         listen at 127.0.0.1"
    )]
    Open { address: String },

    #[error("{}: {source}", path.display())]
    Tokens {
        path: PathBuf,
        source: rpc_server::TokenFileError,
    },

    #[error("--max-files 0: there is no room for the root directory; allow more")]
    NoRoom,

    #[error("the server cannot be started: {0}")]
    Runtime(io::Error),
}

pub(crate) fn execute(args: &ServeArgs) -> Result<ExitCode, Failure> {
    let tokens = match &args.token_file {
        Some(path) => tokens(path)?,
        None => Vec::new(),
    };
    let defaults = Limits::default();
    let limits = Limits {
        bytes: args.max_fs_size.unwrap_or(defaults.bytes),
        inodes: args.max_files.unwrap_or(defaults.inodes),
    };
    let files = MemFs::builder(StrictClock::default())
        .limits(limits)
        .build();
    let files = files.map_err(|_| ServeFailure::NoRoom)?;
    let rooms = files.clone();
    let server = Server::builder(files)
        .tokens(tokens)
        .limits(rpc_server::Limits {
            clients: args.max_clients,
            ..rpc_server::Limits::default()
        })
        .room(move || room(&rooms))
        .build();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeFailure::Runtime)?;
    runtime.block_on(serve(args, &server))
}

async fn serve(args: &ServeArgs, server: &Server<MemFs>) -> Result<ExitCode, Failure> {
    // Before anybody can know the address, and with it the process.
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeFailure::Runtime)?;
    let failed = |source| ServeFailure::Listen {
        address: args.listen.clone(),
        source,
    };
    let task = match args.listen.strip_prefix("unix:") {
        Some(path) => {
            let listener = UnixListener::bind(path).map_err(failed)?;
            // For processes of the same user.
            fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
            announce(&args.listen)?;
            let server = server.clone();
            tokio::spawn(async move { server.serve_unix(listener).await })
        }
        None => {
            let listener = TcpListener::bind(&args.listen).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            check_exposure(address, args)?;
            announce(&address.to_string())?;
            let server = server.clone();
            tokio::spawn(async move { server.serve_tcp(listener, None).await })
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(ServeFailure::Runtime)?,
    }
    server.end(PATIENCE).await;
    task.abort();
    if let Some(path) = args.listen.strip_prefix("unix:") {
        // Somebody else may have removed it.
        let _ = fs::remove_file(path);
    }
    Ok(ExitCode::SUCCESS)
}

/// The first line of standard output says where the server is.
fn announce(address: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{address}")
        .and_then(|()| out.flush())
        .map_err(Failure::Print)
}

fn check_exposure(address: SocketAddr, args: &ServeArgs) -> Result<(), ServeFailure> {
    let is_exposed = !address.ip().is_loopback();
    if is_exposed && args.token_file.is_none() {
        return Err(ServeFailure::Open {
            address: args.listen.clone(),
        });
    }
    if is_exposed {
        eprintln!(
            "monaka-wrap: warning: {address} is reachable from other machines and the bytes are \
             not encrypted; put a tunnel in front of it"
        );
    }
    Ok(())
}

fn tokens(path: &Path) -> Result<Vec<Token>, Failure> {
    let text = fs::read_to_string(path).map_err(|source| Failure::Read {
        path: path.to_owned(),
        source,
    })?;
    let tokens = rpc_server::parse_tokens(&text).map_err(|source| ServeFailure::Tokens {
        path: path.to_owned(),
        source,
    })?;
    Ok(tokens)
}

fn room(files: &MemFs) -> Space {
    let (limits, usage) = (files.limits(), files.usage());
    Space {
        bytes: limits.bytes,
        used_bytes: usage.bytes,
        inodes: limits.inodes,
        used_inodes: usage.inodes,
    }
}

/// The host's time, later each time that it is asked: no two changes have the same, so the time of
/// change tells the states of a file apart.
#[derive(Debug, Default)]
struct StrictClock(AtomicU64);

impl Clock for StrictClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since.map_or(0, |time| time.as_nanos() as u64);
        let later = |last: u64| Some(now.max(last + 1));
        let last = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
        Timestamp(last.map_or(now, |last| now.max(last + 1)))
    }
}
