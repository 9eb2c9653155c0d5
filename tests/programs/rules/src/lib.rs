//! A WASI 0.2 program that is given the name of a rule of `fs-testsuite` and ends in a trap if the
//! file system that it imports does not keep it. With `list` it prints the names of all rules.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod bindings;
#[cfg(target_family = "wasm")]
mod exports;

use bindings::wasi::cli::{environment, stdout};
use fs_testsuite::{Subject, rules};
use wasi_fs::WasiFs;

struct Program;

/// The imported file system. Its first preopen must be an empty directory.
struct Imported;

impl Subject for Imported {
    type FileSystem = WasiFs;

    fn fresh(&self) -> WasiFs {
        WasiFs
    }
}

impl bindings::exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        match arguments.get(1).ok_or(())?.as_str() {
            "list" => rules::<Imported>()
                .iter()
                .try_for_each(|rule| print(rule.name)),
            name => {
                let all = rules::<Imported>();
                let rule = all.iter().find(|rule| rule.name == name).ok_or(())?;
                (rule.check)(&Imported);
                Ok(())
            }
        }
    }
}

fn print(line: &str) -> Result<(), ()> {
    let stdout = stdout::get_stdout();
    let printed = stdout.blocking_write_and_flush([line, "\n"].concat().as_bytes());
    printed.map_err(drop)
}
