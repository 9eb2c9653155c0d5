//! Every rule of `fs-testsuite`: a program of WASI 0.2 checks them through what it imports, which is
//! the VFS component, or the files of a host.

use std::fs;

use anyhow::{Result, anyhow, ensure};
use fs_core::MemFs;
use vfs_host::WallTime;
use wasmtime_wasi::WasiCtx;
use wit_component::ComponentEncoder;
use wrap::Options;

use crate::support::{Ended, GUESTS, OnHost, repository};

/// What `wasi:filesystem` does not tell: where the directory above is.
const UNSPEAKABLE: [&str; 2] = [
    "directories::a_listing_knows_the_directory_and_its_parent",
    "rename::a_moved_directory_has_a_new_parent",
];

fn rules() -> Result<Vec<u8>> {
    let module = fs::read(repository().join("tests/programs/p2-rules.wasm"))?;
    ComponentEncoder::default().module(&module)?.encode()
}

/// Checks every rule; `run` gives the program an argument.
fn check(run: impl Fn(&str) -> Result<(Ended, String)>) -> Result<()> {
    let (_, names) = run("list")?;
    ensure!(names.lines().count() > 100, "few rules: {names}");
    let mut broken = Vec::new();
    for name in names.lines() {
        match run(name)?.0 {
            Ended::Exited(0) => {}
            Ended::Exited(_) | Ended::Trapped => broken.push(name),
        }
    }
    assert_eq!(broken, UNSPEAKABLE, "the rules that are not kept");
    Ok(())
}

#[test]
fn every_rule_is_kept_through_the_component() -> Result<()> {
    // Without an image, the root is as empty as the rules want it.
    let wrapped = wrap::wrap(&rules()?, &GUESTS, &Options::default())?;
    let program = OnHost::new(&wrapped.artifact.to_bytes())?;
    check(|argument| program.run(WasiCtx::builder().args(&["rules", argument])))
}

#[test]
fn every_rule_is_kept_on_the_host() -> Result<()> {
    let program = OnHost::new(&rules()?)?;
    check(|argument| {
        let files = MemFs::builder(WallTime).build();
        let files = files.map_err(|code| anyhow!("{code:?}"))?;
        program.run_beside(&files, WasiCtx::builder().args(&["rules", argument]))
    })
}
