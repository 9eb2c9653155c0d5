//! Proofs of knowing a token, which is never sent.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::Malformed;
use crate::handshake::{Nonce, SessionId};
use crate::wire::Reader;

/// Bytes of a proof.
pub const PROOF_LEN: usize = 32;

/// What both sides know: a token's bytes (none, if the server asks for no token), or the secret of
/// a session.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; PROOF_LEN]);

/// HMAC-SHA256 over the nonces of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof(pub [u8; PROOF_LEN]);

/// Whose proof it is, so that one cannot be sent back as the other.
const CLIENT: &[u8] = b"mwp1 client";
const SERVER: &[u8] = b"mwp1 server";
const SESSION: &[u8] = b"mwp1 session";

impl Key {
    /// The key of a token.
    pub fn of_token(token: &[u8]) -> Self {
        Self(mac(token, &[b"mwp1 token"]).finalize().into_bytes().into())
    }

    /// What the client sends.
    pub fn client_proof(&self, server: &Nonce, client: &Nonce) -> Proof {
        self.prove(CLIENT, server, client)
    }

    /// What the server sends, so that the client knows whom it gives its data.
    pub fn server_proof(&self, server: &Nonce, client: &Nonce) -> Proof {
        self.prove(SERVER, server, client)
    }

    /// The secret of a session that was opened with this key and these nonces: it is not sent.
    pub fn session_key(&self, session: SessionId, server: &Nonce, client: &Nonce) -> Self {
        let id = session.0.to_le_bytes();
        let mac = mac(&self.0, &[SESSION, &server.0, &client.0, &id]);
        Self(mac.finalize().into_bytes().into())
    }

    /// Whether the client's proof is right. Takes the same time for every wrong one.
    pub fn accepts(&self, proof: &Proof, server: &Nonce, client: &Nonce) -> bool {
        mac(&self.0, &[CLIENT, &server.0, &client.0])
            .verify_slice(&proof.0)
            .is_ok()
    }

    /// Whether the server's proof is right.
    pub fn accepts_server(&self, proof: &Proof, server: &Nonce, client: &Nonce) -> bool {
        mac(&self.0, &[SERVER, &server.0, &client.0])
            .verify_slice(&proof.0)
            .is_ok()
    }

    fn prove(&self, side: &[u8], server: &Nonce, client: &Nonce) -> Proof {
        let mac = mac(&self.0, &[side, &server.0, &client.0]);
        Proof(mac.finalize().into_bytes().into())
    }
}

/// Keys are not for logs.
impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Proof {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// [`Malformed::Truncated`], [`Malformed::Trailing`].
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let proof = Self(reader.array()?);
        reader.end()?;
        Ok(proof)
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac
}
