//! From a file and the options to a wrapped program.

use std::path::Path;

use anstyle::AnsiColor;
use wrap::{Emit, Level, Names, Options, Shims, Stage, Wrapped};

use crate::args::{ContentArgs, Verbosity};
use crate::content;
use crate::failure::Failure;
use crate::input;

/// The shims that come with the tool.
const SHIMS: Shims<'_> = Shims {
    p1: artifacts::SHIM_P1,
    p2: artifacts::SHIM_P2,
};

/// Reads the input, wraps it and prints what was asked for on standard error.
///
/// # Errors
/// `Read`, `Mount`, `WorkingDirectory`, `Wrap`.
pub(crate) fn wrap_file(
    path: &Path,
    emit: Emit,
    args: &ContentArgs,
    verbosity: &Verbosity,
) -> Result<Wrapped, Failure> {
    let input = input::read(path)?;
    let options = Options {
        emit,
        image: Some(content::image(args)?),
        names: if args.keep_names {
            Names::Keep
        } else {
            Names::Drop
        },
    };
    let wrapped = wrap::wrap(&input, &SHIMS, &options).map_err(|source| Failure::Wrap {
        path: path.to_owned(),
        source,
    })?;
    report(&wrapped, args.explain || verbosity.verbose, verbosity.quiet);
    Ok(wrapped)
}

fn report(wrapped: &Wrapped, explain: bool, quiet: bool) {
    for Stage { step, level, note } in &wrapped.stages {
        match level {
            Level::Warning if !quiet => {
                let style = AnsiColor::Yellow.on_default().bold();
                anstream::eprintln!("monaka-wrap: {style}warning:{style:#} {note}");
            }
            Level::Note if explain => eprintln!("{step:>12}: {note}"),
            Level::Warning | Level::Note => {}
        }
    }
    if explain {
        if wrapped.reach.is_empty() {
            eprintln!("{:>12}: nothing", "can reach");
        }
        for (capability, imports) in wrapped.reach.iter() {
            eprintln!("{:>12}: {capability}: {}", "can reach", imports.join(", "));
        }
    }
}
