//! Programs that do what they should not, beside one that must not notice.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::support::{host, lines, monaka_wrap, program};

/// Runs a program that misbehaves beside another, which must come to its end with all of its work
/// done. Gives the status of the host.
fn beside_another(options: &[&str], how: &str, app_options: &str) -> Option<i32> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let saved = folder.path().join("log");
    let save = format!("/good/log={}", saved.display());
    let mut all = vec!["--save", &save];
    all.extend(options);
    let output = host(
        &all,
        &[
            format!("{app_options} {} {how}", program("misbehave")),
            format!("--root /good {} 1 2000", program("append")),
        ],
    );
    let log = fs::read_to_string(saved).expect("the log is saved");
    assert_eq!(lines(log.as_bytes()).len(), 2000, "{how}: {output:?}");
    output.status.code()
}

#[test]
fn a_program_that_loops_or_allocates_without_end_is_stopped_alone() {
    assert_eq!(beside_another(&["--timeout", "3s"], "loop", ""), Some(124));
    let limits = ["--max-memory", "64M", "--timeout", "60s"];
    assert_eq!(beside_another(&limits, "allocate", ""), Some(125));
}

#[test]
fn a_program_that_takes_what_there_is_takes_its_own_share_only() {
    let limits = ["--timeout", "60s"];
    for (how, own) in [
        ("descriptors", ""),
        ("files", "--max-files 100"),
        ("bytes", "--max-fs-size 8M"),
    ] {
        assert_eq!(beside_another(&limits, how, own), Some(0), "{how}");
    }
}

#[test]
fn garbage_is_an_error_of_who_passes_it() {
    let status = beside_another(&["--timeout", "60s"], "garbage", "--root /bad");
    // What it overwrites of itself may end it; nothing else is harmed.
    assert!(matches!(status, Some(0 | 134)), "{status:?}");
}

#[test]
fn a_program_that_dies_holds_nothing_any_more() {
    // There is room for what the first one held only when it is gone.
    let status = beside_another(&["--max-fs-size", "2M"], "die", "");
    assert_eq!(status, Some(134));
}

#[test]
fn output_that_nobody_reads_does_not_outlive_the_time_of_a_program() {
    for via in ["host", "component", "core"] {
        let misbehave = program("misbehave");
        let mut command = monaka_wrap(["run", "--quiet", "--via", via, "--timeout", "500ms"]);
        command.args([&misbehave, "--", "print"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        // Held open, and not read before the end.
        let mut stdout = child.stdout.take().expect("a pipe");
        let status = child.wait().expect("the program ends");
        assert_eq!(status.code(), Some(124), "{via}");
        let mut printed = Vec::new();
        stdout
            .read_to_end(&mut printed)
            .expect("what there was room for");
        assert!(printed.iter().all(|byte| *byte == b'x'), "{via}");
    }
}
