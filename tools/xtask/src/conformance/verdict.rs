//! What a test must answer, and in what its answer differs.

use std::fmt;
use std::process::Output;

/// What a test must answer.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) exit_code: i32,
    /// Compared only when given.
    pub(super) stdout: Option<String>,
    /// Compared only when given.
    pub(super) stderr: Option<String>,
}

/// The first thing in which an answer differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    ExitCode {
        expected: i32,
        /// `None`: ended by a signal.
        found: Option<i32>,
        /// The last line that the test printed to stderr.
        complaint: String,
    },
    Text {
        stream: &'static str,
        expected: String,
        found: String,
    },
}

impl Expected {
    /// Compares an answer.
    pub(super) fn check(&self, output: &Output) -> Result<(), Failure> {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let found = output.status.code();
        if found != Some(self.exit_code) {
            return Err(Failure::ExitCode {
                expected: self.exit_code,
                found,
                complaint: complaint(&stderr).to_owned(),
            });
        }
        let stdout = String::from_utf8_lossy(&output.stdout);
        compare("stdout", self.stdout.as_deref(), &stdout)?;
        compare("stderr", self.stderr.as_deref(), &stderr)
    }
}

/// What says most: the line of a Rust test's panic, else the last line.
fn complaint(stderr: &str) -> &str {
    let mut lines = stderr.lines();
    let panic = lines.by_ref().any(|line| line.contains("panicked at"));
    let line = if panic {
        lines.next()
    } else {
        stderr.lines().last()
    };
    line.unwrap_or_default()
}

fn compare(stream: &'static str, expected: Option<&str>, found: &str) -> Result<(), Failure> {
    match expected {
        Some(expected) if expected != found => Err(Failure::Text {
            stream,
            expected: expected.to_owned(),
            found: found.to_owned(),
        }),
        Some(_) | None => Ok(()),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExitCode {
                expected,
                found: Some(found),
                complaint,
            } => write!(f, "exit status {found}, not {expected}: {complaint}"),
            Self::ExitCode {
                found: None,
                complaint,
                ..
            } => write!(f, "ended by a signal: {complaint}"),
            Self::Text {
                stream,
                expected,
                found,
            } => write!(f, "{stream} is {found:?}, not {expected:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn output(code: i32, stdout: &str, stderr: &str) -> Output {
        Output {
            status: ExitStatus::from_raw(code << 8),
            stdout: stdout.into(),
            stderr: stderr.into(),
        }
    }

    fn expected(exit_code: i32, stdout: Option<&str>) -> Expected {
        Expected {
            exit_code,
            stdout: stdout.map(str::to_owned),
            stderr: None,
        }
    }

    #[test]
    fn streams_that_the_test_does_not_name_may_hold_anything() {
        let answer = output(0, "noise", "more noise");
        assert_eq!(expected(0, None).check(&answer), Ok(()));
    }

    #[test]
    fn another_exit_code_is_told_with_the_message_of_the_panic() {
        let answer = output(134, "", "thread panicked at a.rs:1\nerrno is 8\nnote: trap");
        let failure = expected(0, None).check(&answer).expect_err("it failed");
        assert_eq!(failure.to_string(), "exit status 134, not 0: errno is 8");
    }

    #[test]
    fn another_text_is_told_with_both() {
        let failure = expected(0, Some("a\n")).check(&output(0, "b\n", ""));
        let failure = failure.expect_err("it differs");
        assert_eq!(failure.to_string(), "stdout is \"b\\n\", not \"a\\n\"");
    }
}
