//! Single file operations, timed by one C program that runs in every way in turns.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasmtime::component::Component;
use wasmtime::{Engine, Module};
use wrap::Emit;

use crate::host::{self, Blocking, Start, foreign};
use crate::table::median;

pub(crate) const GUEST: &[u8] = include_bytes!("../guest/ops.wasm");
const GUEST_SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guest/ops.c");

/// The ways in which the program is run, in the order of the columns.
const WAYS: [&str; 5] = ["component", "core", "native", "preopen", "preopen*"];

/// Each operation with the copy that moves the same bytes, if it moves any.
pub(crate) const OPERATIONS: [(&str, Option<&str>); 8] = [
    ("read-4k", Some("memcpy-in")),
    ("write-4k", Some("memcpy-out")),
    ("rewrite-4k", Some("memcpy-out")),
    ("pread-4k-random", Some("memcpy-random")),
    ("stat", None),
    ("open-close", None),
    ("create-write-close", None),
    ("unlink", None),
];

/// Nanoseconds by way and operation, one for each round.
type Times = BTreeMap<(&'static str, String), Vec<f64>>;

pub(crate) fn run(rounds: usize, size: usize, tmpfs: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(tmpfs)
        .with_context(|| format!("{} must be a writable tmpfs; see --tmpfs", tmpfs.display()))?;
    let native = folder.path().join("ops");
    compile(&native)?;

    let engine = host::engine()?;
    let component = host::wrapped(GUEST, Emit::Component)?;
    let component = Component::new(&engine, component).map_err(foreign)?;
    let core = Module::new(&engine, host::wrapped(GUEST, Emit::Core)?).map_err(foreign)?;
    let plain = Module::new(&engine, GUEST).map_err(foreign)?;
    let args = ["ops".to_owned(), size.to_string()];

    let mut times = Times::new();
    for round in 0..rounds {
        eprint!("\rround {} of {rounds} ", round + 1);
        for way in WAYS {
            let files = tempfile::tempdir_in(folder.path())?;
            let printed = match way {
                "component" => host::run_component(&engine, &component, &start(&args, None))?,
                "core" => host::run_core(&engine, &core, &start(&args, None))?,
                "native" => run_native(&native, &args, files.path())?,
                "preopen" => preopened(
                    &engine,
                    &plain,
                    &args,
                    files.path(),
                    Blocking::CallingThread,
                )?,
                _ => preopened(&engine, &plain, &args, files.path(), Blocking::OtherThread)?,
            };
            collect(&mut times, way, &printed)?;
        }
    }
    eprintln!("\r");
    print(&mut times, size, rounds);
    Ok(())
}

pub(crate) fn compile(native: &Path) -> Result<()> {
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-D_GNU_SOURCE", "-o"]);
    let status = compiler.arg(native).arg(GUEST_SOURCE).status()?;
    ensure!(status.success(), "the C compiler failed");
    Ok(())
}

fn start<'a>(args: &'a [String], preopen: Option<(&'a Path, Blocking)>) -> Start<'a> {
    Start { args, preopen }
}

fn preopened(
    engine: &Engine,
    code: &Module,
    args: &[String],
    files: &Path,
    blocking: Blocking,
) -> Result<String> {
    host::run_core(engine, code, &start(args, Some((files, blocking))))
}

pub(crate) fn run_native(native: &Path, args: &[String], files: &Path) -> Result<String> {
    let output = Command::new(native)
        .args(&args[1..])
        .current_dir(files)
        .output()?;
    ensure!(output.status.success(), "the native program failed");
    Ok(String::from_utf8(output.stdout)?)
}

fn collect(times: &mut Times, way: &'static str, printed: &str) -> Result<()> {
    for (operation, time) in self::times(printed)? {
        times.entry((way, operation)).or_default().push(time);
    }
    Ok(())
}

/// What the program printed: operations, and nanoseconds.
pub(crate) fn times(printed: &str) -> Result<Vec<(String, f64)>> {
    let time = |line: &str| {
        let (operation, time) = line.split_once(' ').context("a name and a time")?;
        Ok((operation.to_owned(), time.parse()?))
    };
    printed.lines().map(time).collect()
}

fn print(times: &mut Times, size: usize, rounds: usize) {
    let mut of = |way: &'static str, operation: &str| {
        times
            .get_mut(&(way, operation.to_owned()))
            .map_or(0.0, |values| median(values))
    };
    println!(
        "4 KiB operations on a file of {size} MiB, medians of {rounds} rounds in turns, ns per operation"
    );
    println!(
        "native: C on tmpfs; preopen: wasmtime with a tmpfs preopen, calls on its own thread;"
    );
    println!("preopen*: the same with the embedder's default, calls on another thread\n");
    println!(
        "{:<20}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10} | {:>8}{:>8}{:>9}{:>10}",
        "operation",
        "copy",
        "component",
        "core",
        "native",
        "preopen",
        "preopen*",
        "comp/copy",
        "core/copy",
        "native/comp",
        "preopen/comp"
    );
    for (operation, copy) in OPERATIONS {
        let component = of("component", operation);
        let core = of("core", operation);
        let native = of("native", operation);
        let preopen = of("preopen", operation);
        let other_thread = of("preopen*", operation);
        let base = copy.map(|copy| (of("component", copy), of("core", copy)));
        let ratio = |time: f64, base: Option<f64>| {
            base.map_or("-".to_owned(), |base| format!("{:.2}", time / base))
        };
        println!(
            "{operation:<20}{:>10}{component:>10.0}{core:>10.0}{native:>10.0}{preopen:>10.0}{other_thread:>10.0} | {:>8}{:>8}{:>9.1}{:>10.1}",
            base.map_or("-".to_owned(), |(copy, _)| format!("{copy:.0}")),
            ratio(component, base.map(|(copy, _)| copy)),
            ratio(core, base.map(|(_, copy)| copy)),
            native / component,
            preopen / component,
        );
    }
}
