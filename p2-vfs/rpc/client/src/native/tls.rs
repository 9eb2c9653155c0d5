//! Encrypted connections.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, pem};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use thiserror::Error;

use super::stream::{Stream, Timed, broken};
use crate::link::{LinkError, Moment};

/// A server at a host and port, with encrypted connections.
#[derive(Clone, Debug)]
pub struct Tls {
    address: String,
    name: ServerName<'static>,
    config: Arc<ClientConfig>,
}

pub(super) type TlsLink = Stream<StreamOwned<ClientConnection, TcpStream>>;

/// Why a server cannot be reached by TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file of certificates is none.
    #[error("no certificates in PEM: {0}")]
    Pem(pem::Error),
    /// A certificate is of no use.
    #[error(transparent)]
    Certificate(rustls::Error),
    /// The part of the address before the port is no name that a certificate could be for.
    #[error("{0}: neither a name nor an IP address")]
    Name(String),
}

impl Tls {
    /// The server at `address`, which is HOST:PORT, if its certificate is signed by one of those
    /// in `authorities`, in PEM.
    ///
    /// # Errors
    /// Every [`TlsError`].
    pub fn new(address: String, authorities: &[u8]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authorities) {
            let certificate = certificate.map_err(TlsError::Pem)?;
            roots.add(certificate).map_err(TlsError::Certificate)?;
        }
        if roots.is_empty() {
            return Err(TlsError::Pem(pem::Error::NoItemsFound));
        }
        let host = address.rsplit_once(':').map_or(&*address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| TlsError::Name(host.to_owned()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Certificate)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            address,
            name,
            config: Arc::new(config),
        })
    }

    pub(super) fn connect_until(&self, until: Moment) -> Result<TlsLink, LinkError> {
        let tcp = super::connect(&self.address, until)?;
        let session = ClientConnection::new(self.config.clone(), self.name.clone());
        let session = session.map_err(|error| broken(io::Error::other(error)))?;
        Ok(Stream::new(StreamOwned::new(session, tcp)))
    }
}

impl Timed for StreamOwned<ClientConnection, TcpStream> {
    fn set_timeouts(&self, time: Duration) -> io::Result<()> {
        self.sock.set_timeouts(time)
    }
}
