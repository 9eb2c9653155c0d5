//! Why the tool failed: one line that says what is wrong and what to do.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use fs_core::ErrorCode;
use fs_core::image::ImageError;
use thiserror::Error;

use crate::attach::AttachFailure;
use crate::commands::mount::MountFailure;
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

    #[error("--mount {}: with it, the files to embed take more than {}; embed less, or leave out what is not used", path.display(), size::display(*limit))]
    TooMuch { path: PathBuf, limit: u64 },

    #[error(
        "SOURCE_DATE_EPOCH is {0:?}, not a number of seconds since 1970; unset it or use --mtime"
    )]
    Epoch(OsString),

    #[error("{}: has no files in it: neither a saved image nor a wrapped artifact", path.display())]
    NoImage { path: PathBuf },

    #[error("{}: {source}; make it again", path.display())]
    DamagedImage { path: PathBuf, source: ImageError },

    #[error("{path}: {}", words(*code))]
    Guest { path: String, code: ErrorCode },

    #[error("{}: exists; replace it with --force, or choose another place", path.display())]
    Exists { path: PathBuf },

    #[error("{}: cannot be written: {source}", path.display())]
    Export { path: PathBuf, source: io::Error },

    #[error("{path}: {}, mostly holes, are too much to copy; let the program cut it", size::display(*size))]
    Sparse { path: String, size: u64 },

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

    #[error(transparent)]
    Attach(#[from] AttachFailure),

    #[error(transparent)]
    MountAt(#[from] MountFailure),

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
            | Self::TooMuch { .. }
            | Self::Epoch(_)
            | Self::NoImage { .. }
            | Self::DamagedImage { .. }
            | Self::Guest { .. }
            | Self::Exists { .. }
            | Self::Export { .. }
            | Self::Sparse { .. }
            | Self::WorkingDirectory { .. }
            | Self::Image(_)
            | Self::Start(_)
            | Self::Memory(_)
            | Self::Serve(_)
            | Self::Attach(_)
            | Self::MountAt(_)
            | Self::Print(_) => 125,
        }
    }
}

/// What a look into files meets, in words.
fn words(code: ErrorCode) -> String {
    match code {
        ErrorCode::NoEntry => "no such file; see fs ls".to_owned(),
        ErrorCode::NotDirectory => "a part of the path is no directory".to_owned(),
        ErrorCode::IsDirectory => "a directory; name a file, or take it out with fs get".to_owned(),
        ErrorCode::Loop => "too many symbolic links".to_owned(),
        ErrorCode::NotPermitted => "a link there leads out of the file system".to_owned(),
        ErrorCode::Invalid => "not a path of the guest; it must not contain ..".to_owned(),
        ErrorCode::ReadOnly => "part of a read-only mount; mount it without ,ro".to_owned(),
        ErrorCode::Exist => "exists".to_owned(),
        ErrorCode::NotEmpty => "a directory with something in it; remove it with -r".to_owned(),
        ErrorCode::InsufficientSpace => "no room is left at the server".to_owned(),
        ErrorCode::Quota => "the token's quota is used up".to_owned(),
        ErrorCode::Io => "damaged, or the server does not answer".to_owned(),
        other => format!("{other:?}"),
    }
}

/// An error and its causes in one line.
fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
