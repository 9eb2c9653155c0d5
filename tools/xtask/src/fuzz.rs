//! `cargo xtask fuzz`: libFuzzer on the targets of `tests/fuzz`, without cargo-fuzz or a nightly
//! compiler.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::command;

/// Where the targets are.
const FOLDER: &str = "tests/fuzz";

/// What cargo-fuzz gives to rustc when no sanitizer is asked for. Memory errors are not looked for:
/// there is next to no unsafe code, and overflows and assertions panic.
const RUSTFLAGS: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What to run.
#[derive(Debug)]
pub struct Plan {
    /// The targets; without any, all of them one after the other.
    pub targets: Vec<String>,
    /// How long each runs.
    pub seconds: u32,
}

/// Runs the targets from their committed corpora on. What they find goes to the target folder: new
/// inputs to `fuzz/corpus`, those that break a property to `fuzz/found`.
///
/// # Errors
/// A target does not build, is not there, or has found something.
pub fn run(checkout: &Checkout, plan: &Plan) -> Result<()> {
    let fuzzer = Fuzzer::build(checkout)?;
    let targets = match plan.targets.as_slice() {
        [] => all_targets(checkout)?,
        some => some.to_vec(),
    };
    let mut broken = Vec::new();
    for target in targets {
        println!("== {target}");
        if !fuzzer.run(&target, plan.seconds)? {
            broken.push(target);
        }
    }
    ensure!(
        broken.is_empty(),
        "these properties do not hold: {}; the inputs are in {}",
        broken.join(", "),
        fuzzer.target_folder.join("found").display()
    );
    Ok(())
}

/// The names of all targets, which are those of their files.
fn all_targets(checkout: &Checkout) -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for file in fs::read_dir(checkout.join(FOLDER).join("fuzz_targets"))? {
        let path = file?.path();
        let name = path.file_stem().context("a target without a name")?;
        targets.push(name.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

/// The built targets.
struct Fuzzer {
    corpora: PathBuf,
    target_folder: PathBuf,
    programs: PathBuf,
}

impl Fuzzer {
    /// Builds all targets. It takes a C++ compiler for libFuzzer itself.
    fn build(checkout: &Checkout) -> Result<Self> {
        let folder = checkout.root()?.join(FOLDER);
        let target_folder = env::current_dir()?
            .join(checkout.target_folder())
            .join("fuzz");
        let host = host()?;
        let mut cargo = Command::new(command::cargo());
        cargo
            .args(["build", "--release", "--locked", "--target", &host])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target_folder)
            .env("RUSTFLAGS", RUSTFLAGS);
        command::run(&mut cargo)?;
        Ok(Self {
            corpora: folder.join("corpus"),
            programs: target_folder.join(host).join("release"),
            target_folder,
        })
    }

    /// Runs a target; whether it found nothing.
    fn run(&self, target: &str, seconds: u32) -> Result<bool> {
        let program = self.programs.join(target);
        ensure!(program.is_file(), "there is no target {target}");
        let corpus = self.target_folder.join("corpus").join(target);
        let found = self.target_folder.join("found").join(target);
        fs::create_dir_all(&corpus)?;
        fs::create_dir_all(&found)?;
        let status = Command::new(&program)
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", found.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
            .args([corpus.as_path(), &self.corpora.join(target)])
            .stdin(Stdio::null())
            .status()
            .with_context(|| cannot_run(&program))?;
        Ok(status.success())
    }
}

fn cannot_run(program: &Path) -> String {
    format!("cannot run {}", program.display())
}

/// What rustc calls this machine.
fn host() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = command::output(Command::new(rustc).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .context("rustc does not say what its host is")?
        .to_owned())
}
