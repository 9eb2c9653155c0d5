//! `run --s3`: the binary against a server in this process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use s3_testd::{ACCESS_KEY, Config, Fault, Operation, Rule, SECRET_KEY, Server};
use tokio::runtime::Runtime;

/// A server, on threads of its own.
struct Store {
    server: Server,
    _runtime: Runtime,
}

impl Store {
    fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let server = runtime.block_on(Server::start(Config::default()));
        Self {
            server: server.expect("a port"),
            _runtime: runtime,
        }
    }

    /// The tool, on the files of this store. What is behind `--` goes to the program.
    fn run(&self, program: &str, options: &[&str], args: &[&str]) -> Command {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/programs");
        let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
        command
            .args(["run", "--s3", "s3://test/p", "--s3-endpoint"])
            .arg(self.server.endpoint())
            .args(options)
            .arg(path.join(program))
            .arg("--")
            .args(args)
            .env_remove("AWS_PROFILE")
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_REGION", "us-east-1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn kept(&self) -> Option<Vec<u8>> {
        self.server.store().read("test", "p/file")
    }

    fn refuse_writes(&self) {
        let refusal = Fault::Refuse {
            status: 403,
            code: "AccessDenied".to_owned(),
        };
        self.server.faults().push(Rule {
            operation: Some(Operation::PutObject),
            ..Rule::always(refusal)
        });
    }
}

fn output(mut command: Command) -> Output {
    command.output().expect("the binary runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Starts the program and waits until it says that it is ready.
fn start(mut command: Command) -> Child {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let stdout = child.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    child
}

/// Ends a program that still waits for its input.
fn terminate(mut child: Child) -> Output {
    let input = child.stdin.take();
    signal(&child, "TERM");
    let ended = child.wait_with_output().expect("it ends");
    drop(input);
    ended
}

/// Sends a signal, such as `TERM`.
fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status();
    assert!(sent.expect("kill is there").success());
}

#[test]
fn what_a_run_leaves_the_next_one_finds() {
    let store = Store::start();
    let first = output(store.run("keep.wat", &[], &[]));
    assert!(first.status.success(), "{}", stderr(&first));
    assert_eq!(store.kept().as_deref(), Some(&b"kept"[..]));
    assert_eq!(store.server.log().count(Operation::PutObject), 1);
    let second = output(store.run("cat.wat", &[], &["file"]));
    assert_eq!(second.stdout, b"kept", "{}", stderr(&second));
    assert_eq!(store.server.log().count(Operation::PutObject), 1);
}

#[test]
fn what_was_synced_survives_a_kill() {
    let store = Store::start();
    let mut child = start(store.run("keep.wat", &[], &["sync"]));
    signal(&child, "KILL");
    child.wait().expect("it ends");
    assert_eq!(store.kept().as_deref(), Some(&b"kept"[..]));
    assert_eq!(store.server.log().count(Operation::PutObject), 1);
}

#[test]
fn a_signal_to_end_saves_what_was_not_synced() {
    let store = Store::start();
    let ended = terminate(start(store.run("keep.wat", &[], &[])));
    assert_eq!(ended.status.code(), Some(128 + 15), "{}", stderr(&ended));
    assert_eq!(store.kept().as_deref(), Some(&b"kept"[..]));
}

#[test]
fn what_is_not_saved_is_named() {
    let store = Store::start();
    store.refuse_writes();
    let ended = output(store.run("keep.wat", &[], &[]));
    assert_eq!(ended.status.code(), Some(125));
    let complaint = stderr(&ended);
    assert!(complaint.contains("/file is not saved: "), "{complaint}");
    assert!(complaint.contains("access denied"), "{complaint}");
    assert!(complaint.contains("s3://test/p/"), "{complaint}");
    let ended = terminate(start(store.run("keep.wat", &[], &[])));
    assert_eq!(ended.status.code(), Some(125), "{}", stderr(&ended));
}

#[test]
fn a_store_that_is_away_is_waited_for_as_long_as_is_said() {
    let store = Store::start();
    store.server.faults().push(Rule {
        operation: Some(Operation::PutObject),
        ..Rule::always(Fault::Reset)
    });
    let ended = output(store.run("keep.wat", &["--s3-drain", "300ms"], &[]));
    assert_eq!(ended.status.code(), Some(125), "{}", stderr(&ended));
}

#[test]
fn a_program_is_told_when_it_is_not_durable() {
    let store = Store::start();
    store.refuse_writes();
    let ended = output(store.run("keep.wat", &[], &["sync"]));
    // ACCES; what is not saved is more than how the program ended.
    assert_eq!(ended.stdout, b"", "{}", stderr(&ended));
    assert_eq!(ended.status.code(), Some(125));
}

#[test]
fn what_is_wrong_is_one_line() {
    let store = Store::start();
    let complaint = |command: Command| {
        let ended = output(command);
        assert_eq!(ended.status.code(), Some(125));
        let text = stderr(&ended);
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    };
    let mut wrong = store.run("keep.wat", &[], &[]);
    wrong.env("AWS_SECRET_ACCESS_KEY", "wrong");
    assert!(complaint(wrong).contains("does not accept the credentials"));
    store.server.store().remove_bucket("test");
    assert!(complaint(store.run("keep.wat", &[], &[])).contains("no such bucket"));
    for (options, word) in [
        (&["--via", "component"][..], "--via host"),
        (&["--mount", "/a=Cargo.toml"], "--mount"),
        (&["--save", "/a=a"], "--save"),
    ] {
        let text = complaint(store.run("keep.wat", options, &[]));
        assert!(text.contains(word), "{text}");
    }
}
