//! Benchmarks that print ratios against a baseline measured in the same run.
//!
//! ```text
//! cargo run --release -p bench -- ops          single operations, against memory.copy and tmpfs
//! cargo run --release -p bench -- plugged      the same of WASI 0.2, against composition alone
//! cargo run --release -p bench -- start        instantiation, against the module as it was
//! cargo run --release -p bench -- wrap FILE…   wrapping, against validation
//! cargo run --release -p bench -- trees        starting over images and as forks, by their size
//! cargo run --release -p bench -- rpc          a file system in another process, against loopback
//! cargo run --release -p bench -- threads      several threads on one file system, against one
//! ```

mod floor;
mod host;
mod ops;
mod plugged;
mod remote;
mod start;
mod table;
mod threads;
mod trees;
mod wrapping;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Benchmarks that print ratios against a baseline of the same run.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Single file operations: wrapped, native on tmpfs, and on wasmtime with a tmpfs preopen.
    Ops {
        /// How often each way runs, in turns.
        #[arg(long, default_value_t = 10)]
        rounds: usize,
        /// The size of the file that is read and written, in MiB.
        #[arg(long, default_value_t = 1)]
        size: usize,
        /// Where the native program and the preopen have their files; should be a tmpfs.
        #[arg(long, default_value = "/dev/shm")]
        tmpfs: PathBuf,
    },
    /// Single file operations of a WASI 0.2 program: through the VFS, and through a component of its
    /// types that does nothing.
    Plugged {
        /// How often each way runs, in turns.
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// Instantiating a precompiled program, wrapped and not.
    Start {
        /// The module.
        #[arg(default_value = "legacy-samples/recordb/recordb.wasm")]
        file: PathBuf,
    },
    /// Wrapping whole modules.
    Wrap {
        /// The modules.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Starting over images and as forks, and the first use of what they hold.
    Trees,
    /// A file system in another process, against the loopback that it is reached by.
    Rpc {
        /// How often each way runs, in turns.
        #[arg(long, default_value_t = 10)]
        rounds: usize,
    },
    /// Serve the benchmark `rpc`.
    #[command(hide = true)]
    RpcServer,
    /// Several threads on one file system, against one.
    Threads {
        /// How many.
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
}

fn main() -> Result<()> {
    match Cli::parse().bench {
        Bench::Ops {
            rounds,
            size,
            tmpfs,
        } => ops::run(rounds, size, &tmpfs),
        Bench::Plugged { rounds } => plugged::run(rounds),
        Bench::Start { file } => start::run(&file),
        Bench::Wrap { files } => wrapping::run(&files),
        Bench::Trees => trees::run(),
        Bench::Rpc { rounds } => remote::run(rounds),
        Bench::RpcServer => remote::serve(),
        Bench::Threads { threads } => threads::run(threads),
    }
}
