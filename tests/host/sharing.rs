//! Programs that work on the same files at the same time.

use std::fs;

use crate::support::{host, lines, program, succeeds};

#[test]
fn a_thousand_files_are_exchanged_by_renaming_and_none_is_lost_or_torn() {
    let exchange = program("exchange");
    let output = host(
        &["--timeout", "10m"],
        &[
            format!("{exchange} send 1000"),
            format!("{exchange} receive 1000"),
        ],
    );
    succeeds(&output);
    assert_eq!(
        lines(&output.stdout),
        ["1.exchange | 1000 files", "2.exchange | 1000 files"]
    );
}

#[test]
fn sixteen_programs_append_to_one_log_and_every_line_is_whole() {
    const LINES: usize = 500;
    let folder = tempfile::tempdir().expect("a temporary directory");
    let saved = folder.path().join("log");
    let save = format!("/log={}", saved.display());
    let append = program("append");
    let apps: Vec<_> = (0..16)
        .map(|number| format!("{append} {number} {LINES}"))
        .collect();
    succeeds(&host(&["--save", &save], &apps));
    let log = fs::read_to_string(saved).expect("the log is saved");
    let mut next = [0; 16];
    for line in log.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [number, count, filling] = words[..] else {
            panic!("a torn line: {line}");
        };
        let number: usize = number[1..].parse().expect(line);
        // Those of one program come in its order.
        let expected = next[number];
        assert_eq!(count, expected.to_string(), "{line}");
        assert_eq!(filling, format!("{}>", "x".repeat(1 + expected % 500)));
        next[number] += 1;
    }
    assert_eq!(next, [LINES; 16]);
}
