//! The functions that the application calls.

use preview1::{Fd, Ptr};
use shim::export_functions;

use crate::PROGRAM;

preview1::for_each_function!(export_functions);
