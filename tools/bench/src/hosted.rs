//! Guests of `vfs-host`: modules against the shim, native C and preopens, components against the
//! VFS component and preopens, and forks.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use fs_core::{Descriptor, DescriptorFlags, MemFs, OpenFlags, PathFlags, WriteAt};
use vfs_host::p2::{VfsCtxView, VfsView};
use vfs_host::watch::{Monitor, Watched};
use vfs_host::{OutputBuffer, VfsCtx, WallTime};
use wasmtime::component::{Component, Linker as ComponentLinker, ResourceTable};
use wasmtime::{Engine, Linker, Module, Store};
use wasmtime_wasi::filesystem::FsPerms;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wit_component::ComponentEncoder;
use wrap::Emit;

use crate::host::{self, Blocking, ComponentHost, Start, foreign};
use crate::ops::{self, GUEST};
use crate::plugged;
use crate::table::median;
use crate::trees::{Epoch, failed};

/// Nanoseconds by way and operation, one for each round.
type Times = BTreeMap<(&'static str, String), Vec<f64>>;

pub(crate) fn run(rounds: usize, tmpfs: &Path) -> Result<()> {
    modules(rounds, tmpfs)?;
    println!();
    components(rounds, tmpfs)?;
    println!();
    forks()
}

fn modules(rounds: usize, tmpfs: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(tmpfs)
        .with_context(|| format!("{} must be a writable tmpfs; see --tmpfs", tmpfs.display()))?;
    let native = folder.path().join("ops");
    ops::compile(&native)?;
    let engine = host::engine()?;
    let fused = host::wrapped(GUEST, Emit::Component)?;
    let fused = Component::new(&engine, fused).map_err(foreign)?;
    let plain = Module::new(&engine, GUEST).map_err(foreign)?;
    let args = ["ops".to_owned(), "1".to_owned()];
    let mut times = Times::new();
    for round in 0..rounds {
        eprint!("\rround {} of {rounds} ", round + 1);
        for way in ["host", "watched", "fused", "native", "preopen*"] {
            let files = tempfile::tempdir_in(folder.path())?;
            let alone = Start {
                args: &args,
                preopen: None,
            };
            let printed = match way {
                "host" => hosted(&engine, &plain, &args, &empty()?)?,
                "watched" => {
                    let watched = Watched::new(empty()?, Monitor::new().guest("ops"));
                    hosted(&engine, &plain, &args, &watched)?
                }
                "fused" => host::run_component(&engine, &fused, &alone)?,
                "native" => ops::run_native(&native, &args, files.path())?,
                _ => host::run_core(
                    &engine,
                    &plain,
                    &Start {
                        preopen: Some((files.path(), Blocking::OtherThread)),
                        ..alone
                    },
                )?,
            };
            for (operation, time) in ops::times(&printed)? {
                times.entry((way, operation)).or_default().push(time);
            }
        }
    }
    eprintln!("\r");
    println!("a module of preview 1, medians of {rounds} rounds in turns, ns per operation");
    println!("host: vfs-host; watched: with counters; fused: merged with the shim;");
    println!("preopen*: a tmpfs preopen with the embedder's default, calls on another thread\n");
    println!(
        "{:<20}{:>8}{:>8}{:>8}{:>8}{:>9} |{:>11}{:>12}{:>14}",
        "operation",
        "host",
        "watched",
        "fused",
        "native",
        "preopen*",
        "host/fused",
        "native/host",
        "preopen*/host"
    );
    for (operation, _) in ops::OPERATIONS {
        let mut of = |way| median_of(&mut times, way, operation);
        let [host, watched, fused] = ["host", "watched", "fused"].map(&mut of);
        let [native, preopen] = ["native", "preopen*"].map(&mut of);
        println!(
            "{operation:<20}{host:>8.0}{watched:>8.0}{fused:>8.0}{native:>8.0}{preopen:>9.0} |{:>11.2}{:>12.1}{:>14.1}",
            host / fused,
            native / host,
            preopen / host
        );
    }
    Ok(())
}

fn median_of(times: &mut Times, way: &'static str, operation: &str) -> f64 {
    let values = times.get_mut(&(way, operation.to_owned()));
    values.map_or(0.0, |values| median(values))
}

fn empty() -> Result<MemFs> {
    MemFs::builder(WallTime).build().map_err(failed)
}

/// Runs a module as it is and gives what it printed.
fn hosted<F>(engine: &Engine, code: &Module, args: &[String], files: &F) -> Result<String>
where
    F: fs_core::FileSystem + 'static,
{
    let stdout = OutputBuffer::new(1 << 20);
    let mut linker = Linker::new(engine);
    vfs_host::preview1::add_to_linker(&mut linker, |guest: &mut VfsCtx<F>| guest)
        .map_err(foreign)?;
    let guest = VfsCtx::builder().args(args).stdout(stdout.clone());
    let mut store = Store::new(engine, guest.inherit_stderr().build(files));
    let instance = linker.instantiate(&mut store, code).map_err(foreign)?;
    let entry = instance.get_typed_func::<(), ()>(&mut store, "_start");
    let entry = entry.map_err(foreign)?;
    entry.call(&mut store, ()).map_err(foreign)?;
    String::from_utf8(stdout.contents()).context("the program prints text")
}

struct Guest {
    files: VfsCtx,
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl VfsView for Guest {
    type Files = MemFs;

    fn vfs(&mut self) -> VfsCtxView<'_, MemFs> {
        VfsCtxView {
            ctx: &mut self.files,
            table: &mut self.table,
        }
    }
}

fn components(rounds: usize, tmpfs: &Path) -> Result<()> {
    let engine = host::engine()?;
    let program = ComponentEncoder::default()
        .module(plugged::GUEST)?
        .encode()?;
    let vfs = host::wrapped(&program, Emit::Component)?;
    let [vfs, program] = [vfs, program].map(|wasm| Component::new(&engine, wasm));
    let (vfs, program) = (vfs.map_err(foreign)?, program.map_err(foreign)?);
    let mut times = Times::new();
    for round in 0..rounds {
        eprint!("\rround {} of {rounds} ", round + 1);
        for way in ["host", "vfs", "preopen", "preopen*"] {
            let files = tempfile::tempdir_in(tmpfs)?;
            let took = match way {
                "host" => {
                    let mut linker = ComponentLinker::new(&engine);
                    vfs_host::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;
                    let guest = Guest {
                        files: VfsCtx::builder().build(&empty()?),
                        wasi: WasiCtxBuilder::new().build(),
                        table: ResourceTable::new(),
                    };
                    plugged::call(&linker, &program, guest)?
                }
                "vfs" => plugged::run_once(&engine, &vfs)?,
                _ => {
                    let mut linker = ComponentLinker::new(&engine);
                    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;
                    let mut context = WasiCtxBuilder::new();
                    context
                        .allow_blocking_current_thread(way == "preopen")
                        .preopened_dir(files.path(), "/", FsPerms::ReadWrite)
                        .map_err(foreign)?;
                    let guest = ComponentHost {
                        context: context.build(),
                        resources: ResourceTable::new(),
                    };
                    plugged::call(&linker, &program, guest)?
                }
            };
            for (operation, time) in took {
                times.entry((way, operation)).or_default().push(time);
            }
        }
    }
    eprintln!("\r");
    println!("a component of WASI 0.2, medians of {rounds} rounds in turns, ns per operation");
    println!("vfs: composed with the VFS component; preopen: calls on the guest's own thread\n");
    println!(
        "{:<20}{:>8}{:>8}{:>9}{:>9} |{:>10}{:>14}{:>15}",
        "operation",
        "host",
        "vfs",
        "preopen",
        "preopen*",
        "vfs/host",
        "preopen/host",
        "preopen*/host"
    );
    let operations: Vec<String> = times
        .keys()
        .filter(|(way, _)| *way == "host")
        .map(|(_, operation)| operation.clone())
        .collect();
    for operation in operations {
        let mut of = |way| median_of(&mut times, way, &operation);
        let [host, vfs] = ["host", "vfs"].map(&mut of);
        let [preopen, other] = ["preopen", "preopen*"].map(&mut of);
        println!(
            "{operation:<20}{host:>8.0}{vfs:>8.0}{preopen:>9.0}{other:>9.0} |{:>10.1}{:>14.1}{:>15.1}",
            vfs / host,
            preopen / host,
            other / host
        );
    }
    Ok(())
}

/// Bytes of the file system that guests are forked from.
const WARM: usize = 100 << 20;
const GUESTS: usize = 1000;

fn forks() -> Result<()> {
    let warm = MemFs::builder(Epoch).build().map_err(failed)?;
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    const FILE: usize = 1 << 20;
    for index in 0..WARM / FILE {
        let name = format!("file{index}");
        let file = warm
            .root()
            .open_at(PathFlags::empty(), &name, OpenFlags::CREATE, access)
            .map_err(failed)?;
        let written = file.write_at(WriteAt::End, FILE, |piece| piece.fill(index as u8));
        ensure!(written.map_err(failed)?.len == FILE, "room");
    }
    let engine = host::engine()?;
    let module = Module::new(&engine, wat::parse_str(START)?).map_err(foreign)?;
    let mut linker = Linker::new(&engine);
    vfs_host::preview1::add_to_linker(&mut linker, |guest: &mut VfsCtx| guest).map_err(foreign)?;
    let start = linker.instantiate_pre(&module).map_err(foreign)?;

    let begun = Instant::now();
    let snapshot = warm.snapshot().map_err(failed)?;
    let took = begun.elapsed();
    let before = resident()?;
    let begun = Instant::now();
    let mut forks = Vec::new();
    for _ in 0..GUESTS {
        forks.push(snapshot.fork(WallTime, snapshot.limits()).map_err(failed)?);
    }
    let forked = begun.elapsed();
    let grown = resident()? - before;

    let begun = Instant::now();
    for files in &forks {
        let mut store = Store::new(&engine, VfsCtx::builder().build(files));
        let instance = start.instantiate(&mut store).map_err(foreign)?;
        let entry = instance.get_typed_func::<(), ()>(&mut store, "_start");
        entry
            .map_err(foreign)?
            .call(&mut store, ())
            .map_err(foreign)?;
    }
    let ran = begun.elapsed();
    let written = resident()? - before;
    let paid: u64 = forks.iter().map(|files| files.usage().bytes).sum();
    let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / GUESTS as f64;
    println!("{GUESTS} forks of a file system of {} MiB", WARM >> 20);
    println!("snapshot           {:>8.1} us", took.as_secs_f64() * 1e6);
    println!("fork, each         {:>8.2} us", each(forked));
    println!(
        "guest on it, each  {:>8.2} us: instance, a page of a file changed, end",
        each(ran)
    );
    println!(
        "memory of a fork   {:>8.1} KiB",
        grown as f64 / 1024.0 / GUESTS as f64
    );
    println!(
        "with what it wrote {:>8.1} KiB, of which files {:.1} KiB",
        written as f64 / 1024.0 / GUESTS as f64,
        paid as f64 / 1024.0 / GUESTS as f64
    );
    Ok(())
}

/// Changes one byte of a file.
const START: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open" (func $open
        (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write
        (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\40\00\00\00\01\00\00\00")
    (data (i32.const 64) "file7")
    (func $check (param i32) (if (local.get 0) (then unreachable)))
    (func (export "_start")
        (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 5)
            (i32.const 0) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
        (call $check (call $write (i32.load (i32.const 0))
            (i32.const 16) (i32.const 1) (i32.const 8)))))"#;

/// Bytes of memory that this process has in use.
fn resident() -> Result<usize> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').nth(1);
    let pages: usize = pages.context("a second number")?.parse()?;
    Ok(pages * 4096)
}
