//! `monaka-wrap completions SHELL` and `monaka-wrap man`: made from the definition of the command
//! line.

use std::io;
use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;

pub(crate) fn completions(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "monaka-wrap", &mut script);
    print(&script)
}

pub(crate) fn man_page() -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(Failure::Print)?;
    print(&page)
}

fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    io::Write::write_all(&mut io::stdout(), text).map_err(Failure::Print)?;
    Ok(ExitCode::SUCCESS)
}
