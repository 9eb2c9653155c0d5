//! The chores of this repository, run as `cargo xtask <chore>`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::checkout::Checkout;
use xtask::guests::toolchain::Origin;
use xtask::{conformance, guests, wit};

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
    /// Run the official test suite of preview 1 in every way that monaka-wrap offers
    Conformance(Conformance),
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

#[derive(Args)]
struct Conformance {
    /// A checkout of WebAssembly/wasi-testsuite, branch prod/testsuite-base
    #[arg(long, value_name = "FOLDER")]
    suite: PathBuf,
    /// Run in this way only, one that `monaka-wrap run --via` takes; may be repeated
    #[arg(long, value_name = "WAY")]
    via: Vec<String>,
    /// Run this program instead of building one
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// How many tests must pass in each way [default: all]
    #[arg(long, value_name = "N")]
    at_least: Option<usize>,
    /// Seconds until a test has failed
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    time_limit: u64,
    /// How many tests run at a time
    #[arg(long, value_name = "N", default_value = "2")]
    jobs: NonZeroUsize,
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
        Chore::Conformance(typed) => conformance::run(&checkout, &typed.into()),
    }
}

impl From<Conformance> for conformance::Options {
    fn from(typed: Conformance) -> Self {
        Self {
            suite: typed.suite,
            via: typed.via,
            bin: typed.bin,
            at_least: typed.at_least,
            time_limit: Duration::from_secs(typed.time_limit),
            jobs: typed.jobs,
        }
    }
}
