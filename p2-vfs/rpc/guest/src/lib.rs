//! The VFS component whose files are at a server.
//!
//! Which server is up to the environment when the program starts: one artifact attaches anywhere.
//! The program itself does not see these variables.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod environment;
// They have names that native linkers refuse.
#[cfg(target_family = "wasm")]
mod exports;
mod sockets;

use std::sync::OnceLock;

use fs_core::image::{Preopening, Settings};
use fs_core::{FileSystem, Preopen};
use rpc_client::{RemoteDescriptor, RemoteFs};
use vfs_component::bindings::wasi::cli::exit;
use vfs_component::bindings::wasi::cli::stderr;
use vfs_component::{Backend, WallClock};

use crate::sockets::Sockets;

struct Remote;

impl Backend for Remote {
    type Descriptor = RemoteDescriptor<Sockets>;

    fn preopens() -> Vec<Preopen<Self::Descriptor>> {
        type Given = Vec<Preopen<RemoteDescriptor<Sockets>>>;
        static GIVEN: OnceLock<Given> = OnceLock::new();
        let given = GIVEN.get_or_init(|| {
            let settings = settings();
            if settings.preopen == Preopening::Nothing {
                return Vec::new();
            }
            let roots = files().preopens();
            let given = roots
                .first()
                .map(|root| settings.preopens(&root.descriptor));
            match given {
                Some(Ok(given)) => given,
                Some(Err(_)) | None => fail("the working directory is not there"),
            }
        });
        given.clone()
    }

    fn working_directory() -> Option<String> {
        settings().working_directory.clone()
    }

    fn is_hidden(variable: &str) -> bool {
        environment::is_ours(variable)
    }
}

/// The files, attached to when the program first asks.
fn files() -> &'static RemoteFs<Sockets> {
    static FILES: OnceLock<RemoteFs<Sockets>> = OnceLock::new();
    FILES.get_or_init(|| {
        let attached = environment::read().and_then(|(server, attachment)| {
            RemoteFs::attach(server, &attachment).map_err(|error| error.to_string())
        });
        attached.unwrap_or_else(|why| fail(&why))
    })
}

/// What else the program finds: the image has no files, but settings.
fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let embedded = embedded::file_system(WallClock);
        embedded.map_or_else(|_| Settings::default(), |(_, settings)| settings)
    })
}

/// Ends the program with one line on its standard error.
fn fail(why: &str) -> ! {
    let line = format!("monaka-wrap: no files: {why}\n");
    // The line is short, and there is nobody else to tell.
    let _ = stderr::get_stderr().blocking_write_and_flush(&line.as_bytes()[..line.len().min(4096)]);
    exit::exit(Err(()));
    unreachable!("the host ends the program")
}
