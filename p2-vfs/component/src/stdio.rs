//! The standard streams: the host's.

use crate::Vfs;
use crate::bindings::exports::wasi::cli::{stderr, stdin, stdout};
use crate::bindings::exports::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::wasi::cli::{
    stderr as host_stderr, stdin as host_stdin, stdout as host_stdout,
};
use crate::input::Input;
use crate::output::Output;

impl stdin::Guest for Vfs {
    fn get_stdin() -> InputStream {
        InputStream::new(Input::Host(host_stdin::get_stdin()))
    }
}

impl stdout::Guest for Vfs {
    fn get_stdout() -> OutputStream {
        OutputStream::new(Output::Host(host_stdout::get_stdout()))
    }
}

impl stderr::Guest for Vfs {
    fn get_stderr() -> OutputStream {
        OutputStream::new(Output::Host(host_stderr::get_stderr()))
    }
}
