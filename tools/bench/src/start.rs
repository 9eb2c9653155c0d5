//! Instantiation of precompiled programs.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use wasmtime::component::{Component, Linker as ComponentLinker, ResourceTable};
use wasmtime::{Linker, Module, Store};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wrap::Emit;

use crate::host::{self, foreign};
use crate::table::median;

const ROUNDS: usize = 200;

struct Host {
    context: WasiCtx,
    resources: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.resources,
        }
    }
}

pub(crate) fn run(file: &Path) -> Result<()> {
    let input = fs::read(file)?;
    let engine = host::engine()?;
    let mut core_linker: Linker<WasiP1Ctx> = Linker::new(&engine);
    p1::add_to_linker_sync(&mut core_linker, |context| context).map_err(foreign)?;
    let mut linker = ComponentLinker::<Host>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;

    let prepare = |wasm: &[u8]| {
        let module = Module::new(&engine, wasm).map_err(foreign)?;
        core_linker.instantiate_pre(&module).map_err(foreign)
    };
    let plain = prepare(&input)?;
    let core = prepare(&host::wrapped(&input, Emit::Core)?)?;
    let component = host::wrapped(&input, Emit::Component)?;
    let component = Component::new(&engine, component).map_err(foreign)?;
    let component = linker.instantiate_pre(&component).map_err(foreign)?;

    let mut times = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for (module, times) in [&plain, &core].into_iter().zip(&mut times) {
            let mut store = Store::new(&engine, WasiCtxBuilder::new().build_p1());
            let start = Instant::now();
            module.instantiate(&mut store).map_err(foreign)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
        }
        let host = Host {
            context: WasiCtxBuilder::new().build(),
            resources: ResourceTable::new(),
        };
        let mut store = Store::new(&engine, host);
        let start = Instant::now();
        component.instantiate(&mut store).map_err(foreign)?;
        times[2].push(start.elapsed().as_secs_f64() * 1e6);
    }
    let [plain, core, component] = times.each_mut().map(|times| median(times));
    println!(
        "instantiating {}, medians of {ROUNDS} rounds in turns",
        file.display()
    );
    println!("as it was   {plain:>8.1} us");
    println!(
        "core        {core:>8.1} us  {:>5.2} times, {:+.1} us",
        core / plain,
        core - plain
    );
    println!(
        "component   {component:>8.1} us  {:>5.2} times, {:+.1} us",
        component / plain,
        component - plain
    );
    Ok(())
}
