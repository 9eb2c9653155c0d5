//! Running the tool on the programs of these tests.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

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

/// A host that listens, until it is dropped.
pub(crate) struct Listening {
    process: Child,
    address: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Listening {
    /// Starts a host that says on its standard output where it listens.
    pub(crate) fn on_stdout(args: &[&str]) -> Self {
        let mut process = spawn(args, Stdio::piped(), Stdio::inherit());
        let stdout = process.stdout.take().expect("a pipe");
        Self::at(process, stdout)
    }

    /// Starts a host that says on its standard error where it listens.
    pub(crate) fn on_stderr(args: &[&str]) -> Self {
        let mut process = spawn(args, Stdio::null(), Stdio::piped());
        let stderr = process.stderr.take().expect("a pipe");
        Self::at(process, stderr)
    }

    fn at(process: Child, output: impl Read) -> Self {
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the address");
        let rest = line.trim_end().strip_prefix("http://");
        let address = rest.and_then(|rest| rest.split('/').next());
        Self {
            address: address.expect(&line).to_owned(),
            process,
        }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let length = body.len();
        let text = self.send(&format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}"
        ));
        let (head, body) = text.split_once("\r\n\r\n").expect(&text);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.expect(head),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Sends bytes as they are, and gives all that comes back.
    pub(crate) fn send(&self, bytes: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).expect("it listens");
        connection.write_all(bytes.as_bytes()).expect("it reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        answer
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill runs").success());
        self.process.wait().expect("it ends")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It may have ended.
        drop(self.process.kill());
        self.process.wait().expect("it ends");
    }
}

fn spawn(args: &[&str], stdout: Stdio, stderr: Stdio) -> Child {
    let mut command = monaka_wrap(["host", "--quiet"]);
    command.args(args).stdout(stdout).stderr(stderr);
    command.spawn().expect("the binary runs")
}
