//! The chores of this repository, run as `cargo xtask <chore>`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::checkout::Checkout;
use xtask::conformance::{self, Via};
use xtask::guests::toolchain::Origin;
use xtask::{fuzz, guests, wit};

/// Chores of this repository
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    /// The guest modules: those in p2-vfs/artifacts, and programs of tests and benchmarks
    #[command(subcommand)]
    Guests(Guests),
    /// The interface definitions in wit
    #[command(subcommand)]
    Wit(Wit),
    /// Run the official preview 1 tests in every way, and print how many pass
    Conformance {
        /// A checkout of WebAssembly/wasi-testsuite, branch prod/testsuite-base
        #[arg(long, value_name = "FOLDER")]
        suite: PathBuf,
        /// Only this way
        #[arg(long, value_enum)]
        via: Option<Via>,
        /// The monaka-wrap to test; by default it is built
        #[arg(long, value_name = "FILE")]
        bin: Option<PathBuf>,
        /// Fail when fewer pass in any run; by default all must
        #[arg(long, value_name = "N")]
        at_least: Option<usize>,
    },
    /// Look for inputs that break a property, with libFuzzer; it takes a C++ compiler
    Fuzz {
        /// These targets only
        targets: Vec<String>,
        /// How long each runs
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
    },
}

#[derive(Subcommand)]
enum Guests {
    /// Build the modules and write them with their manifest
    Build {
        /// Where the compiler comes from; by default rustup, if it has the target, else Debian
        #[arg(long, value_enum)]
        toolchain: Option<Origin>,
        /// Write here instead of where the modules are committed
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// Compare the committed modules with their manifest, their sources and their worlds
    Check,
    /// Build again from a copy of the checkout and compare byte by byte
    Verify,
}

#[derive(Subcommand)]
enum Wit {
    /// Copy the WASI packages of our world out of the wasmtime-wasi sources
    Vendor,
}

fn main() -> ExitCode {
    match run(Chore::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<()> {
    let checkout = Checkout::of_this_program();
    match chore {
        Chore::Guests(Guests::Build { toolchain, output }) => {
            guests::build(&checkout, toolchain, output.as_deref())
        }
        Chore::Guests(Guests::Check) => guests::check::all(&checkout),
        Chore::Guests(Guests::Verify) => guests::verify(&checkout),
        Chore::Wit(Wit::Vendor) => wit::vendor(&checkout),
        Chore::Conformance {
            suite,
            via,
            bin: binary,
            at_least,
        } => conformance::run(
            &checkout,
            &conformance::Plan {
                suite,
                via,
                binary,
                at_least,
            },
        ),
        Chore::Fuzz { targets, seconds } => fuzz::run(&checkout, &fuzz::Plan { targets, seconds }),
    }
}
