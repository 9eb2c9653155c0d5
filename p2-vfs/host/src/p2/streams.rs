//! Files as streams of wasmtime-wasi.

use bytes::Bytes;
use fs_core::{Descriptor, Reader, Writer};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

use super::bindings::wasi::filesystem::types::ErrorCode;

/// A file that is read. It never waits.
pub(super) struct FileInput<D>(pub(super) Reader<D>);

/// A file that is written. It never waits.
pub(super) struct FileOutput<D>(pub(super) Writer<D>);

#[async_trait]
impl<D: Descriptor + Send + 'static> Pollable for FileInput<D> {
    async fn ready(&mut self) {}
}

#[async_trait]
impl<D: Descriptor + Send + 'static> Pollable for FileOutput<D> {
    async fn ready(&mut self) {}
}

#[async_trait]
impl<D: Descriptor + Send + 'static> InputStream for FileInput<D> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        Ok(self.0.read(size as u64).map_err(failed)?.into())
    }

    fn skip(&mut self, len: usize) -> StreamResult<usize> {
        Ok(self.0.skip(len as u64).map_err(failed)? as usize)
    }
}

#[async_trait]
impl<D: Descriptor + Send + 'static> OutputStream for FileOutput<D> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.0.write(&bytes).map_err(failed)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.0.check_write().map(drop).map_err(failed)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(self.0.check_write().map_err(failed)? as usize)
    }

    fn write_zeroes(&mut self, len: usize) -> StreamResult<()> {
        self.0.write_zeroes(len as u64).map_err(failed)
    }
}

fn failed(error: fs_core::StreamError) -> StreamError {
    match error {
        fs_core::StreamError::Closed => StreamError::Closed,
        fs_core::StreamError::Failed(code) => {
            StreamError::LastOperationFailed(ErrorCode::from(code).into())
        }
    }
}
