//! The official test suite of WASI, run by `monaka-wrap run` in every way that it offers.

mod run;
mod suite;
mod verdict;
mod ways;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::checkout::Checkout;
use crate::command;
use run::{Errnos, Runner};
use suite::Test;
use verdict::Mismatch;
use ways::Way;

/// What to run, and what is enough.
#[derive(Debug)]
pub struct Options {
    /// A checkout of the suite with its prebuilt tests.
    pub suite: PathBuf,
    /// The ways to run them; none stands for every way that the tool offers.
    pub via: Vec<String>,
    /// The tool; it is built if none is given.
    pub bin: Option<PathBuf>,
    /// How many tests must pass in each way; all, if not given.
    pub at_least: Option<usize>,
    /// When a test has failed for taking too long.
    pub time_limit: Duration,
    /// How many tests run at a time.
    pub jobs: NonZeroUsize,
}

/// Runs the suite, prints how many tests pass in each way and why the others do not.
///
/// # Errors
/// A suite that cannot be read, a tool that cannot be built or run, fewer passes than asked for.
pub fn run(checkout: &Checkout, options: &Options) -> Result<()> {
    let tests = suite::tests(&options.suite)?;
    let bin = match &options.bin {
        Some(bin) => bin.clone(),
        None => build(checkout)?,
    };
    let ways = if options.via.is_empty() {
        ways::offered(&bin)?
    } else {
        options.via.iter().map(Way::new).collect()
    };
    let needed = options.at_least.unwrap_or(tests.len());

    let mut short_of = Vec::new();
    for way in &ways {
        for errnos in [Errnos::Any, Errnos::Unix] {
            let runner = Runner {
                bin: &bin,
                way,
                errnos,
                time_limit: options.time_limit,
            };
            let failures = failures(&runner, &tests, options.jobs)?;
            let passed = tests.len() - failures.len();
            println!("{runner}: {passed}/{}", tests.len());
            for (test, mismatches) in &failures {
                print!("{}", verdict::report(test, mismatches));
            }
            if passed < needed {
                short_of.push(runner.to_string());
            }
        }
    }
    ensure!(
        short_of.is_empty(),
        "fewer than {needed} tests pass: {}",
        short_of.join("; ")
    );
    Ok(())
}

/// The tests that fail and why, in the order of the tests.
fn failures<'t>(
    runner: &Runner<'_>,
    tests: &'t [Test],
    jobs: NonZeroUsize,
) -> Result<Vec<(&'t Test, Vec<Mismatch>)>> {
    let queue = Mutex::new(tests.iter().enumerate());
    let next = || queue.lock().ok()?.next();
    let work = || {
        let mut failures = Vec::new();
        while let Some((index, test)) = next() {
            let mismatches = test.expected.compare(&runner.run(test)?);
            if !mismatches.is_empty() {
                failures.push((index, test, mismatches));
            }
        }
        anyhow::Ok(failures)
    };
    let mut failures = Vec::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let found = worker.join().unwrap_or_else(|panic| {
                std::panic::resume_unwind(panic);
            });
            failures.extend(found?);
        }
        anyhow::Ok(())
    })?;
    failures.sort_by_key(|(index, ..)| *index);
    let without_index = |(_, test, mismatches)| (test, mismatches);
    Ok(failures.into_iter().map(without_index).collect())
}

fn build(checkout: &Checkout) -> Result<PathBuf> {
    command::run(
        Command::new(command::cargo())
            .args(["build", "--release", "--package", "monaka-wrap"])
            .current_dir(checkout.root()?),
    )?;
    Ok(checkout
        .target_folder()
        .join("release")
        .join(Path::new("monaka-wrap").with_extension(std::env::consts::EXE_EXTENSION)))
}
