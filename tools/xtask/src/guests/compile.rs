//! From the guest packages to modules, the same bytes wherever it runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wit_component::ComponentEncoder;

use super::Guest;
use super::toolchain::{Std, Toolchain};
use crate::checkout::Checkout;
use crate::command;

/// The modules, by guest.
pub(super) type Modules = Vec<(Guest, Vec<u8>)>;

/// What cargo is told, whoever the compiler is from.
const CARGO: [&str; 6] = [
    "build",
    "--locked",
    "--profile",
    "guest",
    "--target",
    "wasm32-unknown-unknown",
];

/// Without panic's unwinding and backtraces, which a guest cannot use.
const STD_FROM_SOURCE: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features="];

/// A panic is a trap without a message, so that no formatting code is linked.
const PANIC_IS_A_TRAP: [&str; 2] = ["-Zunstable-options", "-Cpanic=immediate-abort"];

/// The shim calls nothing recursive; the default of 1 MiB would be memory of every instance.
const STACK: [&str; 4] = ["-C", "link-arg=-z", "-C", "link-arg=stack-size=131072"];

/// What every engine with multi-memory has, whatever the compiler takes for granted.
const FEATURES: [&str; 2] = [
    "-C",
    "target-feature=+bulk-memory,+mutable-globals,+nontrapping-fptoint,+sign-ext,-multivalue",
];

/// Compiles every guest.
pub(super) fn compile(
    checkout: &Checkout,
    toolchain: &Toolchain,
    target: &Path,
) -> Result<Modules> {
    let target = target.join("guests");
    let mut cargo = Command::new(command::cargo());
    cargo
        .args(arguments(toolchain))
        .current_dir(checkout.root()?)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", all_flags(checkout, toolchain)?)
        .env("RUSTC", toolchain.rustc())
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    if let Some(linker) = toolchain.linker() {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    if let Std::FromSource { .. } = toolchain.std() {
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    command::run(&mut cargo)?;

    let folder = target.join("wasm32-unknown-unknown/guest");
    let module = |guest: Guest| {
        let file = folder.join(guest.file().replace('-', "_"));
        let bytes = fs::read(&file).with_context(|| format!("no {}", file.display()))?;
        if guest.is_component() {
            let component = ComponentEncoder::default().module(&bytes)?.encode()?;
            return Ok((guest, component));
        }
        Ok((guest, bytes))
    };
    Guest::ALL.into_iter().map(module).collect()
}

/// The arguments of cargo.
pub(super) fn arguments(toolchain: &Toolchain) -> Vec<&'static str> {
    let mut arguments = CARGO.to_vec();
    for guest in Guest::ALL {
        arguments.extend(["--package", guest.name()]);
    }
    match toolchain.std() {
        Std::Prebuilt => {}
        Std::FromSource { .. } => arguments.extend(STD_FROM_SOURCE),
    }
    arguments
}

/// The flags of the compiler that shape the code; those that hide paths are added to them.
pub(super) fn flags(toolchain: &Toolchain) -> Vec<&'static str> {
    let mut flags = [&STACK[..], &FEATURES[..]].concat();
    match toolchain.std() {
        Std::Prebuilt => {}
        Std::FromSource { .. } => flags.extend(PANIC_IS_A_TRAP),
    }
    flags
}

/// All flags, in the form of `CARGO_ENCODED_RUSTFLAGS`.
fn all_flags(checkout: &Checkout, toolchain: &Toolchain) -> Result<String> {
    let mut flags: Vec<String> = flags(toolchain).into_iter().map(String::from).collect();
    let mut hide = |path: &Path, name: &str| {
        flags.push(format!("--remap-path-prefix={}={name}", path.display()));
    };
    hide(&checkout.root()?, "/monaka-wrap");
    hide(&cargo_home()?, "/cargo");
    if let Std::FromSource { library, .. } = toolchain.std() {
        hide(library, "/rust/library");
    }
    Ok(flags.join("\x1f"))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")
}
