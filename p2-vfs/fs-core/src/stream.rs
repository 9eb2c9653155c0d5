//! Positions in files that reading and writing move: the rules of `wasi:io/streams` on a file.
//!
//! Nothing is buffered: what was written is seen at once by every descriptor, and flushing has
//! nothing to do.

use crate::error_code::{ErrorCode, Result};
use crate::file_system::Descriptor;
use crate::types::WriteAt;

/// How much a writer may write before it asks again. More would be taken, too; a writer that goes
/// by this number crosses into the file system once for so many bytes.
pub const WRITE_PERMIT: u64 = 1 << 20;

/// The most that is written in one go.
const WRITE_AT_ONCE: u64 = 1 << 30;

/// Why a stream gave or took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// The operation failed; a writer takes no more after this.
    Failed(ErrorCode),
    /// The end of the file, or a writer that has failed before.
    Closed,
}

impl From<ErrorCode> for StreamError {
    fn from(code: ErrorCode) -> Self {
        Self::Failed(code)
    }
}

/// An `input-stream` on a file.
///
/// The end is not final: what is appended later can be read.
#[derive(Debug)]
pub struct Reader<D> {
    descriptor: D,
    offset: u64,
}

impl<D: Descriptor> Reader<D> {
    /// Reads from `offset`.
    ///
    /// # Errors
    /// Those of [`Descriptor::read_at`].
    pub fn new(descriptor: D, offset: u64) -> Result<Self> {
        descriptor.read_at(offset, 0, |_| {})?;
        Ok(Self { descriptor, offset })
    }

    /// The next `len` bytes; fewer at the end of the file, or beyond
    /// [`MAX_READ`](crate::MAX_READ).
    ///
    /// # Errors
    /// [`StreamError::Closed`] at the end, or the failure of [`Descriptor::read_to_vec`].
    pub fn read(&mut self, len: u64) -> core::result::Result<Vec<u8>, StreamError> {
        let bytes = self.descriptor.read_to_vec(self.offset, len)?;
        if bytes.is_empty() && len > 0 {
            return Err(StreamError::Closed);
        }
        self.offset += bytes.len() as u64;
        Ok(bytes)
    }

    /// Passes over the next `len` bytes, or those up to the end, and says how many.
    ///
    /// # Errors
    /// [`StreamError::Closed`] at the end, or the failure of [`Descriptor::stat`].
    pub fn skip(&mut self, len: u64) -> core::result::Result<u64, StreamError> {
        let size = self.descriptor.stat()?.size;
        let skipped = len.min(size.saturating_sub(self.offset));
        if skipped == 0 && len > 0 {
            return Err(StreamError::Closed);
        }
        self.offset += skipped;
        Ok(skipped)
    }
}

/// An `output-stream` on a file.
#[derive(Debug)]
pub struct Writer<D> {
    descriptor: D,
    at: WriteAt,
    has_failed: bool,
}

impl<D: Descriptor> Writer<D> {
    /// Writes at an offset and behind it, or always at the end.
    ///
    /// # Errors
    /// Those of [`Descriptor::write_at`].
    pub fn new(descriptor: D, at: WriteAt) -> Result<Self> {
        descriptor.write_at(at, 0, |_| {})?;
        Ok(Self {
            descriptor,
            at,
            has_failed: false,
        })
    }

    /// How many bytes may be written now; never 0.
    ///
    /// # Errors
    /// [`StreamError::Closed`] after a failure.
    pub fn check_write(&self) -> core::result::Result<u64, StreamError> {
        match self.has_failed {
            false => Ok(WRITE_PERMIT),
            true => Err(StreamError::Closed),
        }
    }

    /// Writes all of `bytes`, however many.
    ///
    /// # Errors
    /// [`StreamError::Closed`] after a failure, or that of [`Descriptor::write_at`]; when space
    /// ran out, what there was room for has been written.
    pub fn write(&mut self, bytes: &[u8]) -> core::result::Result<(), StreamError> {
        let mut rest = bytes;
        self.write_with(bytes.len() as u64, |piece| {
            let (now, later) = rest.split_at(piece.len());
            piece.copy_from_slice(now);
            rest = later;
        })
    }

    /// Writes `len` zeros.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn write_zeroes(&mut self, len: u64) -> core::result::Result<(), StreamError> {
        self.write_with(len, |piece| piece.fill(0))
    }

    fn write_with(
        &mut self,
        len: u64,
        mut source: impl FnMut(&mut [u8]),
    ) -> core::result::Result<(), StreamError> {
        self.check_write()?;
        let mut rest = len;
        while rest > 0 {
            let piece = rest.min(WRITE_AT_ONCE) as usize;
            let written = self
                .descriptor
                .write_at(self.at, piece, &mut source)
                .inspect_err(|_| self.has_failed = true)?;
            if let WriteAt::Offset(offset) = &mut self.at {
                *offset = written.end;
            }
            rest -= written.len as u64;
        }
        Ok(())
    }
}
