//! Running one test.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::suite::Test;
use super::verdict::{Actual, End};
use super::ways::Way;

/// Which numbers the tests accept where systems differ.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errnos {
    /// Those of every system.
    Any,
    /// Those of Unix only.
    Unix,
}

/// The variable by which the suite's Rust tests are told to accept the numbers of Unix only.
const UNIX_SWITCH: &str = "ERRNO_MODE_UNIX";

/// The tool and how it runs tests.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    pub(super) bin: &'a Path,
    pub(super) way: &'a Way,
    pub(super) errnos: Errnos,
    pub(super) time_limit: Duration,
}

impl fmt::Display for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errnos {
            Errnos::Any => write!(f, "{}", self.way),
            Errnos::Unix => write!(f, "{} with {UNIX_SWITCH}", self.way),
        }
    }
}

impl Runner<'_> {
    /// Runs a test in a process of its own, with nothing on its standard input.
    pub(super) fn run(&self, test: &Test) -> Result<Actual> {
        let mut command = self.command(test)?;
        self.finish(&mut command)
            .with_context(|| format!("cannot run {}", self.bin.display()))
    }

    fn command(&self, test: &Test) -> Result<Command> {
        let mut command = Command::new(self.bin);
        command.arg("run").arg(&test.wasm);
        command.args(["--via", self.way.name()]);
        if test.mounts.is_empty() {
            command.arg("--no-preopen");
        }
        for (guest, host) in &test.mounts {
            command.arg("--mount");
            command.arg(format!("{guest}={}", host.display()));
        }
        for (name, value) in &test.env {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        if self.must_switch(test)? {
            command.arg("--env").arg(format!("{UNIX_SWITCH}=1"));
        }
        command.arg("--").args(&test.args);
        Ok(command)
    }

    /// Whether the switch is to be set, and the test looks for it: to one that does not, it would
    /// be one variable more than its specification says.
    fn must_switch(&self, test: &Test) -> Result<bool> {
        match self.errnos {
            Errnos::Any => Ok(false),
            Errnos::Unix => {
                let module = fs::read(&test.wasm)
                    .with_context(|| format!("cannot read {}", test.wasm.display()))?;
                Ok(names(&module, UNIX_SWITCH))
            }
        }
    }

    fn finish(&self, command: &mut Command) -> io::Result<Actual> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let deadline = Instant::now() + self.time_limit;
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let mut is_late = false;
        // Both end when the process does.
        let mut until_deadline = |output: mpsc::Receiver<Vec<u8>>| {
            let left = deadline.saturating_duration_since(Instant::now());
            output.recv_timeout(left).unwrap_or_else(|_| {
                is_late = true;
                Vec::new()
            })
        };
        let (stdout, stderr) = (until_deadline(stdout), until_deadline(stderr));
        if is_late {
            child.kill()?;
        }
        let status = child.wait()?;
        let end = match status.code() {
            _ if is_late => End::TimeLimit(self.time_limit),
            Some(code) => End::Exit(code),
            None => End::Killed,
        };
        Ok(Actual {
            end,
            stdout,
            stderr,
        })
    }
}

/// Reads a pipe to its end, and then sends what came.
fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What a pipe gave before it broke is what the program wrote.
            let _ = pipe.read_to_end(&mut bytes);
        }
        // Nobody listens any more once the time is up.
        let _ = sender.send(bytes);
    });
    receiver
}

fn names(module: &[u8], word: &str) -> bool {
    module
        .windows(word.len())
        .any(|bytes| bytes == word.as_bytes())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time_limit: Duration) -> Actual {
        let way = Way::new("component");
        let runner = Runner {
            bin: Path::new("sh"),
            way: &way,
            errnos: Errnos::Any,
            time_limit,
        };
        runner
            .finish(Command::new("sh").args(["-c", script]))
            .expect("a shell")
    }

    #[test]
    fn output_and_exit_code_are_what_the_program_made_them() {
        let minute = Duration::from_secs(60);
        let actual = shell("cat; echo out; echo err >&2; exit 33", minute);
        assert_eq!(actual.end, End::Exit(33));
        assert_eq!(actual.stdout, b"out\n");
        assert_eq!(actual.stderr, b"err\n");
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_at_the_limit() {
        let limit = Duration::from_millis(50);
        let actual = shell("while :; do :; done", limit);
        assert_eq!(actual.end, End::TimeLimit(limit));
    }

    #[test]
    fn a_signal_is_no_exit_code() {
        let actual = shell("kill -9 $$", Duration::from_secs(60));
        assert_eq!(actual.end, End::Killed);
    }

    #[test]
    fn the_switch_goes_to_tests_that_look_for_it() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let way = Way::new("core");
        for (module, expected) in [("..ERRNO_MODE_UNIX..", true), ("..ERRNO_MODE..", false)] {
            let wasm = folder.path().join("test.wasm");
            fs::write(&wasm, module).expect("a file");
            let test = Test {
                name: "test".to_owned(),
                wasm,
                mounts: Vec::new(),
                args: Vec::new(),
                env: std::collections::BTreeMap::new(),
                expected: super::super::verdict::Expected::default(),
            };
            for (errnos, is_set) in [(Errnos::Any, false), (Errnos::Unix, expected)] {
                let runner = Runner {
                    bin: Path::new("monaka-wrap"),
                    way: &way,
                    errnos,
                    time_limit: Duration::from_secs(1),
                };
                let command = runner.command(&test).expect("a module");
                assert_eq!(
                    command.get_args().any(|word| word == "ERRNO_MODE_UNIX=1"),
                    is_set
                );
            }
        }
    }
}
