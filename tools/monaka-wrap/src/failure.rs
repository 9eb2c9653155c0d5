//! Why the tool failed: one line that says what is wrong and what to do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use fs_core::image::ImageError;
use thiserror::Error;

use crate::commands::serve::ServeFailure;
use crate::size;

/// Ends the process with one line and an exit status.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("{}: cannot be read: {source}; check the path and its permissions", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("{}: {source}", path.display())]
    Wrap { path: PathBuf, source: wrap::Error },

    #[error("{}: cannot be written: {source}; choose another place with -o", path.display())]
    Write { path: PathBuf, source: io::Error },

    #[error("{}: would be overwritten by its own result; choose another place with -o", path.display())]
    SameFile { path: PathBuf },

    #[error("standard input has no name to derive one from; say where the result goes with -o")]
    NoOutput,

    #[error("{option} is for {place} only; leave it out")]
    Unfit {
        option: &'static str,
        place: &'static str,
    },

    #[error("--mount {}: {reason}", path.display())]
    Mount { path: PathBuf, reason: String },

    #[error("--cwd {directory}: {reason}")]
    WorkingDirectory {
        directory: String,
        reason: &'static str,
    },

    #[error("the embedded files: {0}; embed less, or allow more with --max-files")]
    Image(#[from] ImageError),

    #[error("the program could not be started: {}", one_line(.0))]
    Start(wasmtime::Error),

    #[error("the program trapped: {0}")]
    Trap(String),

    #[error("the program was stopped after {} s; give it more time with --timeout", .0.as_secs_f64())]
    Timeout(Duration),

    #[error("the program needs more than {} of memory; allow more with --max-memory", size::display(*.0))]
    Memory(u64),

    #[error(transparent)]
    Serve(#[from] ServeFailure),

    #[error("standard output: {0}")]
    Print(io::Error),
}

impl Failure {
    /// 124 for a timeout, 134 for a trap as after `abort`, else 125.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Timeout(_) => 124,
            Self::Trap(_) => 134,
            Self::Read { .. }
            | Self::Wrap { .. }
            | Self::Write { .. }
            | Self::SameFile { .. }
            | Self::NoOutput
            | Self::Unfit { .. }
            | Self::Mount { .. }
            | Self::WorkingDirectory { .. }
            | Self::Image(_)
            | Self::Start(_)
            | Self::Memory(_)
            | Self::Serve(_)
            | Self::Print(_) => 125,
        }
    }
}

/// An error and its causes in one line.
fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
