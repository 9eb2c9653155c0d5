//! An S3 server in memory, for tests: conditions are checked and effects take place under one lock,
//! so that of racing writers exactly one wins.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let server = s3_testd::Server::start(s3_testd::Config::default()).await?;
//! println!("http://{}", server.address());
//! # Ok(()) }
//! ```
//!
//! It listens on loopback, checks signatures against one pair of credentials ([`ACCESS_KEY`],
//! [`SECRET_KEY`]), and delays or spoils answers as a [`Faults`] plan says.

mod body;
mod checksum;
mod condition;
mod fault;
mod log;
mod operation;
mod server;
mod service;
mod store;

pub use fault::{Fault, Faults, Rule};
pub use log::{Entry, Log};
pub use operation::Operation;
pub use server::{ACCESS_KEY, Config, SECRET_KEY, Server};
pub use store::{ObjectInfo, Quirks, Store};
