//! Where the output of a guest goes.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};

use preview1::{Errno, GuestMemory, Iovecs};

use crate::world::PATIENCE;

/// The most that is held of a transfer.
const BLOCK: usize = 1 << 16;

/// What a pipe takes without blocking once it is ready (`PIPE_BUF`).
const PIPE_BLOCK: usize = 4096;

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

    /// Writes what is behind the first `written` bytes and returns how many are out then: all, or
    /// fewer if for a while nobody took any.
    ///
    /// # Errors
    /// `PIPE` (nobody reads), `IO`, `NOMEM`.
    pub(crate) fn write(
        &mut self,
        memory: &impl GuestMemory,
        buffers: &Iovecs,
        mut written: u32,
    ) -> preview1::Result<u32> {
        let size = self.block_size();
        let mut block = Vec::new();
        while written < buffers.total() {
            let mut cursor = buffers.cursor();
            cursor.skip(written);
            let len = size.min((buffers.total() - written) as usize);
            block
                .try_reserve_exact(len.saturating_sub(block.len()))
                .map_err(|_| Errno::NOMEM)?;
            block.resize(len, 0);
            cursor.gather(memory, &mut block);
            match self.write_block(&block) {
                Ok(len) => written += len as u32,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(errno(&error)),
            }
        }
        Ok(written)
    }

    fn block_size(&self) -> usize {
        match self {
            Self::Nowhere | Self::Writer(_) => BLOCK,
            Self::Stdout => stream_block_size(io::stdout().as_fd()),
            Self::Stderr => stream_block_size(io::stderr().as_fd()),
        }
    }

    /// # Errors
    /// `WouldBlock`: not a byte was taken in a while.
    fn write_block(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Nowhere => Ok(bytes.len()),
            Self::Stdout => {
                wait_until_ready(io::stdout().as_fd())?;
                write_whole(io::stdout().lock(), bytes)
            }
            Self::Stderr => {
                wait_until_ready(io::stderr().as_fd())?;
                write_whole(io::stderr().lock(), bytes)
            }
            Self::Writer(writer) => write_some(writer, bytes).inspect_err(|error| {
                if error.kind() == io::ErrorKind::WouldBlock {
                    thread::sleep(PATIENCE);
                }
            }),
        }
    }
}

fn write_whole(mut writer: impl Write, bytes: &[u8]) -> io::Result<usize> {
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(bytes.len())
}

fn write_some(writer: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match writer.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(len) => return writer.flush().map(|()| len),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whatever may block is written in pieces that do not, once it is ready.
fn stream_block_size(stream: BorrowedFd<'_>) -> usize {
    match fstat(stream) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => BLOCK,
        Ok(_) | Err(_) => PIPE_BLOCK,
    }
}

fn wait_until_ready(stream: BorrowedFd<'_>) -> io::Result<()> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: i64::from(PATIENCE.subsec_nanos()),
    };
    let mut waits = [PollFd::new(&stream, PollFlags::OUT)];
    match poll(&mut waits, Some(&timeout)) {
        Ok(0) | Err(rustix::io::Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
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
