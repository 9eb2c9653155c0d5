//! Hand-written shims, shared by the tests.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wit_component::StringEncoding;
use wit_parser::Resolve;
use wrap::Shims;

/// The folder of the golden cases.
pub(crate) fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/merge")
}

/// A shim with preview1 outside.
pub(crate) fn core_shim() -> Result<Vec<u8>> {
    Ok(wat::parse_file(cases().join("shims/core.wat"))?)
}

/// A shim with WASI 0.2 outside.
pub(crate) fn component_shim() -> Result<Vec<u8>> {
    with_world(wat::parse_file(cases().join("shims/component.wat"))?)
}

/// Adds the `component-type` section of `shims/world.wit`.
pub(crate) fn with_world(mut shim: Vec<u8>) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_file(cases().join("shims/world.wit"))?;
    let world = resolve.select_world(&[package], Some("shim"))?;
    let encoding = StringEncoding::UTF8;
    wit_component::embed_component_metadata(&mut shim, &resolve, world, encoding, false)?;
    Ok(shim)
}

/// The names and signatures of all preview1 functions, which `shims/all.wat` has from witx.
pub(crate) fn preview1() -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(cases().join("shims/all.wat"))?;
    let mut functions = Vec::new();
    for line in text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(func (export \""))
    {
        let (name, rest) = line.split_once("\")").context("a name")?;
        let body = rest
            .find(" i32.const")
            .or(rest.find(" unreachable"))
            .context("a body")?;
        functions.push((name.to_owned(), rest[..body].to_owned()));
    }
    Ok(functions)
}

/// Shims with all of preview1 and nothing outside.
pub(crate) struct Complete {
    p1: Vec<u8>,
    p2: Vec<u8>,
}

impl Complete {
    pub(crate) fn load() -> Result<Self> {
        let p1 = fs::read_to_string(cases().join("shims/all.wat"))?;
        let start = r#"(module (import "app" "_start" (func $start))"#;
        let run = r#"(func (export "wasi:cli/run@0.2.12#run") (result i32)
            call $start i32.const 0))"#;
        let open = p1.trim_end().strip_suffix(')').context("a module")?;
        let p2 = open.replacen("(module $shim", start, 1) + run;
        Ok(Self {
            p1: wat::parse_str(p1)?,
            p2: with_world(wat::parse_str(p2)?)?,
        })
    }

    pub(crate) fn shims(&self) -> Shims<'_> {
        Shims {
            p1: &self.p1,
            p2: &self.p2,
            plugged: artifacts::SHIM_PLUGGED,
            vfs: artifacts::VFS,
        }
    }
}
