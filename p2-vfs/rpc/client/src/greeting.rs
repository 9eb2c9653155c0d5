//! The beginning of a connection: who is there, on both sides.

use rpc_protocol::{Challenge, Fatal, Key, Kind, MAX_GREETING, Malformed, Nonce, Reason, Welcome};

use crate::input::Input;
use crate::link::{Link, LinkError, Moment};
use crate::session::AttachError;

/// Greets, proves, and is welcomed; gives the server's nonce, too.
///
/// # Errors
/// Every [`AttachError`].
pub(crate) fn greet(
    link: &mut impl Link,
    greeting: &[u8],
    nonce: &Nonce,
    key: &Key,
    until: Moment,
) -> Result<(Welcome, Nonce), AttachError> {
    link.send(greeting, until)?;
    let mut input = Input::default();
    let challenge = expect(link, &mut input, Kind::Challenge, until, Challenge::read)?;
    let mut proof = Vec::new();
    key.client_proof(&challenge.nonce, nonce).write(&mut proof);
    link.send(&proof, until)?;
    let welcome = expect(link, &mut input, Kind::Welcome, until, Welcome::read)?;
    match key.accepts_server(&welcome.proof, &challenge.nonce, nonce) {
        true => Ok((welcome, challenge.nonce)),
        false => Err(AttachError::Impostor),
    }
}

/// The next frame, which is of this kind.
fn expect<T>(
    link: &mut impl Link,
    input: &mut Input,
    kind: Kind,
    until: Moment,
    read: impl Fn(&[u8]) -> Result<T, Malformed>,
) -> Result<T, AttachError> {
    loop {
        if let Some((found, len)) = input.frame(MAX_GREETING)? {
            if found.kind == Kind::Fatal {
                let fatal = Fatal::read(found.body)?;
                return Err(match fatal.reason {
                    // It is going: another may come in its place.
                    Reason::ShuttingDown => LinkError::Broken(fatal.message).into(),
                    _ => AttachError::Refused(fatal),
                });
            }
            if found.kind != kind {
                return Err(Malformed::Value("a server's frame").into());
            }
            let value = read(found.body)?;
            input.consume(len);
            return Ok(value);
        }
        input.receive(link, until)?;
    }
}
