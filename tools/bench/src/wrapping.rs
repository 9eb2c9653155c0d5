//! Wrapping whole modules.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use wasmtime::Module;
use wrap::Emit;

use crate::host::{self, foreign};
use crate::table::median;

const ROUNDS: usize = 5;

pub(crate) fn run(files: &[PathBuf]) -> Result<()> {
    let engine = host::engine()?;
    println!("medians of {ROUNDS} rounds in turns; validation is wasmtime's, on one thread");
    for file in files {
        let input = fs::read(file)?;
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            let start = Instant::now();
            Module::validate(&engine, &input).map_err(foreign)?;
            times[0].push(start.elapsed().as_secs_f64() * 1e3);
            for (emit, times) in [Emit::Core, Emit::Component]
                .into_iter()
                .zip(&mut times[1..])
            {
                let start = Instant::now();
                host::wrapped(&input, emit)?;
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        let [validation, core, component] = times.each_mut().map(|times| median(times));
        println!(
            "{}: {:.1} MB, validation {validation:.1} ms, core {core:.1} ms ({:.2} times), component {component:.1} ms ({:.2} times)",
            file.display(),
            input.len() as f64 / 1e6,
            core / validation,
            component / validation,
        );
    }
    Ok(())
}
