//! The command line tool, run as a user runs it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often the memory of a running process is looked at. The kernel keeps the peak.
const LOOK: Duration = Duration::from_millis(1);

pub(super) struct Tool(PathBuf);

/// What a run took.
pub(super) struct Run {
    pub(super) seconds: f64,
    /// The most memory it had at a time, in bytes.
    pub(super) peak: u64,
}

impl Tool {
    /// The tool that was built beside this program.
    pub(super) fn find() -> Result<Self> {
        let tool = env::current_exe()?.with_file_name("monaka-wrap");
        ensure!(
            tool.exists(),
            "{} is not there; build it first: cargo build --release --workspace",
            tool.display()
        );
        Ok(Self(tool))
    }

    pub(super) fn wrap(
        &self,
        input: &Path,
        kind: &str,
        mount: Option<String>,
        out: &Path,
    ) -> Result<Run> {
        let mut command = Command::new(&self.0);
        command.args(["--quiet", "wrap", "--emit", kind]);
        if let Some(mount) = mount {
            command.args(["--mount", &mount]);
        }
        command.arg(input).arg("-o").arg(out);
        let start = Instant::now();
        let mut child = command.spawn()?;
        let mut peak = 0;
        while child.try_wait()?.is_none() {
            peak = peak.max(peak_of(&child).unwrap_or(0));
            thread::sleep(LOOK);
        }
        let seconds = start.elapsed().as_secs_f64();
        ensure!(child.wait()?.success(), "wrapping failed");
        Ok(Run { seconds, peak })
    }
}

fn peak_of(child: &Child) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let mut lines = status.lines();
    let kib = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = kib.context("a process has memory")?;
    Ok(kib.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
