//! Single file operations of a WASI 0.2 program, through the VFS and through the floor in turns.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, ensure};
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wit_component::ComponentEncoder;
use wrap::Emit;

use crate::floor;
use crate::host::{self, ComponentHost, foreign};
use crate::table::median;

pub(crate) const GUEST: &[u8] = include_bytes!("../guest/p2-ops.wasm");

/// In the order of the columns.
const WAYS: [&str; 2] = ["vfs", "floor"];

/// Nanoseconds by operation and way, one for each round.
type Times = BTreeMap<(String, &'static str), Vec<f64>>;

pub(crate) fn run(rounds: usize) -> Result<()> {
    let engine = host::engine()?;
    let program = ComponentEncoder::default().module(GUEST)?.encode()?;
    let compile = |wasm: Vec<u8>| Component::new(&engine, wasm).map_err(foreign);
    let vfs = compile(host::wrapped(&program, Emit::Component)?)?;
    let floor = compile(floor::plugged(&program)?)?;

    let mut times = Times::new();
    for round in 0..rounds {
        eprint!("\rround {} of {rounds} ", round + 1);
        for (way, component) in WAYS.into_iter().zip([&vfs, &floor]) {
            for (operation, time) in run_once(&engine, component)? {
                times.entry((operation, way)).or_default().push(time);
            }
        }
    }
    eprintln!("\r");
    print(&mut times, rounds);
    Ok(())
}

pub(crate) fn run_once(engine: &Engine, component: &Component) -> Result<Vec<(String, f64)>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;
    let host = ComponentHost {
        context: WasiCtxBuilder::new().build(),
        resources: ResourceTable::new(),
    };
    call(&linker, component, host)
}

/// Runs the program on whatever the linker gives it.
pub(crate) fn call<T: Send + 'static>(
    linker: &Linker<T>,
    component: &Component,
    host: T,
) -> Result<Vec<(String, f64)>> {
    let mut store = Store::new(linker.engine(), host);
    let instance = linker.instantiate(&mut store, component).map_err(foreign)?;
    let run = instance
        .get_typed_func::<(), (Vec<(String, f64)>,)>(&mut store, "run")
        .map_err(foreign)?;
    let (times,) = run.call(&mut store, ()).map_err(foreign)?;
    ensure!(!times.is_empty(), anyhow!("the program timed nothing"));
    Ok(times)
}

fn print(times: &mut Times, rounds: usize) {
    println!("WASI 0.2, medians of {rounds} rounds in turns, ns per operation");
    println!("floor: a component of the same types that does nothing\n");
    println!(
        "{:<20}{:>10}{:>10}{:>11}",
        "operation", "vfs", "floor", "vfs/floor"
    );
    let operations: Vec<String> = times
        .keys()
        .filter(|(_, way)| *way == "vfs")
        .map(|(operation, _)| operation.clone())
        .collect();
    for operation in operations {
        let mut of = |way| {
            let values = times.get_mut(&(operation.clone(), way));
            values.map_or(0.0, |values| median(values))
        };
        let (vfs, floor) = (of("vfs"), of("floor"));
        println!(
            "{operation:<20}{vfs:>10.0}{floor:>10.0}{:>11.2}",
            vfs / floor
        );
    }
}
