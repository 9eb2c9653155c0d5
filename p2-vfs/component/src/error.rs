//! `wasi:io/error`: why a stream failed.

use crate::bindings::exports::wasi::filesystem::types::ErrorCode;
use crate::bindings::exports::wasi::io::error::{self, Error};
use crate::bindings::exports::wasi::io::streams::StreamError;
use crate::bindings::wasi::io::error as host;
use crate::bindings::wasi::io::streams as host_streams;
use crate::{Backend, Vfs};

/// A failure of a file, or one of the host's streams.
pub enum Failure {
    File(ErrorCode),
    Host(host::Error),
}

impl<B: Backend> error::Guest for Vfs<B> {
    type Error = Failure;
}

impl error::GuestError for Failure {
    fn to_debug_string(&self) -> String {
        match self {
            Self::File(code) => [code.name(), ": ", code.message()].concat(),
            Self::Host(error) => error.to_debug_string(),
        }
    }
}

impl From<fs_core::StreamError> for StreamError {
    fn from(error: fs_core::StreamError) -> Self {
        match error {
            fs_core::StreamError::Failed(code) => {
                Self::LastOperationFailed(Error::new(Failure::File(code.into())))
            }
            fs_core::StreamError::Closed => Self::Closed,
        }
    }
}

impl From<host_streams::StreamError> for StreamError {
    fn from(error: host_streams::StreamError) -> Self {
        match error {
            host_streams::StreamError::LastOperationFailed(error) => {
                Self::LastOperationFailed(Error::new(Failure::Host(error)))
            }
            host_streams::StreamError::Closed => Self::Closed,
        }
    }
}
