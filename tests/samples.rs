//! Every legacy sample, wrapped and run in every way, behaves as its native build does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

/// How a sample is run, as its `cmd.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    #[serde(default)]
    env: toml::Table,
    stdin: Option<String>,
    #[serde(default)]
    mounts: Vec<String>,
    exit_code: i32,
}

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../legacy-samples");
    let mut trials = Vec::new();
    for cmd in cmd_files(&samples)? {
        for via in ["host", "component", "core", "plugged", "stock", "rpc"] {
            let cmd = cmd.clone();
            let name = trial_name(&samples, &cmd, via);
            trials.push(Trial::test(name, move || {
                run(&cmd, via).map_err(|error| Failed::from(format!("{error:?}")))
            }));
        }
    }
    ensure!(!trials.is_empty(), "no samples in {}", samples.display());
    libtest_mimic::run(&arguments, trials).exit()
}

/// Every `cmd.toml` and `CASE.cmd.toml` of every sample.
fn cmd_files(samples: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for sample in fs::read_dir(samples)? {
        let sample = sample?.path();
        if sample.is_dir() {
            for file in fs::read_dir(sample)? {
                let file = file?.path();
                if file.to_string_lossy().ends_with("cmd.toml") {
                    files.push(file);
                }
            }
        }
    }
    files.sort();
    Ok(files)
}

fn trial_name(samples: &Path, cmd: &Path, via: &str) -> String {
    let name = cmd.strip_prefix(samples).unwrap_or(cmd).to_string_lossy();
    let name = name.trim_end_matches("cmd.toml");
    format!(
        "{}::{via}",
        name.trim_end_matches(['/', '.']).replace('/', "::")
    )
}

fn run(cmd: &Path, via: &str) -> Result<()> {
    let sample = cmd.parent().context("a sample is a folder")?;
    let name = sample.file_name().context("a sample has a name")?;
    let case: Case = toml::from_str(&fs::read_to_string(cmd)?)?;
    let expected = cmd.to_string_lossy().replace("cmd.toml", "expected.stdout");
    let expected = fs::read(expected)?;

    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command.args(["run", "--via", via, "--quiet"]);
    if via == "stock" {
        // `sitegen` keeps 300 MB alive.
        command.args(["--max-guest-memory", "512M"]);
    }
    for (key, value) in &case.env {
        let value = value.as_str().context("a variable is a string")?;
        command.args(["--env", &format!("{key}={value}")]);
    }
    for mount in &case.mounts {
        let (guest, host) = mount.split_once('=').context("GUEST=HOST")?;
        command.arg("--mount");
        command.arg(format!("{guest}={}", sample.join(host).display()));
    }
    if let Some(stdin) = &case.stdin {
        command.arg("--stdin").arg(sample.join(stdin));
    }
    command.arg(sample.join(name).with_extension("wasm"));
    command.arg("--").args(&case.args);
    let output = command.stdin(Stdio::null()).output()?;

    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(case.exit_code),
        "{}, expected {}\n{stderr}",
        output.status,
        case.exit_code
    );
    ensure!(
        output.stdout == expected,
        "standard output differs:\n{}\nexpected:\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&expected)
    );
    Ok(())
}
