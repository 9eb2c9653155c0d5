//! `monaka-wrap mount --connect ADDR DIRECTORY`.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rpc_gateway::Mounted;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::Verbosity;
use crate::attach::{AttachFailure, ConnectArgs};
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct MountFsArgs {
    #[command(flatten)]
    server: ConnectArgs,

    /// The directory of the host where the files appear, until it is unmounted or this is
    /// interrupted.
    directory: PathBuf,
}

/// Why files are not mounted.
#[derive(Debug, Error)]
pub(crate) enum MountFailure {
    #[error("{}: cannot be mounted at: {source}; is it a directory, and may you use /dev/fuse?", directory.display())]
    Mount {
        directory: PathBuf,
        source: io::Error,
    },

    #[error("{}: cannot be unmounted: {source}; end what uses it, and unmount it with umount", directory.display())]
    Unmount {
        directory: PathBuf,
        source: io::Error,
    },

    #[error("signals cannot be waited for: {0}")]
    Signals(io::Error),
}

pub(crate) fn execute(args: &MountFsArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    let files = args.server.attach()?.ok_or(AttachFailure::Nowhere)?;
    let rooms = files.clone();
    let room = Arc::new(move || {
        let space = rooms.space()?;
        Ok([
            space.bytes,
            space.used_bytes,
            space.inodes,
            space.used_inodes,
        ])
    });
    let mounted = rpc_gateway::mount(&files, room, &args.directory);
    let mounted = mounted.map_err(|source| MountFailure::Mount {
        directory: args.directory.clone(),
        source,
    })?;
    if !verbosity.quiet {
        println!("{}", args.directory.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(MountFailure::Signals)?;
    let unmounted = runtime.block_on(until_the_end(mounted));
    unmounted.map_err(|source| MountFailure::Unmount {
        directory: args.directory.clone(),
        source,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Serves until somebody has unmounted it, or a signal has this process do so.
async fn until_the_end(mounted: Mounted) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let (unmounter, serve) = mounted.split();
    let mut served = tokio::task::spawn_blocking(serve);
    tokio::select! {
        served = &mut served => return served?,
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    unmounter.unmount()?;
    served.await?
}
