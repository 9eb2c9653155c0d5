//! The outside of a core module: what it offers and what it asks for.

use anyhow::{Context, Result, bail};
use preview1::{CoreType, FUNCTIONS, Function};
use wasmparser::types::{EntityType, Types};
use wasmparser::{FuncType, ValType, Validator, WasmFeatures};

use super::super::Guest;
use super::world::World;

/// What a guest's code may use: what is older than multi-memory, which merged modules need anyway,
/// and has a use in Rust.
const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .difference(WasmFeatures::MULTI_VALUE)
    .difference(WasmFeatures::SIMD);

/// The functions that the merger supplies as module `glue`.
const GLUE: [&str; 9] = [
    "image",
    "image_len",
    "load",
    "load_u32",
    "load_u64",
    "size",
    "store",
    "store_u32",
    "store_u64",
];

/// Those of them that have nothing to do with a second memory.
const IMAGE: [&str; 2] = ["image", "image_len"];

/// What of preview 1 may go on to the host: nothing that opens, names or numbers files.
const REMAINING_PREVIEW1: [&str; 13] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_fdstat_get",
    "fd_read",
    "fd_write",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
];

/// A module that is valid.
pub(super) struct CoreModule(Types);

impl CoreModule {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        Ok(Self(
            Validator::new_with_features(FEATURES).validate_all(bytes)?,
        ))
    }

    /// How many memories it has, imported ones included.
    pub(super) fn memories(&self) -> u32 {
        self.0.as_ref().memory_count()
    }

    /// Module and name of every import; all must be functions.
    pub(super) fn imports(&self) -> Result<Vec<(&str, &str)>> {
        let imports = self
            .0
            .as_ref()
            .core_imports()
            .context("not a core module")?;
        let function = |(module, name, kind)| match kind {
            EntityType::Func(_) => Ok((module, name)),
            EntityType::FuncExact(_)
            | EntityType::Global(_)
            | EntityType::Memory(_)
            | EntityType::Table(_)
            | EntityType::Tag(_) => bail!("{module}.{name} is no function"),
        };
        imports.map(function).collect()
    }

    /// The type of an exported function.
    pub(super) fn function(&self, name: &str) -> Option<&FuncType> {
        match self.export(name)? {
            EntityType::Func(id) => Some(self.0[id].unwrap_func()),
            EntityType::FuncExact(_)
            | EntityType::Global(_)
            | EntityType::Memory(_)
            | EntityType::Table(_)
            | EntityType::Tag(_) => None,
        }
    }

    /// Whether it exports a memory by this name.
    pub(super) fn exports_memory(&self, name: &str) -> bool {
        matches!(self.export(name), Some(EntityType::Memory(_)))
    }

    fn export(&self, name: &str) -> Option<EntityType> {
        let mut exports = self.0.as_ref().core_exports()?;
        exports.find_map(|(found, kind)| (found == name).then_some(kind))
    }
}

/// The functions that a guest must export. Those of its world that no one here counts are missed
/// when it is made a component.
pub(super) fn expected_exports(guest: Guest) -> Vec<(&'static str, FuncType)> {
    let realloc = (
        "cabi_realloc",
        FuncType::new([ValType::I32; 4], [ValType::I32]),
    );
    match guest {
        Guest::ShimP1 => preview1(),
        Guest::ShimP2 | Guest::ShimPlugged => {
            let run = FuncType::new([], [ValType::I32]);
            let mut exports = preview1();
            exports.extend([realloc, ("wasi:cli/run@0.2.12#run", run)]);
            exports
        }
        Guest::Vfs | Guest::VfsRpc | Guest::Calls | Guest::Rules | Guest::Ops => vec![realloc],
    }
}

/// Whether a guest may import a function.
pub(super) fn may_import(guest: Guest, module: &str, name: &str) -> bool {
    match (guest, module) {
        (Guest::Vfs | Guest::VfsRpc, "glue") => IMAGE.contains(&name),
        (_, "glue") => GLUE.contains(&name),
        (Guest::Calls | Guest::Rules | Guest::Ops, module) => module.starts_with("wasi:"),
        (Guest::ShimP1, module) => {
            module == "wasi_snapshot_preview1" && REMAINING_PREVIEW1.contains(&name)
        }
        (Guest::ShimP2 | Guest::ShimPlugged, "app") => name == "_start",
        (Guest::ShimP2 | Guest::ShimPlugged | Guest::Vfs | Guest::VfsRpc, module) => {
            let world = World::of(guest).unwrap_or_default();
            match module.strip_prefix("[export]") {
                // Resources of its own.
                Some(interface) => world.exports.contains(&interface),
                None => world.imports.contains(&module),
            }
        }
    }
}

/// The functions of preview 1.
fn preview1() -> Vec<(&'static str, FuncType)> {
    let core = |kind: &CoreType| match kind {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    };
    let signature = |function: &'static Function| {
        let params = function.parameters.iter().map(core);
        let results = function.result.iter().map(core);
        (function.name, FuncType::new(params, results))
    };
    FUNCTIONS.iter().map(signature).collect()
}
