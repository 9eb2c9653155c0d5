//! `monaka-wrap`: gives any WASI program a virtual file system that is independent of the host.

mod args;
mod attach;
mod commands;
mod content;
mod export;
mod failure;
mod input;
mod mount;
mod output;
mod progress;
mod runtime;
mod save;
mod serving;
mod size;
mod upload;
mod wrapping;

use std::process::ExitCode;

use anstyle::AnsiColor;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::from_process();
    cli.color.apply();
    let result = match &cli.command {
        Command::Wrap(args) => commands::wrap::execute(args, &cli.verbosity),
        Command::Run(args) => commands::run::execute(args, &cli.verbosity),
        Command::Fs(command) => commands::fs::execute(command, &cli.verbosity),
        Command::Inspect(args) => commands::inspect::execute(args),
        Command::Mount(args) => commands::mount::execute(args, &cli.verbosity),
        Command::Serve(args) => commands::serve::execute(args, &cli.verbosity),
        Command::Completions(args) => commands::generate::completions(args),
        Command::Man => commands::generate::man_page(),
    };
    result.unwrap_or_else(|failure| {
        let style = AnsiColor::Red.on_default().bold();
        anstream::eprintln!("{style}monaka-wrap:{style:#} {failure}");
        ExitCode::from(failure.exit_code())
    })
}
