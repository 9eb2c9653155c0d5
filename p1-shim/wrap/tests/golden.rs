//! Golden tests of the merger.
//!
//! A case is a folder `tests/merge/<case>` with
//! - `module.wat`, the input;
//! - `shim.wat`, if it is not `tests/merge/shims/core.wat` or, for components,
//!   `tests/merge/shims/component.wat`;
//! - `options.txt`, if they are not the defaults: `emit component`, `names keep`, `image TEXT`;
//! - `merged.wat`, `component.wat` or `error.txt`, the expected result.
//!
//! `BLESS=1 cargo test -p wrap --test golden` writes the results anew.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Trial};
use wrap::{Emit, Names, Options, Shims};

mod shims;

fn main() -> Result<()> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(shims::cases())? {
        let folder = entry?.path();
        if folder.join("module.wat").exists() {
            let name = folder.file_name().context("a case without a name")?;
            let name = name.to_string_lossy().into_owned();
            cases.push(Trial::test(name, move || {
                Ok(run(&folder).map_err(|e| format!("{e:?}"))?)
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), cases).exit();
}

const RESULTS: [&str; 3] = ["merged.wat", "component.wat", "error.txt"];

fn run(folder: &Path) -> Result<()> {
    let options = options(folder)?;
    let (name, result) = result(folder, &options)?;
    if std::env::var_os("BLESS").is_some() {
        for stale in RESULTS.into_iter().filter(|other| *other != name) {
            if folder.join(stale).exists() {
                fs::remove_file(folder.join(stale))?;
            }
        }
        return Ok(fs::write(folder.join(name), result)?);
    }
    let expected = fs::read_to_string(folder.join(name))
        .with_context(|| format!("there is no {name}, but the result is\n{result}"))?;
    if expected != result {
        bail!("{name} differs, BLESS=1 rewrites it; the result is\n{result}");
    }
    Ok(())
}

/// Wraps the case's module; returns the name of the file that its result belongs in, and the
/// result.
fn result(folder: &Path, options: &Options) -> Result<(&'static str, String)> {
    let input = fs::read(folder.join("module.wat"))?;
    let shim = shim(folder, options.emit)?;
    let shims = Shims {
        p1: &shim,
        p2: &shim,
        vfs: &[],
    };
    Ok(match (wrap::wrap(&input, &shims, options), options.emit) {
        (Ok(wrapped), Emit::Core) => ("merged.wat", print(&wrapped.bytes)?),
        (Ok(wrapped), Emit::Component) => ("component.wat", print(&wrapped.bytes)?),
        (Err(error), _) => ("error.txt", format!("{error}\n")),
    })
}

/// The text of a result, with a placeholder for the version that it names.
fn print(bytes: &[u8]) -> Result<String> {
    let text = wasmprinter::print_bytes(bytes)?;
    Ok(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"))
}

fn shim(folder: &Path, emit: Emit) -> Result<Vec<u8>> {
    let own: PathBuf = folder.join("shim.wat");
    if !own.exists() {
        return match emit {
            Emit::Core => shims::core_shim(),
            Emit::Component => shims::component_shim(),
        };
    }
    match emit {
        Emit::Core => Ok(wat::parse_file(own)?),
        Emit::Component => shims::with_world(wat::parse_file(own)?),
    }
}

fn options(folder: &Path) -> Result<Options> {
    let mut options = Options {
        emit: Emit::Core,
        ..Options::default()
    };
    let file = folder.join("options.txt");
    if !file.exists() {
        return Ok(options);
    }
    for line in fs::read_to_string(file)?.lines() {
        match line.split_once(' ') {
            Some(("emit", "component")) => options.emit = Emit::Component,
            Some(("names", "keep")) => options.names = Names::Keep,
            Some(("image", text)) => options.image = Some(text.as_bytes().to_vec()),
            _ => bail!("unknown option {line:?}"),
        }
    }
    Ok(options)
}
