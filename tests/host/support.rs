//! Running the tool on the programs of these tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program as a word of `--app`: one of this folder by its name, or one of `tests/programs` that
/// is text.
pub(crate) fn program(name: &str) -> String {
    let programs = match name.ends_with(".wat") {
        true => repository().join("tests/programs").join(name),
        false => repository().join(format!("tests/host/programs/{name}.wasm")),
    };
    let path = programs.to_str().expect("a path of text");
    assert!(
        !path.contains([' ', '\'', '"', '\\']),
        "no quotes in {path}"
    );
    path.to_owned()
}

/// The tool, without anything on standard input.
pub(crate) fn monaka_wrap<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs programs on one host.
pub(crate) fn host(options: &[&str], apps: &[String]) -> Output {
    let mut command = monaka_wrap(["host", "--quiet"]);
    command.args(options);
    for app in apps {
        command.args(["--app", app]);
    }
    command.output().expect("the binary runs")
}

/// What was printed, in an order that does not depend on who was first.
pub(crate) fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// The programs succeeded and had nothing to complain about.
#[track_caller]
pub(crate) fn succeeds(output: &Output) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(stderr, "");
}
