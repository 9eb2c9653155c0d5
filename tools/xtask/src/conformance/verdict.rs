//! What a test was to do, what it did, and where they differ.

use std::fmt::{self, Write};
use std::time::Duration;

use super::suite::Test;

/// What a test is to do. What is not given may be anything.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) exit_code: i32,
    pub(super) stdout: Option<String>,
    pub(super) stderr: Option<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// With this code.
    Exit(i32),
    /// By a signal.
    Killed,
    /// Not within this time.
    TimeLimit(Duration),
}

/// What a test did.
#[derive(Debug)]
pub(super) struct Actual {
    pub(super) end: End,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// A difference between the two.
#[derive(Debug, PartialEq)]
pub(super) enum Mismatch {
    End {
        expected: i32,
        actual: End,
        /// What the program said about it.
        stderr: String,
    },
    Stdout {
        expected: String,
        actual: String,
    },
    Stderr {
        expected: String,
        actual: String,
    },
}

impl Expected {
    /// Where a run differs; nothing, if the test passed.
    pub(super) fn compare(&self, actual: &Actual) -> Vec<Mismatch> {
        let stdout = text(&actual.stdout);
        let stderr = text(&actual.stderr);
        let mut mismatches = Vec::new();
        if actual.end != End::Exit(self.exit_code) {
            mismatches.push(Mismatch::End {
                expected: self.exit_code,
                actual: actual.end,
                stderr: stderr.clone(),
            });
        }
        if let Some(expected) = self.stdout.clone().filter(|text| *text != stdout) {
            let actual = stdout;
            mismatches.push(Mismatch::Stdout { expected, actual });
        }
        if let Some(expected) = self.stderr.clone().filter(|text| *text != stderr) {
            let actual = stderr;
            mismatches.push(Mismatch::Stderr { expected, actual });
        }
        mismatches
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A test that failed: its name and, indented, why.
pub(super) fn report(test: &Test, mismatches: &[Mismatch]) -> String {
    let mut report = format!("  {}\n", test.name);
    for mismatch in mismatches {
        for line in mismatch.to_string().lines() {
            // Writing to a string cannot fail.
            let _ = writeln!(report, "    {line}");
        }
    }
    report
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End {
                expected,
                actual,
                stderr,
            } => {
                writeln!(f, "expected exit code {expected}, but it {actual}")?;
                f.write_str(stderr)
            }
            Self::Stdout { expected, actual } => {
                write!(f, "expected {expected:?} on stdout, got {actual:?}")
            }
            Self::Stderr { expected, actual } => {
                write!(f, "expected {expected:?} on stderr, got {actual:?}")
            }
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exited with {code}"),
            Self::Killed => f.write_str("was killed by a signal"),
            Self::TimeLimit(limit) => write!(f, "ran for more than {} s", limit.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(end: End) -> Actual {
        Actual {
            end,
            stdout: b"out".to_vec(),
            stderr: b"panicked\n".to_vec(),
        }
    }

    #[test]
    fn output_that_is_not_specified_may_be_anything() {
        let expected = Expected::default();
        assert_eq!(expected.compare(&ended(End::Exit(0))), []);
    }

    #[test]
    fn output_that_is_specified_must_be_exact() {
        let expected = Expected {
            stdout: Some("out\n".to_owned()),
            stderr: Some("panicked\n".to_owned()),
            ..Expected::default()
        };
        let mismatch = Mismatch::Stdout {
            expected: "out\n".to_owned(),
            actual: "out".to_owned(),
        };
        assert_eq!(expected.compare(&ended(End::Exit(0))), [mismatch]);
    }

    #[test]
    fn another_end_than_the_exit_code_fails_and_says_what_the_program_said() {
        let expected = Expected {
            exit_code: 33,
            ..Expected::default()
        };
        let limit = Duration::from_secs(30);
        for (end, why) in [
            (End::Exit(1), "but it exited with 1"),
            (End::Killed, "but it was killed by a signal"),
            (End::TimeLimit(limit), "but it ran for more than 30 s"),
        ] {
            let mismatches = expected.compare(&ended(end));
            assert_eq!(mismatches.len(), 1);
            assert_eq!(
                mismatches[0].to_string(),
                format!("expected exit code 33, {why}\npanicked\n")
            );
        }
        assert_eq!(expected.compare(&ended(End::Exit(33))), []);
    }
}
