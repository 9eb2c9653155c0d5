//! The exported functions, generated.
#![expect(unsafe_code, reason = "what is generated passes pointers")]

use crate::{Handler, bindings};

bindings::export!(Handler with_types_in bindings);
