//! `cargo xtask wit vendor`: the WASI packages in `wit/deps`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::command;

/// The packages that the worlds in `wit` name.
const PACKAGES: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// Copies the packages out of the sources of the locked wasmtime-wasi, and `wasi:http` out of those
/// of wasmtime-wasi-http.
pub fn vendor(checkout: &Checkout) -> Result<()> {
    let wasi = sources(checkout, "wasmtime-wasi")?.join("src/p2/wit/deps");
    let http = sources(checkout, "wasmtime-wasi-http")?.join("wit/deps");
    let folder = checkout.join("wit/deps");
    fs::create_dir_all(&folder)?;
    let packages = PACKAGES.iter().map(|package| (&wasi, package));
    for (sources, package) in packages.chain([(&http, &"http")]) {
        let file = format!("{package}.wit");
        let text = fs::read_to_string(sources.join(&file))
            .with_context(|| format!("{} has no {file}", sources.display()))?;
        fs::write(folder.join(&file), without_worlds(&text))?;
    }
    Ok(())
}

/// The folder of the sources of a dependency.
fn sources(checkout: &Checkout, name: &str) -> Result<PathBuf> {
    let metadata = command::output(
        Command::new(command::cargo())
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(checkout.root()?),
    )?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| package["name"] == name)
        .find_map(|package| package["manifest_path"].as_str())
        .and_then(|manifest| PathBuf::from(manifest).parent().map(PathBuf::from))
        .with_context(|| format!("{name} is not a dependency of the workspace"))
}

/// Leaves out the worlds: those of `wasi:cli` would force `wasi:filesystem` and `wasi:sockets` in.
///
/// A world is a top-level block; its attributes and comments stand directly above it.
fn without_worlds(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with("world ") {
            kept.push(line);
            continue;
        }
        while kept.last().is_some_and(|line| line.starts_with(['@', '/'])) {
            kept.pop();
        }
        lines.by_ref().find(|line| *line == "}");
    }
    while kept.last() == Some(&"") {
        kept.pop();
    }
    kept.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::without_worlds;

    #[test]
    fn worlds_go_with_their_attributes_and_interfaces_stay() {
        let text = "package a:b;\n\n@since(version = 0.2.0)\ninterface i {\n}\n\n\
                    /// All of it.\n@since(version = 0.2.0)\nworld w {\n  import i;\n}\n";
        assert_eq!(
            without_worlds(text),
            "package a:b;\n\n@since(version = 0.2.0)\ninterface i {\n}\n"
        );
    }
}
