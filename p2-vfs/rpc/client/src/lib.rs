//! A file system in another process, as a file system.
//!
//! [`RemoteFs`] implements the seam of [`fs_core`] with the operations of [`rpc_protocol`]. What
//! carries the bytes, tells the time and gives random bytes is a [`Connector`]: [`Tcp`] and [`Unix`]
//! natively, `wasi:sockets` in a guest, so that nothing here knows a socket.
//!
//! How much is cached is the attachment's [`Consistency`]. An operation ends within the deadline of
//! its session. If the connection is lost, the client connects again and sends what was not answered;
//! the server does no change twice. When the deadline passes, or the server does not know the session
//! any more, everything answers [`Io`](fs_core::ErrorCode::Io).

mod cache;
mod greeting;
mod input;
mod link;
mod names;
#[cfg(not(target_family = "wasm"))]
mod native;
mod readahead;
mod remote_fs;
mod session;

pub use link::{Connector, Link, LinkError, Moment};
#[cfg(not(target_family = "wasm"))]
pub use native::{Address, Stream, Tcp, Tls, TlsError, Unix};
pub use remote_fs::{RemoteDescriptor, RemoteFs};
pub use session::{AttachError, Attachment, Consistency};
