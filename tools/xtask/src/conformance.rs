//! `cargo xtask conformance`: the official preview 1 tests, each run in memory in every way.
//!
//! The tests are a checkout of WebAssembly/wasi-testsuite, branch `prod/testsuite-base`. A JSON
//! file beside a module says what it is given and what it must answer.

mod case;
mod verdict;

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use self::case::{Case, Language};
use self::verdict::Failure;
use crate::checkout::Checkout;
use crate::command;

/// What stops a test that hangs.
const TIMEOUT: &str = "60s";

/// A way in which a preview 1 module gets its files; `monaka-wrap run --via` knows them by the same
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// As it is, on the files of the host's process
    Host,
    /// Merged with the shim, as a component
    Component,
    /// Merged with the shim, as a core module
    Core,
    /// Merged with the shim that imports its files, and composed with the VFS component
    Plugged,
    /// Lifted with the stock adapter and composed with the VFS component
    Stock,
    /// As it is, on the files of a server in another process
    Rpc,
}

impl Via {
    const ALL: [Self; 6] = [
        Self::Host,
        Self::Component,
        Self::Core,
        Self::Plugged,
        Self::Stock,
        Self::Rpc,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Component => "component",
            Self::Core => "core",
            Self::Plugged => "plugged",
            Self::Stock => "stock",
            Self::Rpc => "rpc",
        }
    }
}

/// Which errno the Rust tests take for right where systems differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrnoMode {
    /// That of any system.
    Permissive,
    /// That of Unix only.
    Unix,
}

impl ErrnoMode {
    const ALL: [Self; 2] = [Self::Permissive, Self::Unix];

    /// The variable that makes the choice. Only the Rust tests read it; others print all that is
    /// in their environment.
    fn variable(self, language: Language) -> Option<&'static str> {
        match (self, language) {
            (Self::Unix, Language::Rust) => Some("ERRNO_MODE_UNIX=1"),
            (Self::Unix, Language::C | Language::AssemblyScript) | (Self::Permissive, _) => None,
        }
    }
}

impl fmt::Display for ErrnoMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permissive => "any errno",
            Self::Unix => "Unix errno",
        })
    }
}

/// What to run.
#[derive(Debug)]
pub struct Plan {
    /// The checkout of the tests.
    pub suite: PathBuf,
    /// One way, or all.
    pub via: Option<Via>,
    /// The built `monaka-wrap`; without it, it is built.
    pub binary: Option<PathBuf>,
    /// How many tests must pass in each run; without it, all.
    pub at_least: Option<usize>,
}

/// Runs the tests in every way and mode, and prints how many pass and why others do not.
///
/// # Errors
/// There are no tests, or in some run too few of them pass.
pub fn run(checkout: &Checkout, plan: &Plan) -> Result<()> {
    let cases = case::read_suite(&plan.suite)?;
    let binary = match &plan.binary {
        Some(binary) => binary.clone(),
        None => build(checkout)?,
    };
    let required = plan.at_least.unwrap_or(cases.len());
    let mut short = Vec::new();
    for via in plan.via.map_or(Via::ALL.to_vec(), |via| vec![via]) {
        for mode in ErrnoMode::ALL {
            let failures = run_all(&binary, &cases, via, mode)?;
            let passed = cases.len() - failures.len();
            println!("{:<10} {mode:<11} {passed}/{}", via.name(), cases.len());
            for (case, failure) in failures {
                println!("    {case}: {failure}");
            }
            if passed < required {
                short.push(format!("{} with {mode}", via.name()));
            }
        }
    }
    ensure!(
        short.is_empty(),
        "fewer than {required} tests pass: {}",
        short.join(", ")
    );
    Ok(())
}

/// Builds the tool as users do and gives its path.
fn build(checkout: &Checkout) -> Result<PathBuf> {
    let mut cargo = Command::new(command::cargo());
    cargo.args(["build", "--release", "--package", "monaka-wrap"]);
    command::run(cargo.current_dir(checkout.root()?))?;
    Ok(checkout.target_folder().join("release/monaka-wrap"))
}

/// Runs all tests, on as many threads as there are processors; failures in the order of the tests.
fn run_all<'c>(
    binary: &Path,
    cases: &'c [Case],
    via: Via,
    mode: ErrnoMode,
) -> Result<Vec<(&'c Case, Failure)>> {
    let pending: Mutex<VecDeque<_>> = Mutex::new(cases.iter().enumerate().collect());
    let next = || {
        let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.pop_front()
    };
    let work = || -> Result<Vec<_>> {
        let mut failed = Vec::new();
        while let Some((index, case)) = next() {
            if let Err(failure) = run_one(binary, case, via, mode)? {
                failed.push((index, case, failure));
            }
        }
        Ok(failed)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut failed = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut failed = Vec::new();
        for worker in workers {
            let found = worker
                .join()
                .map_err(|_| anyhow::anyhow!("a thread died"))?;
            failed.extend(found?);
        }
        anyhow::Ok(failed)
    })?;
    failed.sort_by_key(|(index, ..)| *index);
    let failed = failed.into_iter();
    Ok(failed.map(|(_, case, failure)| (case, failure)).collect())
}

fn run_one(
    binary: &Path,
    case: &Case,
    via: Via,
    mode: ErrnoMode,
) -> Result<std::result::Result<(), Failure>> {
    let mut command = Command::new(binary);
    command.args(["--quiet", "run", "--via", via.name(), "--timeout", TIMEOUT]);
    match &case.root {
        Some(root) => command.arg("--mount").arg(mount(root)),
        None => command.arg("--no-preopen"),
    };
    for variable in &case.env {
        command.args(["--env", variable]);
    }
    if let Some(variable) = mode.variable(case.language) {
        command.args(["--env", variable]);
    }
    command.arg(&case.module).arg("--").args(&case.args);
    let output = command
        .stdin(Stdio::from(File::open("/dev/null")?))
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    Ok(case.expected.check(&output))
}

fn mount(root: &Path) -> std::ffi::OsString {
    let mut mount = std::ffi::OsString::from("/=");
    mount.push(root);
    mount
}
