//! Appending, which `wasi:filesystem` does through streams only.

use fs_core::{ErrorCode, Result};

use crate::bindings::wasi::filesystem::types::{Descriptor, filesystem_error_code};
use crate::bindings::wasi::io::streams::{OutputStream, StreamError};

/// What `blocking-write-and-flush` takes at once.
const SMALL: usize = 4096;

/// An append under way.
pub(crate) struct Append(OutputStream);

impl Append {
    pub(crate) fn to(file: &Descriptor) -> Result<Self> {
        Ok(Self(file.append_via_stream()?))
    }

    /// Appends all of `bytes`, in one piece where the other side allows.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<()> {
        let written = match bytes.len() {
            0 => Ok(()),
            ..=SMALL => self.0.blocking_write_and_flush(bytes),
            _ => self.write_large(bytes),
        };
        written.map_err(|error| error_code(&error))
    }

    fn write_large(&self, bytes: &[u8]) -> core::result::Result<(), StreamError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let permit = self.0.check_write()?;
            if permit == 0 {
                self.0.subscribe().block();
                continue;
            }
            let permit = usize::try_from(permit).unwrap_or(usize::MAX);
            let (piece, later) = rest.split_at(permit.min(rest.len()));
            self.0.write(piece)?;
            rest = later;
        }
        self.0.blocking_flush()
    }
}

fn error_code(error: &StreamError) -> ErrorCode {
    match error {
        StreamError::LastOperationFailed(error) => {
            filesystem_error_code(error).map_or(ErrorCode::Io, ErrorCode::from)
        }
        StreamError::Closed => ErrorCode::Io,
    }
}
