//! Wrapped programs, precompiled into a file and loaded from there, as a server does it.

#![expect(
    unsafe_code,
    reason = "wasmtime trusts what was precompiled, so loading it is unsafe"
)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use wasmtime::component::ResourceTable;
use wasmtime::component::{Component, InstancePre as ComponentPre, Linker as ComponentLinker};
use wasmtime::{Engine, InstancePre, Linker, Module, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

use crate::host::{self, ComponentHost, foreign};
use crate::table::median;

pub(super) enum Precompiled {
    Component(Engine, ComponentPre<ComponentHost>),
    Core(Engine, InstancePre<WasiP1Ctx>),
}

impl Precompiled {
    /// Compiles `wasm` into the file `code` and loads that.
    pub(super) fn make(kind: &str, wasm: &Path, code: &Path) -> Result<Self> {
        let engine = host::engine()?;
        let bytes = fs::read(wasm)?;
        if kind == "component" {
            fs::write(code, engine.precompile_component(&bytes).map_err(foreign)?)?;
            drop(bytes);
            // SAFETY: this engine wrote the file just now, and nobody else knows its folder.
            let component = unsafe { Component::deserialize_file(&engine, code) };
            let mut linker = ComponentLinker::new(&engine);
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker).map_err(foreign)?;
            let component = component.map_err(foreign)?;
            let component = linker.instantiate_pre(&component).map_err(foreign)?;
            Ok(Self::Component(engine, component))
        } else {
            fs::write(code, engine.precompile_module(&bytes).map_err(foreign)?)?;
            drop(bytes);
            // SAFETY: this engine wrote the file just now, and nobody else knows its folder.
            let module = unsafe { Module::deserialize_file(&engine, code) };
            let mut linker = Linker::new(&engine);
            p1::add_to_linker_sync(&mut linker, |context| context).map_err(foreign)?;
            let module = module.map_err(foreign)?;
            let module = linker.instantiate_pre(&module).map_err(foreign)?;
            Ok(Self::Core(engine, module))
        }
    }

    /// The median of so many instantiations, in seconds.
    pub(super) fn instantiate(&self, times: usize) -> Result<f64> {
        let mut taken = Vec::new();
        for _ in 0..times {
            let mut context = WasiCtxBuilder::new();
            match self {
                Self::Component(engine, component) => {
                    let host = ComponentHost {
                        context: context.build(),
                        resources: ResourceTable::new(),
                    };
                    let mut store = Store::new(engine, host);
                    let start = Instant::now();
                    component.instantiate(&mut store).map_err(foreign)?;
                    taken.push(start.elapsed().as_secs_f64());
                }
                Self::Core(engine, module) => {
                    let mut store = Store::new(engine, context.build_p1());
                    let start = Instant::now();
                    module.instantiate(&mut store).map_err(foreign)?;
                    taken.push(start.elapsed().as_secs_f64());
                }
            }
        }
        Ok(median(&mut taken))
    }
}
