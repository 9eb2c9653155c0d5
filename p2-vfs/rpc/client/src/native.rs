//! Connections of the operating system.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rpc_protocol::Nonce;

use crate::link::{Connector, Link, LinkError, Moment};

/// A server at a host and port.
#[derive(Clone, Debug)]
pub struct Tcp {
    /// Such as `127.0.0.1:7070`.
    pub address: String,
}

/// A server at a socket in the file system.
#[derive(Clone, Debug)]
pub struct Unix {
    /// Where.
    pub path: PathBuf,
}

/// A stream that can be told how long to wait.
trait Timed: Read + Write {
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
    fn new(stream: S) -> Self {
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
        Ok(())
    }

    fn receive(
        &mut self,
        buffer: &mut Vec<u8>,
        max: usize,
        until: Moment,
    ) -> Result<(), LinkError> {
        let start = buffer.len();
        buffer.resize(start + max, 0);
        let received = loop {
            let waited = wait_until(self, until);
            match waited.and_then(|()| self.stream.read(&mut buffer[start..]).map_err(broken)) {
                Ok(0) => break Err(LinkError::Broken("the server closed the connection".into())),
                received => break received,
            }
        };
        buffer.truncate(start + *received.as_ref().unwrap_or(&0));
        received.map(drop)
    }
}

fn broken(error: io::Error) -> LinkError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => LinkError::Timeout,
        io::ErrorKind::PermissionDenied => LinkError::Forbidden(error.to_string()),
        _ => LinkError::Broken(error.to_string()),
    }
}

/// Nanoseconds since the first call.
fn now() -> Moment {
    static START: OnceLock<Instant> = OnceLock::new();
    Moment(START.get_or_init(Instant::now).elapsed().as_nanos() as u64)
}

fn nonce() -> Result<Nonce, LinkError> {
    let mut bytes = [0; rpc_protocol::NONCE_LEN];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(broken)?;
    Ok(Nonce(bytes))
}

impl Connector for Tcp {
    type Link = Stream<TcpStream>;

    fn connect(&self, until: Moment) -> Result<Self::Link, LinkError> {
        let mut last = LinkError::Broken("the name has no address".to_owned());
        for address in self.address.to_socket_addrs().map_err(broken)? {
            let time = until.since(now());
            if time.is_zero() {
                return Err(LinkError::Timeout);
            }
            match TcpStream::connect_timeout(&address, time) {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(broken)?;
                    return Ok(Stream::new(stream));
                }
                Err(error) => last = broken(error),
            }
        }
        Err(last)
    }

    fn now(&self) -> Moment {
        now()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn nonce(&self) -> Result<Nonce, LinkError> {
        nonce()
    }
}

#[cfg(unix)]
impl Connector for Unix {
    type Link = Stream<std::os::unix::net::UnixStream>;

    fn connect(&self, _until: Moment) -> Result<Self::Link, LinkError> {
        let stream = std::os::unix::net::UnixStream::connect(&self.path).map_err(broken)?;
        Ok(Stream::new(stream))
    }

    fn now(&self) -> Moment {
        now()
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn nonce(&self) -> Result<Nonce, LinkError> {
        nonce()
    }
}
