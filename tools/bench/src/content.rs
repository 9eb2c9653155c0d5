//! Embedding files: wrapping large trees, starting what comes out, and reading in it.

mod precompiled;
mod tool;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use self::precompiled::Precompiled;
use self::tool::Tool;
use self::trees::Tree;
use crate::host::{self, Start, foreign};
use crate::table::median;

const GUEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guest/content.wasm");
const GUEST_SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guest/content.c");

/// How often a program is instantiated.
const STARTS: usize = 200;

/// What a program is wrapped into.
const KINDS: [&str; 2] = ["component", "core"];

pub(crate) fn run(rounds: usize, largest: usize, scratch: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(scratch)
        .with_context(|| format!("{} must be writable; see --scratch", scratch.display()))?;
    let folder = folder.path();
    let tool = Tool::find()?;
    println!("medians of {rounds} rounds; read: reading every file of the tree natively\n");
    let mixed = Tree::mixed(&folder.join("mixed"))?;
    wrapping(&tool, folder, "2,000 files", &mixed, rounds)?;
    mixed.remove()?;
    let small = Tree::small(&folder.join("small"))?;
    wrapping(&tool, folder, "100,000 files", &small, rounds)?;
    opening(&tool, folder, &small, rounds)?;
    small.remove()?;
    reading(&tool, folder, rounds)?;
    starting(&tool, folder, largest)
}

/// Wrapping, against reading the same files.
fn wrapping(tool: &Tool, folder: &Path, name: &str, tree: &Tree, rounds: usize) -> Result<()> {
    let empty = folder.join("empty.wasm");
    tool.wrap(GUEST.as_ref(), "component", None, &empty)?;
    let bare = fs::metadata(&empty)?.len();
    let out = folder.join("wrapped.wasm");
    let (mut times, mut reads, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        reads.push(tree.read_all()?);
        let run = tool.wrap(GUEST.as_ref(), "component", Some(tree.mount("/")), &out)?;
        times.push(run.seconds);
        peak = peak.max(run.peak);
    }
    let (time, read) = (median(&mut times), median(&mut reads));
    let len = fs::metadata(&out)?.len();
    println!(
        "wrap {name:<14} {:>7.1} MB  {:>6.0} ms, {:>4.1} times read  peak {:>4.0} MB  overhead {:>5.2} MB",
        tree.content as f64 / 1e6,
        time * 1e3,
        time / read,
        peak as f64 / 1e6,
        len.saturating_sub(bare + tree.content) as f64 / 1e6,
    );
    fs::remove_file(out)?;
    Ok(())
}

/// Opening, looking at and reading one of very many files, against the host's file system.
fn opening(tool: &Tool, folder: &Path, tree: &Tree, rounds: usize) -> Result<()> {
    let native = folder.join("content");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-D_GNU_SOURCE", "-o"]);
    let status = compiler.arg(&native).arg(GUEST_SOURCE).status()?;
    ensure!(status.success(), "the C compiler failed");
    let files = tree.files.to_string();
    let args = ["content", "open", "/", &files].map(str::to_owned);
    let mut times = Times::default();
    for _ in 0..rounds {
        let mut command = Command::new(&native);
        let output = command.arg("open").arg(&tree.root).arg(&files).output()?;
        ensure!(output.status.success(), "the native program failed");
        times.collect("native", &String::from_utf8(output.stdout)?)?;
    }
    for kind in KINDS {
        let out = folder.join("wrapped.wasm");
        tool.wrap(GUEST.as_ref(), kind, Some(tree.mount("/")), &out)?;
        let code = Code::compile(kind, &out)?;
        for _ in 0..rounds {
            times.collect(kind, &code.run(&args)?)?;
        }
    }
    println!();
    for kind in KINDS {
        for operation in ["open-first", "open-again"] {
            let time = times.of(kind, operation);
            println!(
                "open+stat+read of a random one of {files}, {operation:<10} {kind:<9} {time:>6.0} ns, native {:>4.1} times slower",
                times.of("native", operation) / time
            );
        }
    }
    Ok(())
}

/// Reading embedded files, against copies in the program's memory.
fn reading(tool: &Tool, folder: &Path, rounds: usize) -> Result<()> {
    println!();
    for megabytes in [1, 100] {
        let file = folder.join("file");
        trees::noise(&file, megabytes * 1_000_000)?;
        for kind in KINDS {
            let out = folder.join("wrapped.wasm");
            let mount = format!("/file={}", file.display());
            tool.wrap(GUEST.as_ref(), kind, Some(mount), &out)?;
            let code = Code::compile(kind, &out)?;
            let args = ["content", "read", "/file"].map(str::to_owned);
            let mut times = Times::default();
            for _ in 0..rounds {
                times.collect(kind, &code.run(&args)?)?;
            }
            for (read, copy) in [("read", "memcpy"), ("read-random", "memcpy-random")] {
                let (time, copy) = (times.of(kind, read), times.of(kind, copy));
                println!(
                    "4 KiB of an embedded file of {megabytes:>3} MB, {read:<11} {kind:<9} {time:>6.0} ns, {:>4.2} times memory.copy",
                    time / copy
                );
            }
        }
    }
    Ok(())
}

/// Instantiating precompiled programs, against one without files.
fn starting(tool: &Tool, folder: &Path, largest: usize) -> Result<()> {
    println!("\ninstantiating what was precompiled, medians of {STARTS}");
    for kind in KINDS {
        let mut empty = None;
        for megabytes in [0, 1, 10, 100, 1_000] {
            if megabytes > largest {
                continue;
            }
            let file = folder.join("file");
            trees::noise(&file, megabytes * 1_000_000)?;
            let out = folder.join("wrapped.wasm");
            let mount = format!("/file={}", file.display());
            tool.wrap(GUEST.as_ref(), kind, Some(mount), &out)?;
            fs::remove_file(file)?;
            let precompiled = Precompiled::make(kind, &out, &folder.join("wrapped.cwasm"))?;
            let time = precompiled.instantiate(STARTS)?;
            let empty = *empty.get_or_insert(time);
            println!(
                "{kind:<9} with {megabytes:>4} MB  {:>7.1} us, {:>4.2} times that without",
                time * 1e6,
                time / empty
            );
        }
    }
    Ok(())
}

/// A wrapped program, compiled.
enum Code {
    Component(Engine, Component),
    Core(Engine, Module),
}

impl Code {
    fn compile(kind: &str, file: &Path) -> Result<Self> {
        let engine = host::engine()?;
        Ok(match kind {
            "component" => {
                let code = Component::from_file(&engine, file).map_err(foreign)?;
                Self::Component(engine, code)
            }
            _ => {
                let code = Module::from_file(&engine, file).map_err(foreign)?;
                Self::Core(engine, code)
            }
        })
    }

    /// What it prints.
    fn run(&self, args: &[String]) -> Result<String> {
        let start = Start {
            args,
            preopen: None,
        };
        match self {
            Self::Component(engine, code) => host::run_component(engine, code, &start),
            Self::Core(engine, code) => host::run_core(engine, code, &start),
        }
    }
}

/// Nanoseconds by way and operation, one for each round.
#[derive(Default)]
struct Times(BTreeMap<(&'static str, String), Vec<f64>>);

impl Times {
    fn collect(&mut self, way: &'static str, printed: &str) -> Result<()> {
        for line in printed.lines() {
            let (operation, time) = line.split_once(' ').context("a name and a time")?;
            let times = self.0.entry((way, operation.to_owned())).or_default();
            times.push(time.parse()?);
        }
        Ok(())
    }

    fn of(&mut self, way: &'static str, operation: &str) -> f64 {
        let times = self.0.get_mut(&(way, operation.to_owned()));
        times.map_or(0.0, |times| median(times))
    }
}
