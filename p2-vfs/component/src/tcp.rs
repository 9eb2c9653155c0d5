//! `wasi:sockets/tcp`: the host's sockets, with streams that are of one type with those of files.

use core::marker::PhantomData;

use fs_core::Descriptor;

use crate::bindings::exports::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::exports::wasi::sockets::tcp::{self, Duration, ShutdownType, TcpSocket};
use crate::bindings::exports::wasi::sockets::tcp_create_socket;
use crate::bindings::wasi::io::poll::Pollable;
use crate::bindings::wasi::io::streams as host_streams;
use crate::bindings::wasi::sockets::network::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Network,
};
use crate::bindings::wasi::sockets::tcp as host;
use crate::bindings::wasi::sockets::tcp_create_socket as host_create;
use crate::input::Input;
use crate::output::Output;
use crate::{Backend, Vfs};

type Result<T = ()> = core::result::Result<T, ErrorCode>;

impl<B: Backend> tcp::Guest for Vfs<B> {
    type TcpSocket = Socket<B::Descriptor>;
}

impl<B: Backend> tcp_create_socket::Guest for Vfs<B> {
    fn create_tcp_socket(family: IpAddressFamily) -> Result<TcpSocket> {
        let socket = host_create::create_tcp_socket(family)?;
        Ok(TcpSocket::new(Socket::<B::Descriptor>::of_host(socket)))
    }
}

/// A socket of the host, whose streams are of one type with those of files that are `D`.
pub struct Socket<D> {
    host: host::TcpSocket,
    files: PhantomData<D>,
}

impl<D> Socket<D> {
    fn of_host(host: host::TcpSocket) -> Self {
        Self {
            host,
            files: PhantomData,
        }
    }
}

/// Methods that only hand on.
macro_rules! hand_on {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) -> $result:ty;)*) => {$(
        fn $name(&self, $($parameter: $type),*) -> $result {
            self.host.$name($($parameter),*)
        }
    )*};
}

impl<D: Descriptor + 'static> tcp::GuestTcpSocket for Socket<D> {
    hand_on! {
        fn start_bind(network: &Network, local_address: IpSocketAddress) -> Result;
        fn finish_bind() -> Result;
        fn start_connect(network: &Network, remote_address: IpSocketAddress) -> Result;
        fn start_listen() -> Result;
        fn finish_listen() -> Result;
        fn local_address() -> Result<IpSocketAddress>;
        fn remote_address() -> Result<IpSocketAddress>;
        fn is_listening() -> bool;
        fn address_family() -> IpAddressFamily;
        fn set_listen_backlog_size(value: u64) -> Result;
        fn keep_alive_enabled() -> Result<bool>;
        fn set_keep_alive_enabled(value: bool) -> Result;
        fn keep_alive_idle_time() -> Result<Duration>;
        fn set_keep_alive_idle_time(value: Duration) -> Result;
        fn keep_alive_interval() -> Result<Duration>;
        fn set_keep_alive_interval(value: Duration) -> Result;
        fn keep_alive_count() -> Result<u32>;
        fn set_keep_alive_count(value: u32) -> Result;
        fn hop_limit() -> Result<u8>;
        fn set_hop_limit(value: u8) -> Result;
        fn receive_buffer_size() -> Result<u64>;
        fn set_receive_buffer_size(value: u64) -> Result;
        fn send_buffer_size() -> Result<u64>;
        fn set_send_buffer_size(value: u64) -> Result;
        fn subscribe() -> Pollable;
    }

    fn finish_connect(&self) -> Result<(InputStream, OutputStream)> {
        let (input, output) = self.host.finish_connect()?;
        Ok(own::<D>(input, output))
    }

    fn accept(&self) -> Result<(TcpSocket, InputStream, OutputStream)> {
        let (socket, input, output) = self.host.accept()?;
        let (input, output) = own::<D>(input, output);
        Ok((TcpSocket::new(Self::of_host(socket)), input, output))
    }

    fn shutdown(&self, direction: ShutdownType) -> Result {
        let direction = match direction {
            ShutdownType::Receive => host::ShutdownType::Receive,
            ShutdownType::Send => host::ShutdownType::Send,
            ShutdownType::Both => host::ShutdownType::Both,
        };
        self.host.shutdown(direction)
    }
}

/// Streams of the host as streams of this component.
fn own<D: Descriptor + 'static>(
    input: host_streams::InputStream,
    output: host_streams::OutputStream,
) -> (InputStream, OutputStream) {
    (
        InputStream::new(Input::<D>::Host(input)),
        OutputStream::new(Output::<D>::Host(output)),
    )
}
