//! `wasi:cli/run`: what a host calls.
#![expect(unsafe_code, reason = "one function is imported and one exported")]

use crate::bindings::{self, exports::wasi::cli::run::Guest};

/// The application that this shim was merged with.
struct Application;

#[link(wasm_import_module = "app")]
unsafe extern "C" {
    safe fn _start();
}

impl Guest for Application {
    /// Runs the application to its end. One that fails does not return: it exits or traps.
    fn run() -> Result<(), ()> {
        _start();
        Ok(())
    }
}

bindings::export!(Application with_types_in bindings);
