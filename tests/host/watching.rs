//! What a user sees of the programs while they run and afterwards.

use std::fs;

use serde_json::Value;

use crate::support::{Listening, host, program};

#[test]
fn the_audit_log_has_every_call_by_program_path_and_result() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let audit = folder.path().join("audit");
    let path = audit.to_str().expect("a path of text");
    let append = program("append");
    let output = host(
        &["--audit", path],
        &[
            format!("--name one {append} 1 3"),
            format!("--name two --root /b --read-only {append} 2 3"),
        ],
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let log = fs::read_to_string(audit).expect("a log");
    let events: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let count = |guest: &str, operation: &str, path: &str, result: &str| {
        let wanted = [guest, operation, path, result];
        let members = ["guest", "operation", "path", "result"];
        let is_it = |event: &&Value| members.map(|member| &event[member]) == wanted;
        events.iter().filter(is_it).count()
    };
    assert_eq!(count("one", "open", "/log", "ok"), 1, "{log}");
    assert_eq!(count("one", "write", "/log", "ok"), 3, "{log}");
    assert_eq!(count("two", "open", "/log", "ReadOnly"), 1, "{log}");
    assert!(events.iter().all(|event| event["time"].is_u64()), "{log}");
}

#[test]
fn an_audit_log_that_cannot_be_written_is_said_at_once() {
    let append = program("append");
    let output = host(&["--audit", "/dev/full/log"], &[format!("{append} 1 1")]);
    assert_eq!(output.status.code(), Some(125));
    let output = host(&["--audit", "/dev/full"], &[format!("{append} 1 1")]);
    assert_eq!(output.status.code(), Some(125), "{output:?}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("--audit /dev/full"), "{stderr}");
}

/// Asks until the answer is as wanted.
fn wait_for(shown: &Listening, path: &str, is_wanted: impl Fn(&str) -> bool) -> String {
    loop {
        let answer = shown.ask("GET", path, "");
        if answer.status == 200 && is_wanted(&answer.body) {
            return answer.body;
        }
    }
}

#[test]
fn the_page_shows_files_and_numbers_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let name = "<script>alert(1)<script> & more";
    fs::write(folder.path().join(name), "12345").expect("a writable folder");
    let mount = format!("/mounted={}", folder.path().display());
    // It tries to open files for ever.
    let app = format!("--name busy {} fill-and-wait", program("misbehave"));
    let shown = Listening::on_stderr(&["--ui", "127.0.0.1:0", "--mount", &mount, "--app", &app]);

    let tree = wait_for(&shown, "/tree/mounted", |body| body.contains("script"));
    let tree: Value = serde_json::from_str(&tree).expect("JSON");
    assert_eq!(tree["entries"][0]["name"], name);
    assert_eq!(tree["entries"][0]["size"], 5);
    let large = |body: &str| body.contains("\"large\"") && body.contains("65536");
    wait_for(&shown, "/tree/", large);
    let metrics = wait_for(&shown, "/metrics", |body| {
        body.contains("monaka_fs_written_bytes_total{guest=\"busy\"} 65536\n")
    });
    assert!(
        metrics.contains("monaka_fs_calls_total{guest=\"busy\",operation=\"write\"} 1\n"),
        "{metrics}"
    );
    assert!(metrics.contains("monaka_fs_bytes 65536\n"), "{metrics}");
    let guests: Value = serde_json::from_str(&shown.ask("GET", "/guests", "").body).expect("JSON");
    assert_eq!(guests["guests"][0]["guest"], "busy");
    assert_eq!(guests["guests"][0]["calls"]["write"], 1);

    assert!(shown.ask("GET", "/", "").body.contains("<title>"));
    for (method, path, status) in [
        ("POST", "/tree/", 405),
        ("DELETE", "/tree/large", 405),
        ("GET", "/tree/absent", 404),
        ("GET", "/tree/../etc", 400),
        ("GET", "/tree/%2e%2e/etc", 400),
        ("GET", "/tree/%zz", 400),
        ("GET", "/etc/passwd", 404),
    ] {
        assert_eq!(
            shown.ask(method, path, "").status,
            status,
            "{method} {path}"
        );
    }
}

#[test]
fn an_address_in_use_is_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = host(&["--ui", &address], &[format!("{} 1 1", program("append"))]);
    assert_eq!(output.status.code(), Some(125));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains(&address) && stderr.lines().count() == 1,
        "{stderr}"
    );
    let free = host(
        &["--ui", "127.0.0.1:0"],
        &[format!("{} 1 1", program("append"))],
    );
    assert!(free.status.success(), "{free:?}");
}
