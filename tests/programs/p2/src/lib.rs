//! A WASI 0.2 program that is given the name of a part and says on standard error which expectation
//! failed, if one did.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod bindings;
mod directories;
mod echo;
#[cfg(target_family = "wasm")]
mod exports;
mod files;
mod hostile;
mod streams;

use bindings::wasi::cli::{environment, stderr};
use bindings::wasi::filesystem::preopens;
use bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags,
};

struct Program;

/// Ends the part unless the condition holds.
#[macro_export]
macro_rules! expect {
    ($condition:expr) => {
        if !$condition {
            return Err(concat!(file!(), ":", line!(), ": ", stringify!($condition)));
        }
    };
}

/// What a part answers: nothing, or the expectation that failed.
type Outcome = Result<(), &'static str>;

impl bindings::exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let arguments = environment::get_arguments();
        let words: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
        let outcome = match words.as_slice() {
            ["files"] => files::all(),
            ["directories"] => directories::all(),
            ["streams"] => streams::all(),
            ["large"] => streams::large(),
            ["full"] => streams::full(),
            ["cat", path] => streams::cat(path),
            ["cwd", directory] => directories::working_directory(directory),
            ["nothing"] => directories::nothing(),
            ["echo"] => echo::echo(),
            ["forged"] => hostile::forged(),
            ["dropped"] => hostile::dropped(),
            _ => Err("no such part"),
        };
        outcome.map_err(|expectation| {
            let _ = stderr::get_stderr().blocking_write_and_flush(expectation.as_bytes());
        })
    }
}

fn root() -> Descriptor {
    let mut preopens = preopens::get_directories().into_iter();
    let root = preopens.find(|(_, name)| name == "/");
    root.expect("a root").0
}

/// Opens for reading and writing.
fn open(directory: &Descriptor, path: &str, flags: OpenFlags) -> Result<Descriptor, ErrorCode> {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    directory.open_at(PathFlags::SYMLINK_FOLLOW, path, flags, access)
}
