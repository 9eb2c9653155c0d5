//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use wrap::Emit;

use crate::args::{RunArgs, Verbosity, Via};
use crate::failure::Failure;
use crate::progress::Spinner;
use crate::runtime::Program;
use crate::wrapping::{explain, wrap_file};

pub(crate) fn execute(args: &RunArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    let emit = match args.via {
        Via::Component => Emit::Component,
        Via::Core => Emit::Core,
    };
    let spinner = Spinner::start(format!("preparing {}", args.input.display()), verbosity);
    let wrapped = wrap_file(&args.input, emit, &args.content)?;
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain(&wrapped));
    }
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let program = Program {
        wasm: wrapped.bytes,
        via: args.via,
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
