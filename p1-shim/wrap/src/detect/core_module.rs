//! Core modules: which toolchain's conventions a module follows, told by the names of what it
//! imports and exports.

use wasmparser::{FuncType, Import};

use super::{Detected, Found, toolchain};
use crate::encode::Stub;
use crate::error::{Error, UnsupportedKind};
use crate::marker::{self, Marker};
use crate::module::Module;
use crate::preview1;
use crate::reach::{Descriptors, Reach};

/// Recognises a core module.
pub(super) fn detect(bytes: &[u8]) -> Result<Detected<'_>, Error> {
    let module = Module::parse(bytes)?;
    let descriptors = match module.custom(marker::SECTION) {
        Some(_) => Descriptors::Shim,
        None => Descriptors::Host,
    };
    let entry = ["_start", "_initialize"]
        .into_iter()
        .find(|name| module.exported_function(name).is_some());
    Ok(Detected {
        reach: Reach::of_imports(&module.imports, descriptors),
        toolchain: toolchain::of_module(&module),
        entry,
        warnings: warnings(&module),
        found: match unsupported(&module) {
            Some(kind) => Found::Unsupported(kind),
            None if starts(&module) => Found::Command(Box::new(module)),
            None => Found::Reactor(Box::new(module)),
        },
    })
}

/// Whether the module exports a `_start` that takes and returns nothing.
fn starts(module: &Module<'_>) -> bool {
    let signature = module
        .exported_function("_start")
        .and_then(|start| module.signature(start));
    signature == Some(&FuncType::new([], []))
}

fn warnings(module: &Module<'_>) -> Vec<&'static str> {
    let exports = |name| module.exported_function(name).is_some();
    let mut warnings = Vec::new();
    if exports("_start") && exports("_initialize") {
        warnings.push("exports both _start and _initialize, only _start is used");
    }
    if ["__wasi_vfs_rt_init", "wasi_vfs_pack_fs"]
        .into_iter()
        .any(exports)
    {
        warnings.push("already carries files packed by wasi-vfs, which hide the embedded ones");
    }
    warnings
}

/// What the module is if it is no preview1 module. What tells more comes first: a WASIX module also
/// imports preview1.
fn unsupported(module: &Module<'_>) -> Option<UnsupportedKind> {
    let section = |name: &str| module.custom(name).is_some();
    let prefixed = |prefix: &str| {
        module
            .customs
            .iter()
            .any(|custom| custom.name().starts_with(prefix))
    };
    let imports = |test: fn(&Import<'_>) -> bool| module.imports.iter().any(test);

    if section("dylink.0") || section("dylink") {
        Some(UnsupportedKind::DynamicLibrary)
    } else if section("linking") && prefixed("reloc.") {
        Some(UnsupportedKind::Object)
    } else if let Some(data) = module.custom(marker::SECTION) {
        Some(UnsupportedKind::AlreadyWrapped {
            by: Marker::author(data),
        })
    } else if imports(|import| matches!(import.module, "wasix_32v1" | "wasix_64v1")) {
        Some(UnsupportedKind::Wasix)
    } else if imports(is_thread_spawn) || module.export("wasi_thread_start").is_some() {
        Some(UnsupportedKind::Threads)
    } else if imports(|import| matches!(import.module, "gojs" | "go")) {
        Some(UnsupportedKind::GoJs)
    } else if imports(is_wasm_bindgen) {
        Some(UnsupportedKind::WasmBindgen)
    } else if prefixed("component-type") || imports(is_component_import) {
        Some(UnsupportedKind::ComponentCore)
    } else if imports(|import| import.module == "wasi_unstable") {
        Some(UnsupportedKind::Preview0)
    } else if let Some(import) = module.imports.iter().find(|import| is_emscripten(import)) {
        Some(UnsupportedKind::Emscripten {
            import: format!("{}.{}", import.module, import.name),
        })
    } else if !imports(|import| import.module == preview1::MODULE) {
        Some(UnsupportedKind::PlainCore)
    } else {
        None
    }
}

fn is_thread_spawn(import: &Import<'_>) -> bool {
    import.module == "wasi" && import.name == "thread-spawn"
}

fn is_wasm_bindgen(import: &Import<'_>) -> bool {
    matches!(
        import.module,
        "__wbindgen_placeholder__" | "__wbindgen_externref_xform__" | "wbg"
    ) || import.name.starts_with("__wbg_")
        || import.name.starts_with("__wbindgen_")
}

/// Interface names and the prefixes of the canonical ABI's core names.
fn is_component_import(import: &Import<'_>) -> bool {
    import.module.contains(':')
        || import.module.starts_with("[export]")
        || import.module.starts_with("cm32p2")
}

/// Emscripten's JavaScript side has these names in `env`, or everything in one module `a` when
/// minified. A stand-alone build imports but one of them, which is [`Stub::NotifyMemoryGrowth`].
fn is_emscripten(import: &Import<'_>) -> bool {
    let generated = ["emscripten_", "_emscripten_", "__syscall_", "invoke_"];
    match import.module {
        "a" => import.name.len() <= 2,
        "env" => {
            Stub::named(import).is_none()
                && generated
                    .iter()
                    .any(|prefix| import.name.starts_with(prefix))
        }
        _ => false,
    }
}
