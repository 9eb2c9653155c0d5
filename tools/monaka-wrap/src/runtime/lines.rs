//! The output of programs that run side by side.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// The longest line that is held until it is whole.
const LONGEST: usize = 1 << 16;

/// A stream of this process.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Lines, each printed as a whole behind the name of its program. `clone` shares the last one.
#[derive(Clone)]
pub(super) struct Lines(Arc<Mutex<Printer>>);

struct Printer {
    name: String,
    stream: Stream,
    /// What there is of the present line.
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn new(name: &str, stream: Stream) -> Self {
        Self(Arc::new(Mutex::new(Printer {
            name: name.to_owned(),
            stream,
            line: Vec::new(),
        })))
    }

    fn take(&self, bytes: &[u8]) -> io::Result<()> {
        let mut printer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        printer.take(bytes)
    }
}

impl Printer {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match piece.split_last() {
                Some((b'\n', rest)) => {
                    self.line.extend_from_slice(rest);
                    self.print()?;
                }
                Some(_) | None => self.line.extend_from_slice(piece),
            }
            if self.line.len() > LONGEST {
                self.print()?;
            }
        }
        Ok(())
    }

    fn print(&mut self) -> io::Result<()> {
        let text = [self.name.as_bytes(), b" | ", &self.line, b"\n"].concat();
        self.line.clear();
        match self.stream {
            Stream::Stdout => io::stdout().write_all(&text),
            Stream::Stderr => io::stderr().write_all(&text),
        }
    }
}

/// What does not end with a line's end is printed when the program is gone.
impl Drop for Printer {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            // Nobody is left to tell.
            drop(self.print());
        }
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.take(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for Lines {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Lines {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = self.take(&bytes);
        written.map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST)
    }
}
