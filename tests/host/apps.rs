//! The command line of `host`.

use std::fs;

use wit_component::ComponentEncoder;

use crate::support::{host, lines, monaka_wrap, program, repository, succeeds};

#[test]
fn every_program_prints_behind_its_name_and_the_first_failure_is_the_status() {
    let (fixed, exit) = (program("fixed.wat"), program("exit.wat"));
    let output = host(
        &[],
        &[
            fixed.clone(),
            format!("{exit} x"),
            exit,
            format!("--name last {fixed}"),
        ],
    );
    assert_eq!(output.status.code(), Some(255), "{output:?}");
    assert_eq!(lines(&output.stdout), ["1.fixed | fixed", "last | fixed"]);
}

#[test]
fn programs_share_what_is_mounted_and_what_they_write_is_saved() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let greeting = folder.path().join("greeting");
    fs::write(&greeting, "hello\n").expect("a writable folder");
    let mount = format!("/etc/greeting={}", greeting.display());
    let saved = folder.path().join("saved");
    let save = format!("/log={}", saved.display());
    let cat = program("cat.wat");
    let output = host(
        &["--mount", &mount, "--save", &save],
        &[
            format!("{cat} etc/greeting"),
            format!("{cat} 'etc/greeting'"),
            format!("{} 7 3", program("append")),
        ],
    );
    succeeds(&output);
    assert_eq!(lines(&output.stdout), ["1.cat | hello", "2.cat | hello"]);
    let log = fs::read_to_string(saved).expect("the log is saved");
    assert_eq!(log, "<7 0 x>\n<7 1 xx>\n<7 2 xxx>\n");
}

#[test]
fn a_program_sees_the_directories_that_it_is_given_and_no_others() {
    const NOENT: i32 = 44;
    const PERM: i32 = 63;
    let (append, cat) = (program("append"), program("cat.wat"));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let image = folder.path().join("image");
    let save = image.to_str().expect("a path of text");
    let written = host(
        &["--save-image", save],
        &[
            format!("--root /one {append} 1 1"),
            format!("--root /two/deep {append} 2 1"),
        ],
    );
    succeeds(&written);
    let cases = [
        (format!("--root /one {cat} log"), Ok("<1 0 x>")),
        (format!("--root /two {cat} deep/log"), Ok("<2 0 x>")),
        (format!("{cat} two/deep/log"), Ok("<2 0 x>")),
        (format!("--root /one {cat} ../two/deep/log"), Err(PERM)),
        (format!("--root /two/deep {cat} two/deep/log"), Err(NOENT)),
        (format!("--read-only {cat} one/log"), Ok("<1 0 x>")),
        // The program's own status for a log that it cannot open.
        (format!("--root /one --read-only {append} 3 1"), Err(3)),
        (
            format!("--root /new --dir /in=/one,ro {append} 3 1"),
            Ok(""),
        ),
    ];
    for (app, expected) in cases {
        let output = host(&["--image", save], std::slice::from_ref(&app));
        match expected {
            Ok("") => succeeds(&output),
            Ok(line) => {
                succeeds(&output);
                assert_eq!(lines(&output.stdout), [format!("1.cat | {line}")], "{app}");
            }
            Err(code) => assert_eq!(output.status.code(), Some(code), "{app}: {output:?}"),
        }
    }
}

/// How much two programs wrote that each write until there is no room, with 1 MiB for both.
fn filled(options: [&str; 2]) -> [u64; 2] {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let saved = ["a", "b"].map(|name| folder.path().join(name));
    let [a, b] = &saved;
    let misbehave = program("misbehave");
    let [of_a, of_b] = options;
    let output = host(
        &[
            "--max-fs-size",
            "1M",
            "--save",
            &format!("/a/large={}", a.display()),
            "--save",
            &format!("/b/large={}", b.display()),
        ],
        &[
            format!("--root /a {of_a} {misbehave} bytes"),
            format!("--root /b {of_b} {misbehave} bytes"),
        ],
    );
    succeeds(&output);
    saved.map(|path| fs::metadata(path).expect("it is saved").len())
}

#[test]
fn a_quota_is_a_programs_own() {
    let options = ["--max-fs-size 64K", "--max-fs-size 512K"];
    assert_eq!(filled(options), [64 << 10, 512 << 10]);
}

#[test]
fn without_quotas_programs_share_the_room() {
    assert_eq!(filled(["", ""]).iter().sum::<u64>(), 1 << 20);
}

#[test]
fn components_and_modules_run_side_by_side() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let module = fs::read(repository().join("tests/programs/p2-calls.wasm")).expect("a program");
    let component = ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.encode());
    let path = folder.path().join("calls.wasm");
    fs::write(&path, component.expect("a component")).expect("a writable folder");
    let calls = path.to_str().expect("a path of text");
    let output = host(
        &[],
        &[
            format!("--root /one {calls} files"),
            format!("--root /two {calls} directories"),
            format!("{} 1 100", program("append")),
        ],
    );
    succeeds(&output);
}

#[test]
fn what_makes_no_sense_is_one_line() {
    let cases = [
        (vec!["host"], 2, "--app"),
        (vec!["host", "--app", "'a"], 2, "quote"),
        (
            vec!["host", "--app", "--root relative x.wasm"],
            2,
            "absolute",
        ),
        (vec!["host", "--app", "absent.wasm"], 125, "absent.wasm"),
        (
            vec!["host", "--app", "x.wasm", "--adapter", "stock"],
            125,
            "--adapter",
        ),
    ];
    for (args, status, expected) in cases {
        let output = monaka_wrap(&args).output().expect("the binary runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {stderr}");
        assert!(stderr.contains(expected), "{args:?}: {stderr}");
    }
}
