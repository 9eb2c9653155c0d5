//! `monaka-wrap`: gives any WASI program a virtual file system that is independent of the host.

mod args;
mod commands;
mod content;
mod failure;
mod input;
mod mount;
mod output;
mod progress;
mod runtime;
mod size;
mod wrapping;

use std::process::ExitCode;

use anstyle::AnsiColor;
use clap::Parser;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.apply();
    let command = cli.command.or(cli.wrap.map(Command::Wrap));
    let result = match command {
        Some(Command::Wrap(args)) => commands::wrap::execute(&args, &cli.verbosity),
        Some(Command::Run(args)) => commands::run::execute(&args, &cli.verbosity),
        Some(Command::Inspect(args)) => commands::inspect::execute(&args),
        Some(Command::Completions(args)) => commands::generate::completions(&args),
        Some(Command::Man) => commands::generate::man_page(),
        // clap answers an empty command line with the help.
        None => Ok(ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|failure| {
        let style = AnsiColor::Red.on_default().bold();
        anstream::eprintln!("{style}monaka-wrap:{style:#} {failure}");
        ExitCode::from(failure.exit_code())
    })
}
