//! `monaka-wrap [wrap] INPUT [-o OUT]`.

use std::process::ExitCode;
use std::time::Instant;

use wrap::Emit as Flavour;

use crate::args::{Emit, Verbosity, WrapArgs};
use crate::failure::Failure;
use crate::input::is_stream;
use crate::output;
use crate::progress::Spinner;
use crate::size;
use crate::wrapping::{explain, warn, wrap_file};

pub(crate) fn execute(args: &WrapArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    let start = Instant::now();
    let output = output::destination(&args.input, args.output.as_deref())?;
    let (flavour, made) = match args.emit {
        Emit::Component => (Flavour::Component, "component"),
        Emit::Core => (Flavour::Core, "core module"),
    };
    let spinner = Spinner::start(format!("wrapping {}", args.input.display()), verbosity);
    let wrapped = wrap_file(
        &args.input,
        flavour,
        args.content.adapter,
        &args.content,
        spinner.warnings(verbosity),
    )?;
    output::write(&output, &wrapped.artifact)?;
    drop(spinner);
    if args.content.explain || verbosity.verbose {
        explain(&wrapped);
    } else if !verbosity.quiet {
        warn(&wrapped);
    }
    if !verbosity.quiet && !is_stream(&output) {
        println!(
            "{}: {} -> {made}, {}, {} ms",
            output.display(),
            wrapped.kind,
            size::display(wrapped.artifact.len()),
            start.elapsed().as_millis(),
        );
    }
    Ok(ExitCode::SUCCESS)
}
