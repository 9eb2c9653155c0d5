//! What a client needs of the world: a connection, time and chance.

use std::time::Duration;

use rpc_protocol::Nonce;
use thiserror::Error;

/// A point in time of a clock that never runs backwards, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `time` later.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time.as_nanos() as u64))
    }

    /// How long it is from `now` to this; nothing, if it has passed.
    pub fn since(self, now: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(now.0))
    }
}

/// Why a connection cannot be had, or no longer used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The peer is not there, or no longer.
    #[error("{0}")]
    Broken(String),
    /// The host does not allow it; trying again does not help.
    #[error("{0}")]
    Forbidden(String),
    /// The moment has passed.
    #[error("no answer in time")]
    Timeout,
}

/// A connection: bytes in both directions, in their order.
pub trait Link {
    /// Sends all of `bytes`, in one piece as far as the host allows: there may be no way to tell it
    /// not to wait for more.
    ///
    /// # Errors
    /// `Broken`, `Timeout` (at `until`).
    fn send(&mut self, bytes: &[u8], until: Moment) -> Result<(), LinkError>;

    /// Receives at least one byte into the start of `buffer`, and says how many.
    ///
    /// # Errors
    /// `Broken`, also when the peer ended the connection; `Timeout`.
    fn receive(&mut self, buffer: &mut [u8], until: Moment) -> Result<usize, LinkError>;
}

impl<L: Link + ?Sized> Link for Box<L> {
    fn send(&mut self, bytes: &[u8], until: Moment) -> Result<(), LinkError> {
        (**self).send(bytes, until)
    }

    fn receive(&mut self, buffer: &mut [u8], until: Moment) -> Result<usize, LinkError> {
        (**self).receive(buffer, until)
    }
}

/// Where connections to one server come from.
pub trait Connector {
    /// Its connections.
    type Link: Link;

    /// Connects.
    ///
    /// # Errors
    /// `Broken`, `Forbidden`, `Timeout`.
    fn connect(&self, until: Moment) -> Result<Self::Link, LinkError>;

    /// The time now.
    fn now(&self) -> Moment;

    /// Waits.
    fn pause(&self, time: Duration);

    /// Bytes that nobody can guess.
    ///
    /// # Errors
    /// `Broken`.
    fn nonce(&self) -> Result<Nonce, LinkError>;
}
