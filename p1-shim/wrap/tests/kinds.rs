//! Every kind of input, told apart by its bytes, and what its owner is told.

use anyhow::{Context, Result};
use bytes::Bytes;
use wrap::{Capability, Emit, Error, Level, Options, Prospect, Wrapped};

mod shims;

fn wrap_as(emit: Emit, input: &[u8]) -> Result<Result<Wrapped, Error>> {
    let shims = shims::Complete::load()?;
    let options = Options {
        emit,
        ..Options::default()
    };
    Ok(wrap::wrap(input, &shims.shims(), &options))
}

/// The message with which `input` is refused as a component.
#[track_caller]
fn refusal(input: impl AsRef<[u8]>) -> String {
    let result = wrap_as(Emit::Component, input.as_ref()).unwrap();
    result.expect_err("the input is refused").to_string()
}

/// The message with which `input` is refused as a core module.
#[track_caller]
fn core_refusal(input: impl AsRef<[u8]>) -> String {
    let result = wrap_as(Emit::Core, input.as_ref()).unwrap();
    result.expect_err("the input is refused").to_string()
}

fn kind(input: impl AsRef<[u8]>) -> Result<&'static str> {
    Ok(wrap::inspect(input.as_ref())?.kind.id())
}

/// A command that closes a file, with `more` in front of its definitions.
fn command(more: &str) -> String {
    format!(
        r#"(module {more}
            (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "_start")))"#
    )
}

/// A module that imports `name` from `module` and nothing else.
fn importing(module: &str, name: &str) -> String {
    format!(r#"(module (import "{module}" "{name}" (func)) (memory (export "memory") 1))"#)
}

#[test]
fn nothing_known() {
    let message = "not WebAssembly; pass a .wasm or .wat file";
    assert_eq!(refusal(b""), message);
    assert_eq!(refusal(b"#!/bin/sh\n"), message);
    assert_eq!(refusal(b"\0as"), message);
    assert_eq!(refusal(b"\xff\xfe(module)"), message);
}

#[test]
fn archives() -> Result<()> {
    let remedy = "unpack it and pass the .wasm inside";
    assert_eq!(
        refusal(b"\x1f\x8b\x08"),
        format!("archive (gzip), not a module; {remedy}")
    );
    assert_eq!(
        refusal(b"PK\x03\x04"),
        format!("archive (zip), not a module; {remedy}")
    );
    assert_eq!(
        refusal(b"\0webc002"),
        format!("archive (webc), not a module; {remedy}")
    );
    assert_eq!(kind(b"PK\x03\x04")?, "archive");
    Ok(())
}

#[test]
fn native_code() {
    assert_eq!(
        refusal(b"\x7fELF\x02\x01\x01"),
        "precompiled native code, not WebAssembly; pass the .wasm it was compiled from"
    );
}

#[test]
fn what_a_linker_takes() {
    assert_eq!(
        refusal(b"BC\xc0\xde"),
        "LLVM bitcode, not a linked module; link it first"
    );
    assert_eq!(
        refusal(b"!<arch>\nx"),
        "static library, not a linked module; link it first"
    );
    let object = command(r#"(@custom "linking" "\02") (@custom "reloc.CODE" "\00\00")"#);
    assert_eq!(
        refusal(object),
        "relocatable object, not a linked module; link it first"
    );
}

#[test]
fn dynamic_library() {
    let library = command(r#"(@custom "dylink.0" (before first) "")"#);
    assert_eq!(
        refusal(library),
        "position-independent library (dylink); link it statically"
    );
}

#[test]
fn headers() {
    assert_eq!(
        refusal(b"\0asm\x01\0"),
        "damaged or invalid WebAssembly: the header is cut off (at offset 0x4)"
    );
    assert_eq!(
        refusal(b"\0asm\x02\0\0\0"),
        "damaged or invalid WebAssembly: unknown version 2 (at offset 0x4)"
    );
    assert_eq!(
        refusal(b"\0asm\x0a\0\x01\0"),
        "component in a pre-standard binary format (version 0xa, layer 1); \
         rebuild it with current component tools"
    );
}

#[test]
fn damaged_module() {
    assert_eq!(
        refusal(b"\0asm\x01\0\0\0\x01\x05"),
        "damaged or invalid WebAssembly: unexpected end-of-file (at offset 0xa)"
    );
}

#[test]
fn text_format() -> Result<()> {
    assert_eq!(
        kind(" ;; a comment\n(; and another ;) (module)")?,
        "plain-core"
    );
    assert_eq!(
        refusal("(module\n  (func (result i32) i32.cons 1))"),
        "WebAssembly text that does not parse: unknown operator or unexpected token \
         (line 2, column 22)"
    );
    Ok(())
}

#[test]
fn components() -> Result<()> {
    let of_files = r#"(component (import "wasi:filesystem/types@0.2.0" (instance)))"#;
    let inspection = wrap::inspect(of_files.as_bytes())?;
    assert_eq!(inspection.kind.id(), "component");
    assert_eq!(inspection.component, Prospect::Compose);
    assert_eq!(
        core_refusal(of_files),
        "a component does not become a core module; leave --emit core out"
    );

    let prerelease = of_files.replace("0.2.0", "0.2.0-rc-2023-11-10");
    assert_eq!(
        refusal(prerelease),
        "imports wasi:filesystem/types@0.2.0-rc-2023-11-10, \
         which is not of the WASI 0.2 that the VFS speaks; rebuild it for WASI 0.2"
    );

    let preview3 = r#"(component (import "wasi:cli/stdin@0.3.0" (instance)))"#;
    let asynchronous = "(component (canon task.cancel (core func)))";
    for component in [preview3, asynchronous] {
        assert_eq!(
            refusal(component),
            "WASI 0.3 component; build the program for wasm32-wasip1"
        );
    }
    Ok(())
}

#[test]
fn components_without_files_pass_through() -> Result<()> {
    let component = wat::parse_str(r#"(component (import "wasi:cli/stdin@0.2.0" (instance)))"#)?;
    let wrapped = wrap_as(Emit::Component, &component)??;
    assert_eq!(wrapped.artifact.to_bytes(), component);
    assert_eq!(
        wrapped.reach.imports(Capability::Stdio),
        ["wasi:cli/stdin@0.2.0"]
    );
    Ok(())
}

#[test]
fn components_made_by_the_stock_adapter_keep_its_limits() -> Result<()> {
    let lifted = r#"(component
        (import "wasi:filesystem/types@0.2.0" (instance))
        (core module (import "wasi_snapshot_preview1" "f" (func))))"#;
    let inspection = wrap::inspect(lifted.as_bytes())?;
    assert_eq!(inspection.kind.id(), "lifted-component");
    assert_eq!(inspection.component, Prospect::Compose);
    assert_eq!(
        inspection.warnings,
        ["has the stock preview1 adapter in it, whose limits stay; \
          wrapping the module it was made from does away with them"]
    );
    Ok(())
}

#[test]
fn own_results_are_not_wrapped_again() -> Result<()> {
    for emit in [Emit::Core, Emit::Component] {
        let wrapped = wrap_as(emit, command("").as_bytes())??;
        let message = format!(
            "already virtualized by monaka-wrap {}; start from the original file",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(refusal(wrapped.artifact.to_bytes()), message);
        assert_eq!(core_refusal(wrapped.artifact.to_bytes()), message);
        assert_eq!(
            wrap::inspect(&wrapped.artifact.to_bytes())?.reach,
            wrapped.reach
        );
    }
    Ok(())
}

#[test]
fn virtualized_by_others() -> Result<()> {
    let virt = r#"(component (@producers (processed-by "wasi-virt" "0.1.0")))"#;
    assert_eq!(
        refusal(virt),
        "already virtualized by WASI-Virt; start from the original file"
    );

    let vfs = r#"(module
        (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "__wasi_vfs_rt_init")))"#;
    let warnings = wrap::inspect(vfs.as_bytes())?.warnings;
    assert_eq!(
        warnings,
        ["already carries files packed by wasi-vfs, which hide the embedded ones"]
    );
    Ok(())
}

#[test]
fn preview0() {
    assert_eq!(
        refusal(importing("wasi_unstable", "fd_close")),
        "preview0 (wasi_unstable) module; rebuild it with a toolchain of 2020 or later"
    );
}

#[test]
fn wasix() {
    let module = command(r#"(import "wasix_32v1" "futex_wait" (func))"#);
    assert_eq!(refusal(module), "WASIX module; build it for wasm32-wasip1");
}

#[test]
fn threads() {
    let message = "uses wasi-threads; rebuild it without threads";
    let spawns = r#"(import "wasi" "thread-spawn" (func (param i32) (result i32)))"#;
    assert_eq!(refusal(command(spawns)), message);
    let started = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (func (export "wasi_thread_start") (param i32 i32)))"#;
    assert_eq!(refusal(started), message);
}

#[test]
fn emscripten() -> Result<()> {
    let remedy = "rebuild it with -sSTANDALONE_WASM";
    for (module, name) in [
        ("env", "emscripten_memcpy_js"),
        ("env", "__syscall_openat"),
        ("env", "invoke_vii"),
        ("a", "b"),
    ] {
        assert_eq!(
            refusal(importing(module, name)),
            format!("Emscripten module with JavaScript imports ({module}.{name}); {remedy}")
        );
    }
    let standalone =
        command(r#"(import "env" "emscripten_notify_memory_growth" (func (param i32)))"#);
    assert!(wrap_as(Emit::Component, standalone.as_bytes())?.is_ok());
    Ok(())
}

#[test]
fn go_for_browsers() {
    let message = "Go js/wasm module for browsers; rebuild it with GOOS=wasip1";
    assert_eq!(refusal(importing("gojs", "runtime.wasmExit")), message);
    assert_eq!(refusal(importing("go", "runtime.wasmExit")), message);
}

#[test]
fn core_half_of_a_component() {
    let message = "core half of a component; build it for wasm32-wasip1";
    assert_eq!(
        refusal(command(r#"(@custom "component-type:app" "")"#)),
        message
    );
    assert_eq!(refusal(importing("wasi:cli/exit@0.2.0", "exit")), message);
    assert_eq!(
        refusal(importing("cm32p2|wasi:cli/exit@0.2", "exit")),
        message
    );
}

#[test]
fn wasm_bindgen() {
    let message = "needs JavaScript glue (wasm-bindgen); build it for wasm32-wasip1";
    assert_eq!(refusal(importing("wbg", "f")), message);
    assert_eq!(refusal(importing("./app_bg.js", "__wbg_log_1")), message);
    assert_eq!(refusal(importing("__wbindgen_placeholder__", "f")), message);
}

#[test]
fn plain_core() {
    let message = "no preview1 imports, nothing to do; use the module as it is";
    assert_eq!(refusal("(module)"), message);
    assert_eq!(refusal(importing("env", "f")), message);
}

#[test]
fn foreign_imports_are_kept_in_core_modules_only() -> Result<()> {
    let module = command(r#"(import "rb-js-abi-host" "eval-js" (func))"#);
    assert_eq!(
        refusal(&module),
        "imports rb-js-abi-host.eval-js, which only its own host supplies; use --emit core"
    );
    let wrapped = wrap_as(Emit::Core, module.as_bytes())??;
    assert_eq!(
        wrapped.reach.imports(Capability::Foreign),
        ["rb-js-abi-host.eval-js"]
    );
    Ok(())
}

#[test]
fn unknown_preview1_function() {
    let module = command(r#"(import "wasi_snapshot_preview1" "sock_open" (func))"#);
    let message =
        "sock_open is no preview1 function; rebuild it without its runtime's extensions of WASI";
    assert_eq!(refusal(&module), message);
    assert_eq!(core_refusal(&module), message);

    let global = command(r#"(import "wasi_snapshot_preview1" "fd_read" (global i32))"#);
    assert!(refusal(global).starts_with("fd_read is no preview1 function"));
}

#[test]
fn every_preview1_function_has_the_signature_of_witx() -> Result<()> {
    let functions = shims::preview1()?;
    assert_eq!(functions.len(), 46);
    for (name, signature) in functions {
        let import = |signature: &str| {
            command(&format!(
                r#"(import "wasi_snapshot_preview1" "{name}" (func {signature}))"#
            ))
        };
        wrap_as(Emit::Component, import(&signature).as_bytes())?.context(name.clone())?;
        let wrong = refusal(import(&format!("(param f32) {signature}")));
        assert!(
            wrong.starts_with(&format!("{name} has signature (f32")),
            "{wrong}"
        );
    }
    Ok(())
}

#[test]
fn wrong_signature_is_shown_beside_the_right_one() {
    let module = command(
        r#"(import "wasi_snapshot_preview1" "fd_seek"
            (func (param i32 i32 i32 i32) (result i32)))"#,
    );
    assert_eq!(
        refusal(module),
        "fd_seek has signature (i32, i32, i32, i32) -> (i32), \
         expected (i32, i64, i32, i32) -> (i32); \
         rebuild it with a toolchain for wasi_snapshot_preview1"
    );
}

#[test]
fn memories() {
    let with = |memory: &str| {
        format!(
            r#"(module
                (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
                {memory}
                (func (export "_start")))"#
        )
    };
    let feature = |name| format!("its memory uses {name}; build it for one 32-bit unshared memory");
    assert_eq!(
        refusal(with("(memory i64 1)")),
        feature("64-bit addresses (memory64)")
    );
    assert_eq!(
        refusal(with("(memory 1 2 shared)")),
        feature("sharing between threads")
    );
    assert_eq!(
        refusal(with("(memory 1 (pagesize 1))")),
        feature("a custom page size")
    );
    assert_eq!(
        refusal(with(r#"(import "env" "memory" (memory 1))"#)),
        "imports its memory from env; link it without --import-memory"
    );
    assert_eq!(
        refusal(with(r#"(import "env" "table" (table 1 funcref))"#)),
        "imports a table from env; link it without --import-table"
    );
    assert_eq!(
        refusal(with("")),
        "defines no memory; build it for wasm32-wasip1"
    );
    let unnamed = "exports no memory named memory; \
                   export the memory that WASI pointers refer to as memory";
    assert_eq!(refusal(with("(memory 1) (memory 1)")), unnamed);
    assert_eq!(
        refusal(with(
            r#"(memory 1) (global (export "memory") i32 (i32.const 0))"#
        )),
        unnamed
    );
}

#[test]
fn reactors_stay_core_modules() -> Result<()> {
    let with = |entry: &str| {
        format!(
            r#"(module
                (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
                (memory (export "memory") 1)
                {entry})"#
        )
    };
    let reactor = with(r#"(func (export "_initialize"))"#);
    assert_eq!(
        refusal(&reactor),
        "reactor (no _start), and a component needs a command; use --emit core"
    );
    assert_eq!(kind(&reactor)?, "preview1-reactor");
    assert!(wrap_as(Emit::Core, reactor.as_bytes())?.is_ok());

    let odd = with(r#"(func (export "_start") (param i32))"#);
    assert_eq!(
        refusal(&odd),
        "_start must take and return nothing; use --emit core"
    );
    assert!(wrap_as(Emit::Core, odd.as_bytes())?.is_ok());
    Ok(())
}

#[test]
fn two_entry_points_are_a_warning() -> Result<()> {
    let module = r#"(module
        (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_initialize"))
        (func (export "_start")))"#;
    let wrapped = wrap_as(Emit::Component, module.as_bytes())??;
    let warning = wrapped
        .stages
        .iter()
        .find(|stage| stage.level == Level::Warning);
    assert_eq!(
        warning.context("a warning")?.note,
        "exports both _start and _initialize, only _start is used"
    );
    Ok(())
}

#[test]
fn what_reaches_no_file_passes_through() -> Result<()> {
    let module = wat::parse_str(
        r#"(module $hello
            (import "wasi_snapshot_preview1" "fd_write"
                (func (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "_start")))"#,
    )?;
    let inspection = wrap::inspect(&module)?;
    assert_eq!(
        (inspection.core, inspection.component),
        (Prospect::PassThrough, Prospect::Merge)
    );
    let wrapped = wrap_as(Emit::Core, &module)??;
    assert_eq!(wrapped.artifact.to_bytes(), module);
    assert_eq!(
        wrapped.reach.imports(Capability::Stdio),
        ["wasi_snapshot_preview1.fd_write"]
    );
    Ok(())
}

#[test]
fn inspection_groups_imports_by_what_they_reach() -> Result<()> {
    let module = command(
        r#"(import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
           (import "env" "f" (func))"#,
    );
    let inspection = wrap::inspect(module.as_bytes())?;
    let reach: Vec<_> = inspection.reach.iter().collect();
    assert_eq!(
        reach,
        [
            (
                Capability::Files,
                ["wasi_snapshot_preview1.fd_close".to_owned()].as_slice()
            ),
            (
                Capability::Random,
                ["wasi_snapshot_preview1.random_get".to_owned()].as_slice()
            ),
            (Capability::Foreign, ["env.f".to_owned()].as_slice()),
        ]
    );
    assert_eq!(inspection.entry, Some("_start"));
    assert_eq!(inspection.core, Prospect::Merge);
    assert_eq!(
        inspection.component.why(),
        "imports env.f, which only its own host supplies; use --emit core"
    );
    Ok(())
}

#[test]
fn toolchains() -> Result<()> {
    let toolchain = |module: String| Ok::<_, Error>(wrap::inspect(module.as_bytes())?.toolchain);
    let rust = r#"(@producers (language "Rust" "") (processed-by "rustc" "1.95.0"))"#;
    assert_eq!(
        toolchain(command(rust))?.as_deref(),
        Some("Rust, rustc 1.95.0")
    );
    let go = r#"(@custom "go:buildid" (before first) "id")"#;
    assert_eq!(toolchain(command(go))?.as_deref(), Some("Go"));
    let script = r#"(import "env" "abort" (func (param i32 i32 i32 i32)))"#;
    assert_eq!(
        toolchain(command(script))?.as_deref(),
        Some("AssemblyScript")
    );
    assert_eq!(toolchain(command(""))?, None);
    Ok(())
}

#[test]
fn embedded_images_are_found_again() -> Result<()> {
    let shims = shims::Complete::load()?;
    for emit in [Emit::Core, Emit::Component] {
        for image in [None, Some(Bytes::from_static(b"files"))] {
            let options = Options {
                emit,
                image: image.iter().cloned().collect(),
                ..Options::default()
            };
            let module = command("");
            let wrapped = wrap::wrap(module.as_bytes(), &shims.shims(), &options)?;
            assert_eq!(wrap::embedded_image(&wrapped.artifact.to_bytes())?, image);
        }
    }
    assert_eq!(
        wrap::embedded_image(&wat::parse_str("(module)")?.into())?,
        None
    );
    Ok(())
}

#[test]
fn stages_tell_what_was_replaced_and_left_out() -> Result<()> {
    let module = command(
        r#"(@custom ".debug_info" (before first) "")
           (import "env" "abort" (func (param i32 i32 i32 i32)))"#,
    );
    let shims = shims::Complete::load()?;
    let options = Options {
        image: vec![Bytes::from_static(b"files")],
        ..Options::default()
    };
    let wrapped = wrap::wrap(module.as_bytes(), &shims.shims(), &options)?;
    let notes: Vec<_> = wrapped
        .stages
        .iter()
        .map(|s| format!("{}: {}", s.step, s.note))
        .collect();
    assert_eq!(
        notes,
        [
            "detect: preview1 command, made by AssemblyScript",
            "merge: bound 1 preview1 imports to the shim, which keeps its own files",
            "merge: replaced env.abort by a function that traps",
            "merge: left out custom sections that no longer hold: .debug_info",
            "lift: made a component of the world that the shim imports and exports",
            "validate: the result is valid and imports no file access",
            "embed: placed 5 bytes in the file system's memory",
        ]
    );
    Ok(())
}
