//! `output-stream`: to a file, or one of the host's handed on; and the interface of both streams.

use core::cell::RefCell;

use fs_core::{Descriptor, Writer};

use crate::bindings::exports::wasi::io::streams::{
    self, GuestInputStream, GuestOutputStream, InputStreamBorrow, StreamError,
};
use crate::bindings::wasi::io::poll::Pollable;
use crate::bindings::wasi::io::streams::OutputStream;
use crate::input::{Input, ready};
use crate::{Backend, Vfs};

/// Where the bytes of a stream go.
pub enum Output<D> {
    File(RefCell<Writer<D>>),
    Host(OutputStream),
}

type Result<T = ()> = core::result::Result<T, StreamError>;

impl<B: Backend> streams::Guest for Vfs<B> {
    type InputStream = Input<B::Descriptor>;
    type OutputStream = Output<B::Descriptor>;
}

impl<D: Descriptor + 'static> GuestOutputStream for Output<D> {
    fn check_write(&self) -> Result<u64> {
        match self {
            Self::File(writer) => Ok(writer.borrow().check_write()?),
            Self::Host(stream) => Ok(stream.check_write()?),
        }
    }

    fn write(&self, contents: Vec<u8>) -> Result {
        self.write_bytes(&contents)
    }

    fn blocking_write_and_flush(&self, contents: Vec<u8>) -> Result {
        match self {
            Self::File(_) => self.write_bytes(&contents),
            Self::Host(stream) => Ok(stream.blocking_write_and_flush(&contents)?),
        }
    }

    fn flush(&self) -> Result {
        match self {
            Self::File(_) => self.check_write().map(drop),
            Self::Host(stream) => Ok(stream.flush()?),
        }
    }

    fn blocking_flush(&self) -> Result {
        match self {
            Self::File(_) => self.check_write().map(drop),
            Self::Host(stream) => Ok(stream.blocking_flush()?),
        }
    }

    fn subscribe(&self) -> Pollable {
        match self {
            Self::File(_) => ready(),
            Self::Host(stream) => stream.subscribe(),
        }
    }

    fn write_zeroes(&self, len: u64) -> Result {
        match self {
            Self::File(writer) => Ok(writer.borrow_mut().write_zeroes(len)?),
            Self::Host(stream) => Ok(stream.write_zeroes(len)?),
        }
    }

    fn blocking_write_zeroes_and_flush(&self, len: u64) -> Result {
        match self {
            Self::File(_) => self.write_zeroes(len),
            Self::Host(stream) => Ok(stream.blocking_write_zeroes_and_flush(len)?),
        }
    }

    fn splice(&self, source: InputStreamBorrow<'_>, len: u64) -> Result<u64> {
        match (self, source.get::<Input<D>>()) {
            (Self::Host(to), Input::Host(from)) => Ok(to.splice(from, len)?),
            (_, from) => self.write_all(from.read(len.min(self.check_write()?))?),
        }
    }

    fn blocking_splice(&self, source: InputStreamBorrow<'_>, len: u64) -> Result<u64> {
        match (self, source.get::<Input<D>>()) {
            (Self::Host(to), Input::Host(from)) => Ok(to.blocking_splice(from, len)?),
            (_, from) => self.write_all(from.blocking_read(len.min(self.permit()?))?),
        }
    }
}

impl<D: Descriptor + 'static> Output<D> {
    fn write_bytes(&self, bytes: &[u8]) -> Result {
        match self {
            Self::File(writer) => Ok(writer.borrow_mut().write(bytes)?),
            Self::Host(stream) => Ok(stream.write(bytes)?),
        }
    }

    fn write_all(&self, bytes: Vec<u8>) -> Result<u64> {
        self.write_bytes(&bytes)?;
        Ok(bytes.len() as u64)
    }

    /// How many bytes may be written, once it is one or more.
    fn permit(&self) -> Result<u64> {
        loop {
            match self.check_write()? {
                0 => self.subscribe().block(),
                permit => return Ok(permit),
            }
        }
    }
}
