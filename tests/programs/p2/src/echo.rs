//! TCP beside files: a server and its client in one program, both with streams of one type.

use crate::bindings::wasi::filesystem::types::OpenFlags;
use crate::bindings::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::wasi::sockets::instance_network;
use crate::bindings::wasi::sockets::network::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Network,
};
use crate::bindings::wasi::sockets::tcp::{ShutdownType, TcpSocket};
use crate::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::{Outcome, expect, open, root};

/// A file goes through a connection and comes back as another file.
pub(crate) fn echo() -> Outcome {
    let network = instance_network::instance_network();
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = open(&root(), "sent", OpenFlags::CREATE).map_err(|_| "sent")?;
    expect!(file.write(&content, 0) == Ok(content.len() as u64));

    let server = listen(&network).map_err(|code| code.name())?;
    let address = server.local_address().map_err(|code| code.name())?;
    let client = create_tcp_socket(IpAddressFamily::Ipv4).map_err(|code| code.name())?;
    client
        .start_connect(&network, address)
        .map_err(|code| code.name())?;
    // A host may begin to connect only when it is asked whether it is done.
    let connected = wait(&client, || client.finish_connect()).map_err(|code| code.name())?;
    let (from_server, to_server) = connected;
    let accepted = wait(&server, || server.accept()).map_err(|code| code.name())?;
    let (connection, from_client, to_client) = accepted;

    let source = file.read_via_stream(0).map_err(|_| "read-via-stream")?;
    let back = open(&root(), "back", OpenFlags::CREATE).map_err(|_| "back")?;
    let target = back.write_via_stream(0).map_err(|_| "write-via-stream")?;
    let mut rest = content.len();
    while rest > 0 {
        let sent = pass(&to_server, &source)?;
        for (to, from) in [(&to_client, &from_client), (&target, &from_server)] {
            let mut passed = 0;
            while passed < sent {
                passed += pass(to, from)?;
            }
        }
        rest -= sent;
    }
    client
        .shutdown(ShutdownType::Both)
        .map_err(|code| code.name())?;
    expect!(connection.address_family() == IpAddressFamily::Ipv4);
    expect!(back.read(u64::MAX, 0) == Ok((content, true)));
    Ok(())
}

fn listen(network: &Network) -> Result<TcpSocket, ErrorCode> {
    let socket = create_tcp_socket(IpAddressFamily::Ipv4)?;
    let any_port = IpSocketAddress::Ipv4(Ipv4SocketAddress {
        port: 0,
        address: (127, 0, 0, 1),
    });
    socket.start_bind(network, any_port)?;
    wait(&socket, || socket.finish_bind())?;
    socket.start_listen()?;
    wait(&socket, || socket.finish_listen())?;
    Ok(socket)
}

fn wait<T>(socket: &TcpSocket, attempt: impl Fn() -> Result<T, ErrorCode>) -> Result<T, ErrorCode> {
    loop {
        match attempt() {
            Err(ErrorCode::WouldBlock) => socket.subscribe().block(),
            answer => return answer,
        }
    }
}

/// Moves what there is, up to a few KiB: more would wait for a reader.
fn pass(to: &OutputStream, from: &InputStream) -> Result<usize, &'static str> {
    let moved = to.blocking_splice(from, 4096).map_err(|_| "splice")?;
    to.blocking_flush().map_err(|_| "flush")?;
    Ok(moved as usize)
}
