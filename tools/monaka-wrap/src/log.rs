//! Events of the libraries, on standard error, for whoever asks for them.

use std::env;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// The variable that says which: `debug`, or `vfs_host::files=trace` for every call on a file.
const VARIABLE: &str = "MONAKA_LOG";

/// Prints events if [`VARIABLE`] is set.
///
/// # Errors
/// `Log` (not a filter).
pub(crate) fn start() -> Result<(), Failure> {
    let Some(filter) = env::var_os(VARIABLE) else {
        return Ok(());
    };
    let filter = filter.to_string_lossy();
    let filter = EnvFilter::try_new(&*filter).map_err(|_| Failure::Log(filter.into_owned()))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}
