//! The guest modules: built rarely, committed, checked on every machine.

pub mod check;
mod compile;
mod inputs;
mod manifest;
pub mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::command;
use compile::Modules;
use manifest::Manifest;
use toolchain::{Origin, Toolchain};

/// A guest module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// The shim whose outside is the preview1 functions that remain.
    ShimP1,
    /// The shim whose outside is WASI 0.2.
    ShimP2,
    /// The shim whose outside is WASI 0.2, files included.
    ShimPlugged,
    /// The file system of WASI 0.2 programs.
    Vfs,
    /// The same with its files at a server.
    VfsRpc,
    /// A program of the tests.
    Calls,
    /// A program of the tests that holds a file system to a rule.
    Rules,
    /// A program of the benchmarks.
    Ops,
}

impl Guest {
    /// Every guest.
    pub const ALL: [Self; 8] = [
        Self::ShimP1,
        Self::ShimP2,
        Self::ShimPlugged,
        Self::Vfs,
        Self::VfsRpc,
        Self::Calls,
        Self::Rules,
        Self::Ops,
    ];

    /// The name of its package, and of its file without `.wasm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShimP1 => "shim-p1",
            Self::ShimP2 => "shim-p2",
            Self::ShimPlugged => "shim-plugged",
            Self::Vfs => "vfs",
            Self::VfsRpc => "vfs-rpc",
            Self::Calls => "p2-calls",
            Self::Rules => "p2-rules",
            Self::Ops => "p2-ops",
        }
    }

    /// The name of its file.
    pub fn file(self) -> String {
        format!("{}.wasm", self.name())
    }

    /// The folder that its committed file is in: what the tool brings, apart from what uses it.
    fn folder(self) -> &'static str {
        match self {
            Self::ShimP1 | Self::ShimP2 | Self::ShimPlugged | Self::Vfs | Self::VfsRpc => ARTIFACTS,
            Self::Calls | Self::Rules => "tests/programs",
            Self::Ops => "tools/bench/guest",
        }
    }
}

const ARTIFACTS: &str = "p2-vfs/artifacts";

/// Where the manifest is.
fn folder(checkout: &Checkout) -> PathBuf {
    checkout.join(ARTIFACTS)
}

/// Where a committed module is.
fn file(checkout: &Checkout, guest: Guest) -> PathBuf {
    checkout.join(guest.folder()).join(guest.file())
}

/// Builds every guest and writes the modules and their manifest to where they are committed, or all
/// of them into another folder.
pub fn build(checkout: &Checkout, origin: Option<Origin>, output: Option<&Path>) -> Result<()> {
    let toolchain = Toolchain::find(origin)?;
    let modules = compile::compile(checkout, &toolchain, &checkout.target_folder())?;
    let manifest = Manifest::of(checkout, &toolchain, &modules)?;
    match output {
        Some(folder) => {
            fs::create_dir_all(folder)?;
            write(folder, &modules, &manifest, |guest| {
                folder.join(guest.file())
            })
        }
        None => write(&folder(checkout), &modules, &manifest, |guest| {
            file(checkout, guest)
        }),
    }
}

/// Builds again from a copy of the checkout, in another folder, and compares byte by byte.
///
/// A compiler of another version gives other bytes. What it gives then is tested instead, and said
/// to be so.
pub fn verify(checkout: &Checkout) -> Result<()> {
    let committed = Manifest::read(&folder(checkout))?;
    let toolchain = Toolchain::find(Some(committed.toolchain.origin))
        .or_else(|_| Toolchain::find(None))
        .context("no toolchain to verify with")?;
    let temporary = tempfile::tempdir()?;
    let copy = checkout.copy_to(&temporary.path().join("copy"))?;
    let modules = compile::compile(&copy, &toolchain, &temporary.path().join("target"))?;

    let rebuilt = Manifest::of(&copy, &toolchain, &modules)?;
    if rebuilt.toolchain == committed.toolchain {
        return compare(checkout, &modules);
    }
    write(&folder(&copy), &modules, &rebuilt, |guest| {
        file(&copy, guest)
    })?;
    test(checkout, &copy)?;
    println!(
        "NOT COMPARED: the toolchain is not the manifest's; what it builds passes the tests\n  \
         manifest: {}\n  here:     {}",
        committed.toolchain, rebuilt.toolchain
    );
    Ok(())
}

fn write(
    folder: &Path,
    modules: &Modules,
    manifest: &Manifest,
    file: impl Fn(Guest) -> PathBuf,
) -> Result<()> {
    for (guest, bytes) in modules {
        fs::write(file(*guest), bytes)?;
        println!("{}: {} bytes", guest.name(), bytes.len());
    }
    manifest.write(folder)
}

fn compare(checkout: &Checkout, modules: &Modules) -> Result<()> {
    for (guest, bytes) in modules {
        let file = file(checkout, *guest);
        let committed =
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(
            committed == *bytes,
            "{} is not what its sources give; run `cargo xtask guests build`",
            guest.file()
        );
        println!("{}: identical, {} bytes", guest.name(), bytes.len());
    }
    Ok(())
}

/// Runs the tests that use the guests, on a copy of the checkout that holds new ones.
fn test(checkout: &Checkout, copy: &Checkout) -> Result<()> {
    let packages = ["--package", "artifacts", "--package", "e2e"];
    command::run(
        Command::new(command::cargo())
            .args(["test", "--locked"])
            .args(packages)
            .env("CARGO_TARGET_DIR", checkout.target_folder())
            .current_dir(copy.root()?),
    )
}
