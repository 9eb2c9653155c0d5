//! Encrypted connections.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// Why there can be no encrypted connections.
#[derive(Debug, Error)]
pub enum TlsError {
    /// No certificate in the file of certificates.
    #[error("no certificate in PEM: {0}")]
    Certificate(pem::Error),
    /// No private key in the file of the key.
    #[error("no private key in PEM: {0}")]
    Key(pem::Error),
    /// They do not belong together, or cannot be used.
    #[error(transparent)]
    Config(rustls::Error),
}

/// What accepts encrypted connections with a chain of certificates, the server's own first, and
/// its private key, both in PEM.
///
/// # Errors
/// Every [`TlsError`], in this order.
pub fn tls_acceptor(certificates: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
    let chain = chain.map_err(TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Config)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Config)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
