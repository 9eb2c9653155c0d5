//! A module is refused in one line, or becomes a valid result that reaches no file.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};
use wit_component::StringEncoding;
use wit_parser::Resolve;
use wrap::{Emit, Error, Options, Shims, Wrapped};

/// Wraps `data` as if it were a module.
///
/// # Panics
/// If a result does not validate, or the blame is laid on anything but the input.
pub fn damaged_modules(data: &[u8]) {
    for emit in [Emit::Core, Emit::Component] {
        drop(wrapped(data, emit));
    }
    // Whatever it says, it must say it.
    drop(wrap::inspect(data));
}

/// Wraps the valid module that `data` stands for.
///
/// # Panics
/// As [`damaged_modules`], and if a result lacks an export of the module.
pub fn generated_modules(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(module) = wasm_smith::Module::new(config(), &mut data) else {
        return;
    };
    let module = module.to_bytes();
    drop(wrapped(&module, Emit::Component));
    let Some(wrapped) = wrapped(&module, Emit::Core) else {
        return;
    };
    let result = wrapped.artifact.to_bytes();
    let mut expected = exports(&module);
    let memory = ("memory".to_owned(), ExternalKind::Memory);
    if result != module && !expected.contains(&memory) {
        expected.push(memory);
    }
    assert_eq!(exports(&result), expected);
}

/// The result, if there is one.
fn wrapped(module: &[u8], emit: Emit) -> Option<Wrapped> {
    let options = Options {
        emit,
        ..Options::default()
    };
    match wrap::wrap(module, &SHIMS.shims(), &options) {
        Ok(wrapped) => {
            let mut validator = Validator::new_with_features(WasmFeatures::all());
            let valid = validator.validate_all(&wrapped.artifact.to_bytes());
            valid.expect("the result is valid");
            Some(wrapped)
        }
        Err(error @ (Error::Bug(_) | Error::Shim(_))) => panic!("{error}"),
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error}");
            None
        }
    }
}

fn exports(module: &[u8]) -> Vec<(String, ExternalKind)> {
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload.expect("a module") {
            for export in section {
                let export = export.expect("an export");
                exports.push((export.name.to_owned(), export.kind));
            }
        }
    }
    exports
}

/// A shim in text, with all of preview 1 and nothing outside; those of the tool would be slow.
const SHIM: &str = include_str!("../../../../p1-shim/wrap/tests/merge/shims/all.wat");
const WORLD: &str = include_str!("../../../../p1-shim/wrap/tests/merge/shims/world.wit");

static SHIMS: LazyLock<Complete> = LazyLock::new(Complete::new);

struct Complete {
    p1: Vec<u8>,
    p2: Vec<u8>,
}

impl Complete {
    fn new() -> Self {
        let start = r#"(module (import "app" "_start" (func $start))"#;
        let run = r#"(func (export "wasi:cli/run@0.2.12#run") (result i32)
            call $start i32.const 0))"#;
        let open = SHIM.trim_end().strip_suffix(')').expect("a module");
        let with_run = open.replacen("(module $shim", start, 1) + run;
        Self {
            p1: wat::parse_str(SHIM).expect("a shim"),
            p2: with_world(wat::parse_str(with_run).expect("a shim")),
        }
    }

    fn shims(&self) -> Shims<'_> {
        Shims {
            p1: &self.p1,
            p2: &self.p2,
            plugged: &[],
            vfs: &[],
        }
    }
}

fn with_world(mut shim: Vec<u8>) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("world.wit", WORLD).expect("a package");
    let world = resolve
        .select_world(&[package], Some("shim"))
        .expect("a world");
    let encoding = StringEncoding::UTF8;
    wit_component::embed_component_metadata(&mut shim, &resolve, world, encoding, false)
        .expect("a shim of this world");
    shim
}

/// What wasm-smith may import: preview1, and things that only the program's own host has.
static AVAILABLE_IMPORTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut imports = String::new();
    for function in preview1::FUNCTIONS {
        let core = |ty: &preview1::CoreType| match ty {
            preview1::CoreType::I32 => "i32",
            preview1::CoreType::I64 => "i64",
        };
        let params: Vec<_> = function.parameters.iter().map(core).collect();
        let result = function.result.as_ref().map_or("", core);
        imports += &format!(
            r#"(import "wasi_snapshot_preview1" "{}" (func (param {}) (result {result})))"#,
            function.name,
            params.join(" "),
        );
    }
    imports += r#"(import "env" "f" (func (param i64 f64) (result v128)))
        (import "env" "g" (global (mut i32)))
        (import "env" "t" (tag (param i32)))"#;
    wat::parse_str(format!("(module {imports})")).expect("a module of imports")
});

fn config() -> wasm_smith::Config {
    wasm_smith::Config {
        available_imports: Some(AVAILABLE_IMPORTS.clone()),
        max_imports: 30,
        min_memories: 1,
        max_memories: 3,
        max_tables: 3,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 1_000,
        // Refused, each with a test of its own.
        custom_page_sizes_enabled: false,
        memory64_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..wasm_smith::Config::default()
    }
}
