//! The exported functions, generated.
#![expect(unsafe_code, reason = "what is generated passes pointers")]

use crate::{Vfs, bindings};

bindings::export!(Vfs with_types_in bindings);
