//! How much there may be.

use std::fs::{self, File};
use std::path::Path;

use crate::support::{
    WAYS, fail, folder, kinds, mount, program, run, succeed, text, wrapped_program,
};

/// Runs a program that exits with what there was room for.
fn count(via: &str, options: &[&str], name: &str) -> Option<i32> {
    let program = program(name);
    let start = ["run", "--quiet", "--via", via];
    let result = run([&start[..], options, &[program.as_str()]].concat());
    result.status.code()
}

/// How many KiB `fill.wat` finds room for in 100. The stock adapter does not say that a part of the
/// last write had room.
fn room(via: &str) -> i32 {
    match via {
        "stock" => 99,
        _ => 100,
    }
}

#[test]
fn a_program_that_fills_the_file_system_is_told_so_and_goes_on() {
    for via in WAYS {
        let bytes = count(via, &["--max-fs-size", "100k"], "fill.wat");
        assert_eq!(bytes, Some(room(via)), "{via}");
        // The root and /tmp are two of them.
        let files = count(via, &["--max-files", "12"], "many.wat");
        assert_eq!(files, Some(10), "{via}");
    }
}

#[test]
fn embedded_files_count_as_files_and_their_content_as_nothing() {
    let host = folder();
    fs::create_dir(host.path().join("empty")).expect("a directory");
    fs::write(host.path().join("large"), vec![1; 200_000]).expect("a file");
    let mount = mount("/d", host.path());
    for via in WAYS {
        let options = ["--mount", &mount, "--max-fs-size", "100k"];
        assert_eq!(count(via, &options, "fill.wat"), Some(room(via)), "{via}");
        let options = ["--mount", &mount, "--max-files", "12"];
        assert_eq!(count(via, &options, "many.wat"), Some(7), "{via}");
    }
}

#[test]
fn more_files_than_allowed_are_refused_before_anything_runs() {
    let host = folder();
    for name in ["a", "b", "c"] {
        fs::write(host.path().join(name), name).expect("a file");
    }
    let mount = mount("/d", host.path());
    for command in ["wrap", "run"] {
        let line = fail([
            command,
            "--quiet",
            "--max-files",
            "5",
            "--mount",
            &mount,
            &program("cat.wat"),
        ]);
        assert!(line.contains("--max-files"), "{line}");
    }
}

fn df(image: &Path) -> String {
    let shown = succeed(["fs", "df", "--image", &text(image)]);
    String::from_utf8(shown).expect("text")
}

#[test]
fn limits_are_exact_and_shown() {
    let folder = folder();
    let options = ["--max-fs-size", "1M", "--max-files", "7"];
    for (program, kind) in kinds(folder.path()) {
        let options = [kind, &options].concat();
        let artifact = wrapped_program(&program, folder.path(), "a.wasm", &options);
        let shown = df(&artifact);
        for line in [
            "max bytes  1048576 (1.0 MiB)",
            "max files  7",
            "used files 2",
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line}:\n{shown}");
        }
    }
}

#[test]
fn what_does_not_fit_into_a_memory_is_refused_before_it_is_read() {
    let host = folder();
    fs::write(host.path().join("a"), [1; 4096]).expect("a file");
    let large = File::create(host.path().join("b")).expect("a file");
    // A hole: it would fit alone.
    large.set_len(3 << 30).expect("a size");
    let mount = mount("/d", host.path());
    for kind in ["component", "core"] {
        let cat = program("cat.wat");
        let line = fail(["wrap", &cat, "--emit", kind, "-o", "-", "--mount", &mount]);
        assert!(line.contains("/b: ") && line.contains("3.0 GiB"), "{line}");
        assert!(line.contains("embed less"), "{line}");
    }
}

#[test]
fn compression_is_refused_in_one_line() {
    let cat = program("cat.wat");
    for command in ["wrap", "run"] {
        let line = fail([command, "--quiet", "--compress", "zstd", &cat]);
        assert!(line.contains("--compress zstd"), "{line}");
    }
}
