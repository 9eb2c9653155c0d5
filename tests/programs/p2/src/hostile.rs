//! Handles that the program does not have. Using one is a trap; the parts do not end otherwise.
#![expect(unsafe_code, reason = "handles are made up")]

use core::mem;

use crate::bindings::wasi::filesystem::types::Descriptor;
use crate::{Outcome, root};

/// A handle that nobody gave it.
pub(crate) fn forged() -> Outcome {
    // SAFETY: none is needed; that it is not safe is what is tried.
    let descriptor = unsafe { Descriptor::from_handle(0x00ff_ffff) };
    let answer = descriptor.stat();
    mem::forget(descriptor);
    answer.map(drop).map_err(|_| "an error")
}

/// A handle that it has dropped.
pub(crate) fn dropped() -> Outcome {
    let root = root();
    // SAFETY: none is needed; that it is not safe is what is tried.
    let again = unsafe { Descriptor::from_handle(root.handle()) };
    drop(root);
    let answer = again.stat();
    mem::forget(again);
    answer.map(drop).map_err(|_| "an error")
}
