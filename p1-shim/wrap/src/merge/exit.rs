//! The exit status of a component for hosts that know but success and failure.

use wasm_encoder::Function;
use wasmparser::Import;

use crate::encode::body;
use crate::encode::index::{FuncIndex, Index};

/// The function of `wasi:cli/exit` that every host has; `exit-with-code` came with WASI 0.2.12.
pub(super) const EXIT: &str = "exit";

/// Whether `import` is the function that takes an exit code.
pub(super) fn takes_code(import: &Import<'_>) -> bool {
    import.module.starts_with("wasi:cli/exit@") && import.name == "exit-with-code"
}

/// `exit-with-code(code)` by way of [`EXIT`], which takes a `result`: 0 is `ok`, 1 is `err`.
pub(super) fn with_code(exit: FuncIndex) -> Function {
    body(|code| {
        code.local_get(0).i32_const(0).i32_ne();
        code.call(exit.raw());
    })
}
