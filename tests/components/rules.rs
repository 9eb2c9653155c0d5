//! Every rule of `fs-testsuite`, kept by the VFS component: a program of WASI 0.2 checks them through
//! what it imports.

use std::fs;

use anyhow::{Result, ensure};
use wasmtime_wasi::WasiCtx;
use wit_component::ComponentEncoder;
use wrap::Options;

use crate::support::{Ended, GUESTS, OnHost, repository};

#[test]
fn every_rule_is_kept_through_the_component() -> Result<()> {
    let module = fs::read(repository().join("tests/programs/p2-rules.wasm"))?;
    let component = ComponentEncoder::default().module(&module)?.encode()?;
    // Without an image, the root is as empty as the rules want it.
    let wrapped = wrap::wrap(&component, &GUESTS, &Options::default())?;
    let program = OnHost::new(&wrapped.artifact.to_bytes())?;
    let run = |argument| program.run(WasiCtx::builder().args(&["rules", argument]));

    let (_, names) = run("list")?;
    ensure!(names.lines().count() > 100, "few rules: {names}");
    let mut broken = Vec::new();
    for name in names.lines() {
        match run(name)?.0 {
            Ended::Exited(0) => {}
            Ended::Exited(_) | Ended::Trapped => broken.push(name),
        }
    }
    ensure!(broken.is_empty(), "not kept: {}", broken.join(", "));
    Ok(())
}
