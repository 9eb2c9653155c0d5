//! `input-stream`: of a file, or one of the host's handed on.

use core::cell::RefCell;

use fs_core::{Descriptor, Reader};

use crate::bindings::exports::wasi::io::streams::{GuestInputStream, StreamError};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::io::poll::Pollable;
use crate::bindings::wasi::io::streams::InputStream;

/// Where the bytes of a stream come from.
pub enum Input<D> {
    File(RefCell<Reader<D>>),
    Host(InputStream),
}

type Result<T> = core::result::Result<T, StreamError>;

impl<D: Descriptor + 'static> GuestInputStream for Input<D> {
    fn read(&self, len: u64) -> Result<Vec<u8>> {
        match self {
            Self::File(reader) => Ok(reader.borrow_mut().read(len)?),
            Self::Host(stream) => Ok(stream.read(len)?),
        }
    }

    fn blocking_read(&self, len: u64) -> Result<Vec<u8>> {
        match self {
            Self::File(_) => self.read(len),
            Self::Host(stream) => Ok(stream.blocking_read(len)?),
        }
    }

    fn skip(&self, len: u64) -> Result<u64> {
        match self {
            Self::File(reader) => Ok(reader.borrow_mut().skip(len)?),
            Self::Host(stream) => Ok(stream.skip(len)?),
        }
    }

    fn blocking_skip(&self, len: u64) -> Result<u64> {
        match self {
            Self::File(_) => self.skip(len),
            Self::Host(stream) => Ok(stream.blocking_skip(len)?),
        }
    }

    fn subscribe(&self) -> Pollable {
        match self {
            Self::File(_) => ready(),
            Self::Host(stream) => stream.subscribe(),
        }
    }
}

/// A pollable for what never waits.
pub(crate) fn ready() -> Pollable {
    let pollable = monotonic_clock::subscribe_duration(0);
    // wasmtime's says no to the first question.
    pollable.ready();
    pollable
}
