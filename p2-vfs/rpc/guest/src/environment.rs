//! The variables that say where the files are.

use std::time::Duration;

use rpc_client::{Attachment, Consistency};
use vfs_component::bindings::wasi::cli::environment;

use crate::sockets::Sockets;

/// What all of them begin with.
const PREFIX: &str = "MONAKA_";

/// Whether a variable is for this component, and not for the program.
pub(crate) fn is_ours(variable: &str) -> bool {
    variable.starts_with(PREFIX)
}

/// The server to attach to, and how.
///
/// # Errors
/// What is missing or wrong, for the user.
pub(crate) fn read() -> Result<(Sockets, Attachment), String> {
    let mut address = None;
    let mut attachment = Attachment {
        // Nothing here runs when the program ends.
        write_behind: false,
        ..Attachment::default()
    };
    for (name, value) in environment::get_environment() {
        match name.strip_prefix(PREFIX) {
            Some("CONNECT") => address = Some(value),
            Some("TOKEN") => attachment.token = value.into_bytes(),
            Some("SUBTREE") => attachment.subtree = value,
            Some("MODE") => {
                let mode = Consistency::named(&value);
                attachment.consistency = mode.ok_or_else(|| {
                    format!("MONAKA_MODE is {value:?}, not strict, cto or private")
                })?;
            }
            Some("CACHE") => {
                attachment.cache = value
                    .parse()
                    .map_err(|_| format!("MONAKA_CACHE is {value:?}, not a number of bytes"))?;
            }
            Some("DEADLINE") => {
                let seconds = value.parse().map(Duration::from_secs);
                attachment.deadline = seconds.map_err(|_| {
                    format!("MONAKA_DEADLINE is {value:?}, not a number of seconds")
                })?;
            }
            Some(_) | None => {}
        }
    }
    let address = address.ok_or("say where the server is: set MONAKA_CONNECT to HOST:PORT")?;
    Ok((Sockets::new(address), attachment))
}
