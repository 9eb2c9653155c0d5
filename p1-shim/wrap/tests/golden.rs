//! Golden tests of the merger and of the rewrite for the stock adapter.
//!
//! A case of the merger is a folder `tests/merge/<case>` with
//! - `module.wat`, the input;
//! - `shim.wat`, if it is not `tests/merge/shims/core.wat` or, for components,
//!   `tests/merge/shims/component.wat`;
//! - `options.txt`, if they are not the defaults: `emit component`, `names keep`, `image TEXT`,
//!   `exit outcome`;
//! - `merged.wat`, `component.wat` or `error.txt`, the expected result.
//!
//! A case of the rewrite is a folder `tests/stock/<case>` with
//! - `module.wat`, the input;
//! - `options.txt`, if they are not the defaults: `emit core`, `names keep`, `exit outcome`,
//!   `max-guest-memory BYTES`;
//! - `rewritten.wat`, the application's module in the result, or `error.txt`.
//!
//! `BLESS=1 cargo test -p wrap --test golden` writes the results anew.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Trial};
use wasmparser::{Parser, Payload};
use wrap::{Adapter, DEFAULT_GUEST_MEMORY, Emit, ExitStatus, Names, Options, Shims};

mod shims;

fn main() -> Result<()> {
    let mut trials = Vec::new();
    for suite in [Suite::Merge, Suite::Stock] {
        for entry in fs::read_dir(suite.cases())? {
            let folder = entry?.path();
            if folder.join("module.wat").exists() {
                let name = folder.file_name().context("a case without a name")?;
                let name = format!("{}::{}", suite.name(), name.to_string_lossy());
                trials.push(Trial::test(name, move || {
                    Ok(run(suite, &folder).map_err(|e| format!("{e:?}"))?)
                }));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// What is tested.
#[derive(Clone, Copy)]
enum Suite {
    Merge,
    Stock,
}

impl Suite {
    fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Stock => "stock",
        }
    }

    fn cases(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(self.name())
    }

    fn defaults(self) -> Options {
        match self {
            Self::Merge => Options {
                emit: Emit::Core,
                ..Options::default()
            },
            Self::Stock => Options {
                adapter: Adapter::Stock {
                    max_guest_memory: DEFAULT_GUEST_MEMORY,
                },
                ..Options::default()
            },
        }
    }
}

const RESULTS: [&str; 4] = ["merged.wat", "component.wat", "rewritten.wat", "error.txt"];

fn run(suite: Suite, folder: &Path) -> Result<()> {
    let options = options(suite, folder)?;
    let (name, result) = match suite {
        Suite::Merge => merged(folder, &options)?,
        Suite::Stock => rewritten(folder, &options)?,
    };
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

/// Merges the case's module with its shim; returns the name of the file that its result belongs in,
/// and the result.
fn merged(folder: &Path, options: &Options) -> Result<(&'static str, String)> {
    let input = fs::read(folder.join("module.wat"))?;
    let shim = shim(folder, options.emit)?;
    let shims = Shims {
        p1: &shim,
        p2: &shim,
        plugged: &[],
        vfs: &[],
    };
    Ok(match (wrap::wrap(&input, &shims, options), options.emit) {
        (Ok(wrapped), Emit::Core) => ("merged.wat", print(&wrapped.artifact.to_bytes())?),
        (Ok(wrapped), Emit::Component) => ("component.wat", print(&wrapped.artifact.to_bytes())?),
        (Err(error), _) => ("error.txt", format!("{error}\n")),
    })
}

/// Wraps the case's module by way of the stock adapter; returns the name of the file that its result
/// belongs in, and the application's module in the result.
fn rewritten(folder: &Path, options: &Options) -> Result<(&'static str, String)> {
    let input = fs::read(folder.join("module.wat"))?;
    let shims = Shims {
        p1: &[],
        p2: &[],
        plugged: &[],
        vfs: artifacts::VFS,
    };
    Ok(match wrap::wrap(&input, &shims, options) {
        Ok(wrapped) => (
            "rewritten.wat",
            print(command(&wrapped.artifact.to_bytes())?)?,
        ),
        Err(error) => ("error.txt", format!("{error}\n")),
    })
}

/// The core module of a component that exports `_start`.
fn command(component: &[u8]) -> Result<&[u8]> {
    let mut module = 0..0;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection {
                unchecked_range, ..
            } => module = unchecked_range,
            Payload::ExportSection(exports) => {
                for export in exports {
                    if export?.name == "_start" {
                        return Ok(&component[module.start as usize..module.end as usize]);
                    }
                }
            }
            _ => {}
        }
    }
    bail!("no module exports _start")
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

fn options(suite: Suite, folder: &Path) -> Result<Options> {
    let mut options = suite.defaults();
    let file = folder.join("options.txt");
    if !file.exists() {
        return Ok(options);
    }
    for line in fs::read_to_string(file)?.lines() {
        match line.split_once(' ') {
            Some(("emit", "component")) => options.emit = Emit::Component,
            Some(("emit", "core")) => options.emit = Emit::Core,
            Some(("exit", "outcome")) => options.exit_status = ExitStatus::Outcome,
            Some(("max-guest-memory", bytes)) => {
                options.adapter = Adapter::Stock {
                    max_guest_memory: bytes.parse()?,
                }
            }
            Some(("names", "keep")) => options.names = Names::Keep,
            Some(("image", text)) => options.image = vec![text.as_bytes().to_vec().into()],
            _ => bail!("unknown option {line:?}"),
        }
    }
    Ok(options)
}
