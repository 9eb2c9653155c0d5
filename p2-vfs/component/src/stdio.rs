//! The standard streams: the host's.

use crate::bindings::exports::wasi::cli::{stderr, stdin, stdout};
use crate::bindings::exports::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::wasi::cli::{
    stderr as host_stderr, stdin as host_stdin, stdout as host_stdout,
};
use crate::input::Input;
use crate::output::Output;
use crate::{Backend, Vfs};

impl<B: Backend> stdin::Guest for Vfs<B> {
    fn get_stdin() -> InputStream {
        InputStream::new(Input::<B::Descriptor>::Host(host_stdin::get_stdin()))
    }
}

impl<B: Backend> stdout::Guest for Vfs<B> {
    fn get_stdout() -> OutputStream {
        OutputStream::new(Output::<B::Descriptor>::Host(host_stdout::get_stdout()))
    }
}

impl<B: Backend> stderr::Guest for Vfs<B> {
    fn get_stderr() -> OutputStream {
        OutputStream::new(Output::<B::Descriptor>::Host(host_stderr::get_stderr()))
    }
}
