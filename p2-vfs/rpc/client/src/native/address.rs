//! Where a server is, as users write it.

use super::{Tcp, Tls};

/// A server, however it is reached.
#[derive(Clone, Debug)]
pub enum Address {
    /// `HOST:PORT`.
    Tcp(Tcp),
    /// `unix:PATH`.
    #[cfg(unix)]
    Unix(super::Unix),
    /// `HOST:PORT`, with encrypted connections.
    Tls(Tls),
}

impl Address {
    /// The server at `HOST:PORT` or `unix:PATH`, without encryption.
    pub fn plain(text: &str) -> Self {
        #[cfg(unix)]
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.into();
            return Self::Unix(super::Unix { path });
        }
        let address = text.to_owned();
        Self::Tcp(Tcp { address })
    }
}
