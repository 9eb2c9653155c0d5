//! Stand-ins for imports that no WASI host supplies.

use std::fmt;

use wasm_encoder::Function;
use wasmparser::ValType::{self, I32};
use wasmparser::{FuncType, Import};

use super::body;

/// A stand-in for an import of `env` that toolchains add to programs for any host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stub {
    /// AssemblyScript's `env.abort(message, file, line, column)`, which never returns.
    Abort,
    /// Emscripten's `env.emscripten_notify_memory_growth(memory)`, with which a JavaScript host
    /// renews its views.
    NotifyMemoryGrowth,
}

impl Stub {
    /// The stand-in for `import`, going by its name.
    pub(crate) fn named(import: &Import<'_>) -> Option<Self> {
        match (import.module, import.name) {
            ("env", "abort") => Some(Self::Abort),
            ("env", "emscripten_notify_memory_growth") => Some(Self::NotifyMemoryGrowth),
            _ => None,
        }
    }

    /// The stand-in for `import` if its type is also that of the toolchain's function.
    pub(crate) fn of(import: &Import<'_>, signature: Option<&FuncType>) -> Option<Self> {
        let stub = Self::named(import)?;
        (signature == Some(&stub.ty())).then_some(stub)
    }

    pub(crate) fn ty(self) -> FuncType {
        let params: &[ValType] = match self {
            Self::Abort => &[I32, I32, I32, I32],
            Self::NotifyMemoryGrowth => &[I32],
        };
        FuncType::new(params.to_vec(), [])
    }

    pub(crate) fn body(self) -> Function {
        body(|code| match self {
            Self::Abort => {
                code.unreachable();
            }
            Self::NotifyMemoryGrowth => {}
        })
    }
}

impl fmt::Display for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Abort => "traps",
            Self::NotifyMemoryGrowth => "does nothing",
        })
    }
}
