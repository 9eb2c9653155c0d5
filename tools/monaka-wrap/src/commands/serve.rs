//! `monaka-wrap serve [--listen ADDR]`.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use fs_core::image::{Image, Settings};
use fs_core::{Clock, MemFs, Timestamp};
use rpc_server::{Server, StrictClock, Token};
use thiserror::Error;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use vfs_host::WallTime;

use crate::args::{MountArgs, Verbosity};
use crate::content;
use crate::failure::Failure;
use crate::save::SaveArgs;
use crate::wrapping::warning;
use crate::{input, size};

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

    /// The server's certificate, and those that signed it, in PEM: connections are encrypted.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The private key of that certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    #[command(flatten)]
    mounts: MountArgs,

    /// Start from the files of a saved image, or of a wrapped artifact; mounts go over them.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    #[command(flatten)]
    save: SaveArgs,

    /// How much content the file system may hold, such as 64M.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_fs_size: Option<u64>,

    /// How many files and directories the file system may hold.
    #[arg(long, value_name = "N")]
    max_files: Option<u64>,

    /// End when standard input ends, as on SIGTERM.
    #[arg(long)]
    until_stdin_ends: bool,

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

    #[error("--tls-cert and --tls-key: {0}")]
    Tls(#[from] rpc_server::TlsError),

    #[error("--tls-cert is for TCP; a Unix socket is for processes of this machine only")]
    TlsUnix,

    #[error("the server cannot be started: {0}")]
    Runtime(io::Error),
}

pub(crate) fn execute(args: &ServeArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    let tokens = match &args.token_file {
        Some(path) => tokens(path)?,
        None => Vec::new(),
    };
    let tls = tls(args)?;
    args.save.check()?;
    let (files, settings) = files(args, verbosity)?;
    let rooms = files.clone();
    let server = Server::builder(files.clone())
        .tokens(tokens)
        .limits(rpc_server::Limits {
            clients: args.max_clients,
            ..rpc_server::Limits::default()
        })
        .room(move || rpc_values::space(&rooms))
        .build();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeFailure::Runtime)?;
    runtime.block_on(serve(args, &server, tls))?;
    args.save.take(&files, &settings)?;
    Ok(ExitCode::SUCCESS)
}

/// What is served, and the settings that it is saved with.
fn files(args: &ServeArgs, verbosity: &Verbosity) -> Result<(MemFs, Settings), Failure> {
    let base = args.image.as_deref().map(content::open).transpose()?;
    let inherited = base.as_ref().map(|image| image.settings().clone());
    let mut settings = inherited.unwrap_or_default();
    if let Some(bytes) = args.max_fs_size {
        settings.limits.bytes = bytes;
    }
    if let Some(inodes) = args.max_files {
        settings.limits.inodes = inodes;
    }
    let content = content::collect(base.as_ref(), &args.mounts, &settings)?;
    if !verbosity.quiet {
        content.warnings.iter().for_each(|text| warning(text));
    }
    let image = Image::parse(content.image)?;
    Ok((MemFs::from_image(StrictClock::new(now), &image)?, settings))
}

fn tls(args: &ServeArgs) -> Result<Option<TlsAcceptor>, Failure> {
    let (Some(certificates), Some(key)) = (&args.tls_cert, &args.tls_key) else {
        return Ok(None);
    };
    if args.listen.starts_with("unix:") {
        return Err(ServeFailure::TlsUnix.into());
    }
    let acceptor = rpc_server::tls_acceptor(&input::read(certificates)?, &input::read(key)?);
    Ok(Some(acceptor.map_err(ServeFailure::Tls)?))
}

async fn serve(
    args: &ServeArgs,
    server: &Server<MemFs>,
    tls: Option<TlsAcceptor>,
) -> Result<(), Failure> {
    // Before anybody can know the address, and with it the process.
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeFailure::Runtime)?;
    let failed = |source| ServeFailure::Listen {
        address: args.listen.clone(),
        source,
    };
    let server = server.clone();
    let ending = server.clone();
    let task = match args.listen.strip_prefix("unix:") {
        Some(path) => {
            let listener = UnixListener::bind(path).map_err(failed)?;
            // For processes of the same user.
            fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
            announce(&args.listen)?;
            tokio::spawn(async move { server.serve_unix(listener).await })
        }
        None => {
            let listener = TcpListener::bind(&args.listen).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            check_exposure(address, args)?;
            announce(&address.to_string())?;
            tokio::spawn(async move { server.serve_tcp(listener, tls).await })
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        () = stdin_ended(args.until_stdin_ends) => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(ServeFailure::Runtime)?,
    }
    ending.end(PATIENCE).await;
    task.abort();
    if let Some(path) = args.listen.strip_prefix("unix:") {
        // Somebody else may have removed it.
        let _ = fs::remove_file(path);
    }
    Ok(())
}

/// Returns when standard input ends, if that is to be waited for.
async fn stdin_ended(is_awaited: bool) {
    if !is_awaited {
        return std::future::pending().await;
    }
    let (ended, end) = oneshot::channel();
    // A thread that the runtime does not wait for: a read cannot be given up.
    std::thread::spawn(move || {
        // Whatever comes of it, there is no more input, and perhaps nobody who waits.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    });
    // The thread sends.
    let _ = end.await;
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
    if is_exposed && args.tls_cert.is_none() {
        warning(&format!(
            "{address} is reachable from other machines and the bytes are not encrypted; give a \
             certificate with --tls-cert"
        ));
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

fn now() -> Timestamp {
    WallTime.now()
}
