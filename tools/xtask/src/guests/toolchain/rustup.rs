//! The toolchain that builds everything else, if it has the target.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Origin, Std, Toolchain};
use crate::command;

/// The active toolchain, or `None` if it cannot compile for the target.
pub(super) fn find() -> Result<Option<Toolchain>> {
    let libraries = command::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ]))?;
    let installed = Path::new(libraries.trim_end()).is_dir();
    Ok(installed.then(|| Toolchain {
        origin: Origin::Rustup,
        rustc: "rustc".into(),
        linker: None,
        std: Std::Prebuilt,
    }))
}
