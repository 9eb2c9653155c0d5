//! Connections of the operating system.

mod address;
mod stream;
mod tls;

use std::fs::File;
use std::io::Read;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rpc_protocol::Nonce;

use crate::link::{Connector, Link, LinkError, Moment};

pub use address::Address;
pub use stream::Stream;
pub use tls::{Tls, TlsError};

use stream::broken;

/// A server at a host and port.
#[derive(Clone, Debug)]
pub struct Tcp {
    /// Such as `127.0.0.1:7070`.
    pub address: String,
}

/// A server at a socket in the file system.
#[cfg(unix)]
#[derive(Clone, Debug)]
pub struct Unix {
    /// Where.
    pub path: PathBuf,
}

/// Connects and has every write sent at once.
fn connect(address: &str, until: Moment) -> Result<TcpStream, LinkError> {
    let mut last = LinkError::Broken("the name has no address".to_owned());
    for address in address.to_socket_addrs().map_err(broken)? {
        let time = until.since(now());
        if time.is_zero() {
            return Err(LinkError::Timeout);
        }
        match TcpStream::connect_timeout(&address, time) {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(broken)?;
                return Ok(stream);
            }
            Err(error) => last = broken(error),
        }
    }
    Err(last)
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

/// What all connectors of the operating system have in common.
macro_rules! connector {
    ($name:ty, $link:ty, $connect:expr) => {
        impl Connector for $name {
            type Link = $link;

            fn connect(&self, until: Moment) -> Result<Self::Link, LinkError> {
                let connect: fn(&Self, Moment) -> Result<Self::Link, LinkError> = $connect;
                connect(self, until)
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
    };
}

connector!(Tcp, Stream<TcpStream>, |tcp, until| {
    connect(&tcp.address, until).map(Stream::new)
});

#[cfg(unix)]
connector!(
    Unix,
    Stream<std::os::unix::net::UnixStream>,
    |unix, _until| {
        let stream = std::os::unix::net::UnixStream::connect(&unix.path).map_err(broken)?;
        Ok(Stream::new(stream))
    }
);

connector!(Tls, tls::TlsLink, Tls::connect_until);

connector!(
    Address,
    Box<dyn Link + Send>,
    |address, until| match address {
        Address::Tcp(tcp) => Ok(Box::new(tcp.connect(until)?)),
        #[cfg(unix)]
        Address::Unix(unix) => Ok(Box::new(unix.connect(until)?)),
        Address::Tls(tls) => Ok(Box::new(tls.connect(until)?)),
    }
);
