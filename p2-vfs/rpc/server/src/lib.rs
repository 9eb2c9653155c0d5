//! A file system for clients in other processes.
//!
//! ```text
//! listener ── connection ── session ── handles ── impl FileSystem
//!   TCP        frames, proof   replies    open file      the same that guests in this
//!   Unix       limits          once more  descriptions   process may use
//! ```
//!
//! A connection is a task that reads frames, has its session execute them in their order, and writes
//! the replies; it reads no further while it writes, so a client that does not read holds up itself
//! and nobody else, and no more memory than one frame and its reply. A session outlives its
//! connection for a while, so that a client can take it up again with everything that it has open.

mod clock;
mod connection;
mod execute;
mod greeting;
mod leases;
mod ledger;
mod quota;
mod registry;
mod server;
mod session;
mod tls;
mod token;

pub use clock::StrictClock;
pub use server::{Limits, Server, ServerBuilder};
pub use tls::{TlsError, tls_acceptor};
pub use token::{Access, Token, TokenFileError, parse_tokens};
