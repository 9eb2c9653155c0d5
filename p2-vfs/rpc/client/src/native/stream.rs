//! A socket with a time to wait.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::now;
use crate::link::{Link, LinkError, Moment};

/// A stream that can be told how long to wait.
pub(super) trait Timed: Read + Write {
    fn set_timeouts(&self, time: Duration) -> io::Result<()>;
}

impl Timed for TcpStream {
    fn set_timeouts(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))?;
        self.set_write_timeout(Some(time))
    }
}

#[cfg(unix)]
impl Timed for std::os::unix::net::UnixStream {
    fn set_timeouts(&self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))?;
        self.set_write_timeout(Some(time))
    }
}

/// A connection of the operating system.
#[derive(Debug)]
pub struct Stream<S> {
    stream: S,
    /// The time-out that is set. One that is nearly right is left: setting it is a system call.
    patience: Option<Duration>,
}

impl<S> Stream<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            patience: None,
        }
    }
}

/// Sees to it that no call waits much longer than until `until`.
fn wait_until<S: Timed>(stream: &mut Stream<S>, until: Moment) -> Result<(), LinkError> {
    let time = until.since(now());
    if time.is_zero() {
        return Err(LinkError::Timeout);
    }
    let is_near = |patience: Duration| time.abs_diff(patience) <= time / 8;
    if !stream.patience.is_some_and(is_near) {
        stream.stream.set_timeouts(time).map_err(broken)?;
        stream.patience = Some(time);
    }
    Ok(())
}

impl<S: Timed> Link for Stream<S> {
    fn send(&mut self, mut bytes: &[u8], until: Moment) -> Result<(), LinkError> {
        while !bytes.is_empty() {
            wait_until(self, until)?;
            match self.stream.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
        }
        // Of a socket nothing, of what encrypts the last record.
        self.stream.flush().map_err(broken)
    }

    fn receive(&mut self, buffer: &mut [u8], until: Moment) -> Result<usize, LinkError> {
        loop {
            wait_until(self, until)?;
            match self.stream.read(buffer) {
                Ok(0) => {
                    let closed = "the server closed the connection";
                    return Err(LinkError::Broken(closed.to_owned()));
                }
                Ok(received) => return Ok(received),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }
}

pub(super) fn broken(error: io::Error) -> LinkError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => LinkError::Timeout,
        io::ErrorKind::PermissionDenied => LinkError::Forbidden(error.to_string()),
        _ => LinkError::Broken(error.to_string()),
    }
}
