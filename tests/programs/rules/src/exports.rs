//! The exported functions, generated.
#![expect(unsafe_code, reason = "what is generated passes pointers")]

use crate::{Program, bindings};

bindings::export!(Program with_types_in bindings);
