//! Where the output of a guest goes.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use preview1::{Errno, GuestMemory, Iovecs};

/// The most that is held of a transfer.
const BLOCK: usize = 1 << 16;

/// Standard output or standard error of a guest.
pub(crate) enum Sink {
    Nowhere,
    Stdout,
    Stderr,
    Writer(Box<dyn Write + Send>),
}

impl Sink {
    pub(crate) fn is_terminal(&self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::Nowhere | Self::Writer(_) => false,
        }
    }

    /// Writes all of it and returns when it is out.
    ///
    /// # Errors
    /// `PIPE` (nobody reads), `IO`, `NOMEM`.
    pub(crate) fn write(
        &mut self,
        memory: &impl GuestMemory,
        buffers: &Iovecs,
    ) -> preview1::Result<u32> {
        let mut rest = buffers.total() as usize;
        let mut block = Vec::new();
        block
            .try_reserve_exact(rest.min(BLOCK))
            .map_err(|_| Errno::NOMEM)?;
        let mut cursor = buffers.cursor();
        while rest > 0 {
            block.resize(rest.min(BLOCK), 0);
            cursor.gather(memory, &mut block);
            self.write_bytes(&block).map_err(|error| errno(&error))?;
            rest -= block.len();
        }
        Ok(buffers.total())
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        fn whole(mut writer: impl Write, bytes: &[u8]) -> io::Result<()> {
            writer.write_all(bytes)?;
            writer.flush()
        }
        match self {
            Self::Nowhere => Ok(()),
            Self::Stdout => whole(io::stdout().lock(), bytes),
            Self::Stderr => whole(io::stderr().lock(), bytes),
            Self::Writer(writer) => whole(writer, bytes),
        }
    }
}

/// Why a stream failed.
fn errno(error: &io::Error) -> Errno {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Errno::PIPE,
        io::ErrorKind::StorageFull => Errno::NOSPC,
        _ => Errno::IO,
    }
}

/// Output that is kept, up to a limit. `clone` shares it.
#[derive(Clone, Debug)]
pub struct OutputBuffer {
    kept: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl OutputBuffer {
    /// Keeps up to `limit` bytes; what is written beyond fails with `NOSPC`.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            kept: Arc::default(),
            limit,
        }
    }

    /// What was written so far.
    #[must_use]
    pub fn contents(&self) -> Vec<u8> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

impl Write for OutputBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let len = bytes.len().min(self.limit - kept.len());
        if len == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        kept.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
