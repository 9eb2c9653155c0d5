//! The second input of a merge: a core module that answers preview1 on a file system of its own.

use std::collections::BTreeSet;

use wasm_encoder::CustomSection;
use wasmparser::{MemoryType, TypeRef};

use crate::error::{Error, ShimFault};
use crate::module::Module;
#[cfg(doc)]
use crate::{Adapter, Files};
use crate::{Emit, ExitStatus};

/// The guest modules: a shim for each flavour of result, and the VFS that components are composed
/// with. Any may be empty when it is not asked for.
///
/// A shim
/// - defines one 32-bit unshared memory and exports it as `memory`;
/// - exports the preview1 functions under their plain names with preview1's core signatures;
/// - imports from `glue` any of `load(my, app, len)` and `store(app, my, len)`, which copy between
///   its memory and the application's, `size() -> pages` of the application's memory,
///   `load_u32(app) -> i32`, `load_u64(app) -> i64`, `store_u32(app, i32)`, `store_u64(app, i64)`,
///   and `image() -> i32` and `image_len() -> i32`, which say where the embedded image lies in its
///   memory.
#[derive(Debug, Clone, Copy)]
pub struct Shims<'a> {
    /// For [`Emit::Core`]: what goes on to the host are imports from `wasi_snapshot_preview1`.
    pub p1: &'a [u8],
    /// For [`Emit::Component`]: what goes on to the host are imports of WASI 0.2 interfaces,
    /// described by `component-type` sections. It exports `cabi_realloc` and a `wasi:cli/run` that
    /// calls its import `app._start`.
    pub p2: &'a [u8],
    /// For [`Adapter::Plugged`] and [`Files::Host`]: as `p2`, but it imports `wasi:filesystem` instead
    /// of keeping files.
    pub plugged: &'a [u8],
    /// For applications that are components already, or become some that import files: the core
    /// module of a component that exports `wasi:filesystem` and what passes its streams, described
    /// by `component-type` sections. Of `glue` it imports the functions about the image only.
    pub vfs: &'a [u8],
}

impl<'a> Shims<'a> {
    /// The shim that a result of flavour `emit` is merged with to keep its own files.
    pub(crate) fn of(&self, emit: Emit) -> &'a [u8] {
        match emit {
            Emit::Core => self.p1,
            Emit::Component => self.p2,
        }
    }
}

/// A shim that keeps its contract as far as memory is concerned; imports and exports are checked as
/// they are linked.
pub(crate) struct Shim<'a> {
    pub(crate) module: Module<'a>,
    pub(crate) memory: MemoryType,
    pub(crate) emit: Emit,
    pub(crate) exit_status: ExitStatus,
    kept: Kept,
}

/// Which of its exports the result has, too.
enum Kept {
    /// None: it exports what the application did.
    Nothing,
    /// All that a lift to a component looks for.
    World,
    /// Of that, the functions of these interfaces.
    Interfaces(BTreeSet<String>),
}

impl<'a> Shim<'a> {
    /// Takes the shim `bytes` for results of flavour `emit` apart.
    pub(crate) fn parse(
        bytes: &'a [u8],
        emit: Emit,
        exit_status: ExitStatus,
    ) -> Result<Self, ShimFault> {
        let kept = match emit {
            Emit::Core => Kept::Nothing,
            Emit::Component => Kept::World,
        };
        Self::parse_keeping(bytes, emit, exit_status, kept)
    }

    /// Takes the VFS `bytes` apart, of which a component needs `interfaces`.
    pub(crate) fn parse_vfs(
        bytes: &'a [u8],
        interfaces: BTreeSet<String>,
    ) -> Result<Self, ShimFault> {
        let kept = Kept::Interfaces(interfaces);
        Self::parse_keeping(bytes, Emit::Component, ExitStatus::Code, kept)
    }

    fn parse_keeping(
        bytes: &'a [u8],
        emit: Emit,
        exit_status: ExitStatus,
        kept: Kept,
    ) -> Result<Self, ShimFault> {
        let module = Module::parse(bytes).map_err(fault)?;
        let foreign = module
            .imports
            .iter()
            .find(|import| !matches!(import.ty, TypeRef::Func(_)));
        if let Some(import) = foreign {
            return Err(ShimFault::Import {
                module: import.module.to_owned(),
                name: import.name.to_owned(),
            });
        }
        let [memory] = *module.memories.as_slice() else {
            return Err(ShimFault::Memory);
        };
        let is_ordinary = !memory.memory64 && !memory.shared && memory.page_size_log2.is_none();
        if !is_ordinary || module.exported_memory() != Some(0) {
            return Err(ShimFault::Memory);
        }
        Ok(Self {
            module,
            memory,
            emit,
            exit_status,
            kept,
        })
    }

    /// The sections that describe its world.
    pub(crate) fn component_types(&self) -> Vec<CustomSection<'a>> {
        let sections = self.module.customs.iter();
        sections
            .filter(|section| section.name().starts_with("component-type"))
            .map(|section| section.clone().into())
            .collect()
    }

    /// Whether the result exports what the shim exports as `name`: what a lift to a component looks
    /// for.
    pub(crate) fn is_kept_export(&self, name: &str) -> bool {
        let is_for_all = name == "memory" || name == "cabi_realloc";
        match &self.kept {
            Kept::Nothing => false,
            Kept::World => is_for_all || name.contains(':'),
            Kept::Interfaces(interfaces) => {
                let name = name.strip_prefix("cabi_post_").unwrap_or(name);
                let interface = name.split_once('#').map(|(interface, _)| interface);
                is_for_all || interface.is_some_and(|interface| interfaces.contains(interface))
            }
        }
    }
}

/// A parse error of a shim is the shim's fault, not the input's.
fn fault(error: Error) -> ShimFault {
    match error {
        Error::Malformed { message, offset } => ShimFault::Malformed { message, offset },
        other @ (Error::Unsupported(_)
        | Error::Unmergeable(_)
        | Error::Uncomposable(_)
        | Error::Text { .. }
        | Error::Shim(_)
        | Error::NoImagePlace
        | Error::Bug(_)) => ShimFault::Malformed {
            message: other.to_string(),
            offset: 0,
        },
    }
}
