//! Modules large enough that their functions are spread over threads, and images too large.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use bytes::Bytes;
use wasmparser::{Operator, Parser, Payload};
use wrap::{Adapter, DEFAULT_GUEST_MEMORY, Emit, Error, Options, Unmergeable};

mod shims;

const FUNCTIONS: i32 = 3_000;

/// A module whose function `f<i>` returns `i`, after some 800 bytes of code that do nothing.
fn module() -> Result<Vec<u8>> {
    let mut text = r#"(module
        (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start"))"#
        .to_owned();
    let padding = "v128.const i64x2 0 0 drop ".repeat(40);
    for i in 0..FUNCTIONS {
        write!(
            text,
            r#"(func (export "f{i}") (result i32) i32.const {i} {padding})"#
        )?;
    }
    Ok(wat::parse_str(text + ")")?)
}

#[test]
fn every_function_keeps_its_body() -> Result<()> {
    let complete = shims::Complete::load()?;
    let options = Options {
        emit: Emit::Core,
        ..Options::default()
    };
    let wrapped = wrap::wrap(&module()?, &complete.shims(), &options)?;

    let merged = wrapped.artifact.to_bytes();
    let mut exports = HashMap::new();
    let mut constants = Vec::new();
    for payload in Parser::new(0).parse_all(&merged) {
        match payload? {
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    exports.insert(export.name, export.index);
                }
            }
            // All imports are bound, so bodies count from function 0.
            Payload::CodeSectionEntry(body) => {
                constants.push(match body.get_operators_reader()?.read()? {
                    Operator::I32Const { value } => Some(value),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    for i in 0..FUNCTIONS {
        let function = exports.get(format!("f{i}").as_str()).context("an export")?;
        assert_eq!(constants[*function as usize], Some(i));
    }
    Ok(())
}

#[test]
fn a_fault_in_the_last_function_is_found() -> Result<()> {
    let complete = shims::Complete::load()?;
    let mut module = module()?;
    // The last body ends with `drop end`; with `nop end` it returns one value too many.
    let last = module.len() - 2;
    assert_eq!(module[last..], [0x1a, 0x0b]);
    module[last] = 0x01;
    for emit in [Emit::Core, Emit::Component] {
        let options = Options {
            emit,
            ..Options::default()
        };
        let error = wrap::wrap(&module, &complete.shims(), &options).expect_err("invalid");
        assert!(matches!(error, wrap::Error::Malformed { .. }), "{error}");
    }
    Ok(())
}

/// An image of so many MiB, all of them in the same place.
fn image(mebibytes: usize) -> Vec<Bytes> {
    vec![Bytes::from(vec![1; 1 << 20]); mebibytes]
}

#[test]
fn a_component_has_room_for_a_gibibyte_and_a_core_module_for_more() -> Result<()> {
    let complete = shims::Complete::load()?;
    let module = module()?;
    let wrap = |emit, adapter, mebibytes| {
        let options = Options {
            emit,
            adapter,
            image: image(mebibytes),
            ..Options::default()
        };
        wrap::wrap(&module, &complete.shims(), &options)
    };
    let stock = Adapter::Stock {
        max_guest_memory: DEFAULT_GUEST_MEMORY,
    };
    for adapter in [Adapter::Shim, stock] {
        wrap(Emit::Component, adapter, 900)?;
        let error = wrap(Emit::Component, adapter, 1_024).expect_err("too much");
        let is_told = matches!(
            &error,
            Error::Unmergeable(Unmergeable::ImageTooLargeForComponent { .. })
        );
        assert!(
            is_told && error.to_string().contains("--emit core"),
            "{error}"
        );
    }
    wrap(Emit::Core, Adapter::Shim, 3_072)?;
    let error = wrap(Emit::Core, Adapter::Shim, 4_096).expect_err("too much");
    let is_told = matches!(
        &error,
        Error::Unmergeable(Unmergeable::ImageTooLarge { .. })
    );
    assert!(is_told, "{error}");
    Ok(())
}
