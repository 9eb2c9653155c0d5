//! `wasi:cli/environment`: the host's, but for the working directory.

use crate::bindings::exports::wasi::cli::environment::Guest;
use crate::bindings::wasi::cli::environment as host;
use crate::{Backend, Vfs};

impl<B: Backend> Guest for Vfs<B> {
    fn get_environment() -> Vec<(String, String)> {
        let mut variables = host::get_environment();
        variables.retain(|(name, _)| !B::is_hidden(name));
        if let Some(directory) = Self::initial_cwd() {
            variables.retain(|(name, _)| name != "PWD");
            variables.push(("PWD".to_owned(), directory));
        }
        variables
    }

    fn get_arguments() -> Vec<String> {
        host::get_arguments()
    }

    fn initial_cwd() -> Option<String> {
        B::working_directory()
    }
}
