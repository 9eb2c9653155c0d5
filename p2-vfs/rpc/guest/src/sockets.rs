//! Connections of `wasi:sockets`.
//!
//! There is no way to have small writes sent at once, so a frame is one write as far as the host
//! takes it.

use std::time::Duration;

use rpc_client::{Connector, Link, LinkError, Moment};
use rpc_protocol::{NONCE_LEN, Nonce};
use vfs_component::bindings::wasi::clocks::monotonic_clock;
use vfs_component::bindings::wasi::io::poll::{Pollable, poll};
use vfs_component::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use vfs_component::bindings::wasi::random::random;
use vfs_component::bindings::wasi::sockets::instance_network::instance_network;
use vfs_component::bindings::wasi::sockets::ip_name_lookup::resolve_addresses;
use vfs_component::bindings::wasi::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
    Network,
};
use vfs_component::bindings::wasi::sockets::tcp::TcpSocket;
use vfs_component::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;

/// After this time without a word the host asks whether the server is still there.
const IDLE: Duration = Duration::from_secs(10);

/// A server at `HOST:PORT`.
pub(crate) struct Sockets {
    address: String,
}

impl Sockets {
    pub(crate) fn new(address: String) -> Self {
        Self { address }
    }

    /// The addresses of the server.
    fn addresses(
        &self,
        network: &Network,
        until: Moment,
    ) -> Result<Vec<IpSocketAddress>, LinkError> {
        if let Ok(address) = self.address.parse::<std::net::SocketAddr>() {
            return Ok(vec![with_port(ip_address(address.ip()), address.port())]);
        }
        let unusable = || LinkError::Broken(format!("{}: not HOST:PORT", self.address));
        let (host, port) = self.address.rsplit_once(':').ok_or_else(unusable)?;
        let port = port.parse().map_err(|_| unusable())?;
        let names = resolve_addresses(network, host).map_err(broken)?;
        let ready = names.subscribe();
        let mut found = Vec::new();
        loop {
            match names.resolve_next_address() {
                Ok(Some(address)) => found.push(with_port(address, port)),
                Ok(None) => return Ok(found),
                Err(ErrorCode::WouldBlock) => wait(&ready, until)?,
                Err(error) => return Err(broken(error)),
            }
        }
    }
}

fn ip_address(address: std::net::IpAddr) -> IpAddress {
    match address {
        std::net::IpAddr::V4(address) => IpAddress::Ipv4(address.octets().into()),
        std::net::IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h] = address.segments();
            IpAddress::Ipv6((a, b, c, d, e, f, g, h))
        }
    }
}

fn with_port(address: IpAddress, port: u16) -> IpSocketAddress {
    match address {
        IpAddress::Ipv4(address) => IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address }),
        IpAddress::Ipv6(address) => IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port,
            flow_info: 0,
            address,
            scope_id: 0,
        }),
    }
}

/// A connection. What comes from the socket goes before it.
pub(crate) struct Connection {
    readable: Pollable,
    writable: Pollable,
    input: InputStream,
    output: OutputStream,
    /// Ends the longest wait that was asked for lately, and when: making one is a call of the host.
    timer: Option<(Pollable, Moment)>,
    _socket: TcpSocket,
}

impl Connection {
    fn open(network: &Network, address: IpSocketAddress, until: Moment) -> Result<Self, LinkError> {
        let family = match address {
            IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
            IpSocketAddress::Ipv6(_) => IpAddressFamily::Ipv6,
        };
        let socket = create_tcp_socket(family).map_err(broken)?;
        socket.start_connect(network, address).map_err(broken)?;
        let connected = socket.subscribe();
        let (input, output) = loop {
            match socket.finish_connect() {
                Ok(streams) => break streams,
                Err(ErrorCode::WouldBlock) => wait(&connected, until)?,
                Err(error) => return Err(broken(error)),
            }
        };
        drop(connected);
        // A host that does not do this does without.
        let _ = socket.set_keep_alive_enabled(true);
        let _ = socket.set_keep_alive_idle_time(IDLE.as_nanos() as u64);
        Ok(Self {
            readable: input.subscribe(),
            writable: output.subscribe(),
            input,
            output,
            timer: None,
            _socket: socket,
        })
    }

    /// Waits for a part of the connection, but not much longer than until `until`.
    fn wait(&mut self, which: fn(&Self) -> &Pollable, until: Moment) -> Result<(), LinkError> {
        let now = now();
        let left = until.since(now);
        if left.is_zero() {
            return Err(LinkError::Timeout);
        }
        let is_near = |end: Moment| end.since(now) > left * 3 / 4 && end <= until;
        if !self.timer.as_ref().is_some_and(|(_, end)| is_near(*end)) {
            let timer = monotonic_clock::subscribe_duration(left.as_nanos() as u64);
            self.timer = Some((timer, until));
        }
        let Some((timer, _)) = &self.timer else {
            return Err(LinkError::Timeout);
        };
        match poll(&[which(self), timer]).first() {
            Some(0) => Ok(()),
            Some(_) | None => {
                self.timer = None;
                Err(LinkError::Timeout)
            }
        }
    }
}

impl Link for Connection {
    fn send(&mut self, mut bytes: &[u8], until: Moment) -> Result<(), LinkError> {
        while !bytes.is_empty() {
            let room = self.output.check_write().map_err(closed)? as usize;
            if room == 0 {
                self.wait(|connection| &connection.writable, until)?;
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.output.write(now).map_err(closed)?;
            bytes = later;
        }
        self.output.flush().map_err(closed)
    }

    fn receive(&mut self, buffer: &mut [u8], until: Moment) -> Result<usize, LinkError> {
        loop {
            self.wait(|connection| &connection.readable, until)?;
            let bytes = self.input.read(buffer.len() as u64).map_err(closed)?;
            if !bytes.is_empty() {
                buffer[..bytes.len()].copy_from_slice(&bytes);
                return Ok(bytes.len());
            }
        }
    }
}

impl Connector for Sockets {
    type Link = Connection;

    fn connect(&self, until: Moment) -> Result<Connection, LinkError> {
        let network = instance_network();
        let mut last = LinkError::Broken(format!("{}: has no address", self.address));
        for address in self.addresses(&network, until)? {
            match Connection::open(&network, address, until) {
                Ok(connection) => return Ok(connection),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn now(&self) -> Moment {
        now()
    }

    fn pause(&self, time: Duration) {
        monotonic_clock::subscribe_duration(time.as_nanos() as u64).block();
    }

    fn nonce(&self) -> Result<Nonce, LinkError> {
        let bytes = random::get_random_bytes(NONCE_LEN as u64).try_into();
        let bytes = bytes.map_err(|_| LinkError::Broken("no random bytes".to_owned()))?;
        Ok(Nonce(bytes))
    }
}

fn now() -> Moment {
    Moment(monotonic_clock::now())
}

fn wait(ready: &Pollable, until: Moment) -> Result<(), LinkError> {
    let left = until.since(now());
    let timer = monotonic_clock::subscribe_duration(left.as_nanos() as u64);
    match poll(&[ready, &timer]).first() {
        Some(0) => Ok(()),
        Some(_) | None => Err(LinkError::Timeout),
    }
}

fn broken(error: ErrorCode) -> LinkError {
    match error {
        ErrorCode::AccessDenied => LinkError::Forbidden(
            "the host allows no network; with wasmtime run, say -S inherit-network=y".to_owned(),
        ),
        ErrorCode::ConnectionRefused => {
            LinkError::Broken("nobody serves there; start monaka-wrap serve".to_owned())
        }
        ErrorCode::NameUnresolvable | ErrorCode::PermanentResolverFailure => LinkError::Broken(
            "the name has no address; with wasmtime run, say -S allow-ip-name-lookup=y".to_owned(),
        ),
        error => LinkError::Broken(error.to_string()),
    }
}

fn closed(error: StreamError) -> LinkError {
    match error {
        StreamError::Closed => LinkError::Broken("the server closed the connection".to_owned()),
        StreamError::LastOperationFailed(error) => LinkError::Broken(error.to_debug_string()),
    }
}
