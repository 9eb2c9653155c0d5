//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use wrap::Emit;

use crate::args::{Adapter, RunArgs, Verbosity, Via};
use crate::failure::Failure;
use crate::progress::Spinner;
use crate::runtime::Program;
use crate::wrapping::{explain, warn, wrap_file};

pub(crate) fn execute(args: &RunArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    let (emit, adapter) = match args.via {
        Via::Component => (Emit::Component, args.content.adapter),
        Via::Core => (Emit::Core, args.content.adapter),
        Via::Plugged => (Emit::Component, Adapter::Plugged),
        Via::Stock => (Emit::Component, Adapter::Stock),
    };
    let spinner = Spinner::start(format!("preparing {}", args.input.display()), verbosity);
    let wrapped = wrap_file(&args.input, emit, adapter, &args.content)?;
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain(&wrapped));
    } else if matches!(adapter, Adapter::Stock) && !verbosity.quiet {
        spinner.suspend(|| warn(&wrapped));
    }
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let program = Program {
        wasm: wrapped.bytes,
        emit,
        args: words,
        env: args.env.clone(),
        stdin: args.stdin.clone(),
        timeout: args.timeout,
        max_memory: args.max_memory,
    };
    let compiled = program.compile()?;
    drop(spinner);
    compiled.run()
}

/// What the program is told that it is called: the file's name, not where it is on the host.
fn program_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(input.as_os_str());
    name.to_string_lossy().into_owned()
}
