//! The command line as a user meets it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn monaka_wrap<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command.args(args).stdin(Stdio::null());
    command
}

fn output(mut command: Command) -> Output {
    command.output().expect("the binary runs")
}

/// The ways to run a program, which it must not notice.
const WAYS: [&str; 5] = ["host", "component", "core", "plugged", "stock"];

fn program(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = match name.rsplit_once('.') {
        Some((_, "wat")) => root.join("tests/programs").join(name),
        _ => root.join(format!("legacy-samples/{name}/{name}.wasm")),
    };
    file.to_string_lossy().into_owned()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The one line on standard error that every failure is.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_owned()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a directory");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn wrapping_writes_one_file_beside_the_input_and_says_so_in_one_line() {
    let folder = folder();
    let input = folder.path().join("legacy.wasm");
    fs::copy(program("hello"), &input).expect("a copy");
    let result = output(monaka_wrap([&input]));
    assert!(result.status.success(), "{result:?}");
    assert_eq!(
        names_in(folder.path()),
        ["legacy.wasm", "legacy.wrapped.wasm"]
    );
    let line = stdout(&result);
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.contains("preview1 command -> component"), "{line}");
}

#[test]
fn a_wrapped_program_reaches_no_file_of_the_host() {
    let folder = folder();
    for emit in ["component", "core"] {
        let out = folder.path().join(emit);
        let args = ["wrap", &program("recordb"), "--emit", emit, "-o"];
        let mut command = monaka_wrap(args);
        command.arg(&out);
        assert!(output(command).status.success());
        let inspected = output(monaka_wrap(["inspect", "--json", &out.to_string_lossy()]));
        let report: serde_json::Value =
            serde_json::from_slice(&inspected.stdout).expect("inspect --json prints JSON");
        let reach = report["reach"].as_object().expect("an object");
        assert!(!reach.contains_key("files"), "{report:#}");
        assert!(reach.contains_key("stdio"), "{report:#}");
        assert_eq!(report["kind"], "already-virtualized", "{report:#}");
    }
}

#[test]
fn dashes_stand_for_standard_streams() {
    let mut child = monaka_wrap(["wrap", "-", "--output", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let wasm = fs::read(program("hello")).expect("a sample");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&wasm).expect("the module is read");
    drop(stdin);
    let wrapped = child.wait_with_output().expect("the binary ends");
    assert!(wrapped.status.success());
    assert!(
        wrapped.stdout.starts_with(b"\0asm\x0d\0\x01\0"),
        "a component"
    );
    assert!(wrapped.stdout.len() > wasm.len());

    let unnamed = output(monaka_wrap(["wrap", "-"]));
    assert_eq!(unnamed.status.code(), Some(125));
    assert!(complaint(&unnamed).contains("-o"));
}

#[test]
fn what_cannot_be_wrapped_is_one_line_and_no_file() {
    let folder = folder();
    let wasm = fs::read(program("hello")).expect("a sample");
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("empty.wasm", Vec::new(), "not WebAssembly"),
        ("text.txt", b"hello".to_vec(), "not WebAssembly"),
        ("truncated.wasm", wasm[..wasm.len() / 2].to_vec(), "damaged"),
        ("archive.zip", b"PK\x03\x04rest".to_vec(), "archive"),
        ("plain.wat", b"(module)".to_vec(), "preview1"),
        ("broken.wat", b"(module (func".to_vec(), "text"),
    ];
    for (name, bytes, expected) in cases {
        let input = folder.path().join(name);
        fs::write(&input, bytes).expect("a writable folder");
        let result = output(monaka_wrap([&input]));
        assert_eq!(result.status.code(), Some(125), "{name}");
        let line = complaint(&result);
        assert!(line.contains(name) && line.contains(expected), "{line}");
        fs::remove_file(&input).expect("the input is left alone");
        assert!(
            names_in(folder.path()).is_empty(),
            "{name} left something behind"
        );
    }
    let absent = output(monaka_wrap(["nowhere.wasm"]));
    assert!(complaint(&absent).contains("nowhere.wasm"));
}

#[test]
fn a_result_that_cannot_be_written_leaves_nothing_half_done() {
    let folder = folder();
    let same = folder.path().join("same.wasm");
    fs::copy(program("hello"), &same).expect("a copy");
    let before = fs::read(&same).expect("a copy");
    let mut onto_itself = monaka_wrap([&same]);
    onto_itself.arg("-o").arg(&same);
    assert!(complaint(&output(onto_itself)).contains("-o"));
    assert_eq!(fs::read(&same).expect("still there"), before);

    let mut into_nowhere = monaka_wrap([&same]);
    into_nowhere
        .arg("-o")
        .arg(folder.path().join("absent/out.wasm"));
    let result = output(into_nowhere);
    assert_eq!(result.status.code(), Some(125));
    complaint(&result);
    assert_eq!(names_in(folder.path()), ["same.wasm"]);
}

#[test]
fn exit_codes_are_the_programs_own() {
    for via in WAYS {
        let result = output(monaka_wrap([
            "run",
            "--quiet",
            "--via",
            via,
            &program("exit.wat"),
        ]));
        assert_eq!(result.status.code(), Some(33), "{via}");
        assert!(result.stderr.is_empty());
        let large = output(monaka_wrap([
            "run",
            "--quiet",
            "--via",
            via,
            &program("exit.wat"),
            "--",
            "x",
        ]));
        assert_eq!(large.status.code(), Some(255), "{via}");
    }
}

#[test]
fn a_runaway_program_is_stopped() {
    for via in WAYS {
        let spin = program("spin.wat");
        let late = output(monaka_wrap([
            "run",
            "--quiet",
            "--via",
            via,
            "--timeout",
            "50ms",
            &spin,
        ]));
        assert_eq!(late.status.code(), Some(124), "{via}");
        assert!(complaint(&late).contains("--timeout"));
        let hog = program("hog.wat");
        let large = output(monaka_wrap([
            "run",
            "--quiet",
            "--via",
            via,
            "--max-memory",
            "64M",
            &hog,
        ]));
        assert_eq!(large.status.code(), Some(125), "{via}");
        assert!(complaint(&large).contains("--max-memory"));
    }
}

#[test]
fn a_trap_is_told_apart_from_an_exit() {
    let result = output(monaka_wrap([
        "run",
        &program("hog.wat"),
        "--max-memory",
        "8G",
    ]));
    assert_eq!(result.status.code(), Some(134));
    assert!(complaint(&result).contains("unreachable"));
}

/// A folder with `etc/greeting`, a link to it, and a large file.
fn content() -> TempDir {
    let folder = folder();
    fs::create_dir(folder.path().join("etc")).expect("a writable folder");
    fs::write(folder.path().join("etc/greeting"), "hello from the host\n").expect("a file");
    std::os::unix::fs::symlink("etc/greeting", folder.path().join("link")).expect("a link");
    let absolute = folder.path().join("etc/greeting");
    std::os::unix::fs::symlink(absolute, folder.path().join("etc/absolute")).expect("a link");
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(folder.path().join("large"), large).expect("a file");
    folder
}

fn cat(via: &str, options: &[&str], path: &str) -> Output {
    let mut command = monaka_wrap(["run", "--quiet", "--via", via]);
    command
        .args(options)
        .arg(program("cat.wat"))
        .args(["--", path]);
    output(command)
}

#[test]
fn mounted_content_is_read_as_it_was() {
    let host = content();
    let mount = format!("/data={}", host.path().display());
    let large = fs::read(host.path().join("large")).expect("the file");
    for via in WAYS {
        let read = |path: &str| {
            let result = cat(via, &["--mount", &mount], path);
            assert!(result.status.success(), "{path}: {result:?}");
            result.stdout
        };
        assert_eq!(read("data/etc/greeting"), b"hello from the host\n");
        assert_eq!(read("data/link"), b"hello from the host\n");
        assert_eq!(read("data/etc/absolute"), b"hello from the host\n");
        assert_eq!(read("data/large"), large);
    }
}

#[test]
fn an_embedded_tree_travels_in_the_artifact() {
    let host = content();
    let folder = folder();
    let artifact = folder.path().join("cat.wasm");
    let mut wrap = monaka_wrap(["wrap", &program("cat.wat"), "--emit", "core", "--mount"]);
    wrap.arg(format!("/={}", host.path().display()))
        .arg("-o")
        .arg(&artifact);
    assert!(output(wrap).status.success());
    let again = output(monaka_wrap(["inspect", &artifact.to_string_lossy()]));
    assert!(stdout(&again).contains("already"), "{}", stdout(&again));
}

#[test]
fn mounts_that_make_no_sense_are_refused_by_name() {
    let host = content();
    let outside = host.path().join("outside");
    std::os::unix::fs::symlink("/etc/passwd", outside).expect("a link");
    let mount = format!("/data={}", host.path().display());
    let result = cat("core", &["--mount", &mount], "data/link");
    assert_eq!(result.status.code(), Some(125));
    let line = complaint(&result);
    assert!(
        line.contains("outside") && line.contains("/etc/passwd"),
        "{line}"
    );

    let absent = cat("core", &["--mount", "/x=/nowhere/at/all"], "x");
    assert!(complaint(&absent).contains("/nowhere/at/all"));
    for bad in ["relative=.", "/a/../b=.", "/x=", "nonsense"] {
        let result = cat("core", &["--mount", bad], "x");
        assert_eq!(result.status.code(), Some(2), "{bad}: a usage error");
    }
}

#[test]
fn a_working_directory_leaves_descriptor_3_the_root_and_must_be_a_directory() {
    let host = content();
    let mount = format!("/data={}", host.path().display());
    // The program opens paths from descriptor 3, which a libc finds by its name; the raw program
    // here takes the first, the root, whatever the working directory is.
    let options = ["--mount", &mount, "--cwd", "/data/etc"];
    assert!(cat("core", &options, "data/link").status.success());
    let bad = cat("core", &["--mount", &mount, "--cwd", "/data/large/x"], "x");
    assert_eq!(bad.status.code(), Some(125));
    assert!(
        complaint(&bad).contains("/data/large/x"),
        "{}",
        complaint(&bad)
    );
}

#[test]
fn without_a_preopen_there_is_no_descriptor_3() {
    const BADF: i32 = 8;
    for via in WAYS {
        let result = cat(via, &["--no-preopen"], "anything");
        assert_eq!(result.status.code(), Some(BADF), "{via}");
    }
}

#[test]
fn the_environment_is_only_what_was_given() {
    let run = |options: &[&str]| {
        let mut command = monaka_wrap(["run"]);
        command
            .args(options)
            .arg(program("hello"))
            .env("GREETING", "from the host");
        stdout(&output(command))
    };
    let without = run(&[]);
    assert!(!without.contains("from the host"), "{without}");
    let with = run(&["--env", "GREETING=on purpose"]);
    assert!(with.contains("on purpose"), "{with}");
}

#[test]
fn explain_names_every_stage_and_what_is_still_reachable() {
    let folder = folder();
    let out = folder.path().join("out.wasm");
    let mut command = monaka_wrap(["wrap", &program("random.wat"), "--explain", "-o"]);
    command.arg(&out);
    let result = output(command);
    let text = String::from_utf8_lossy(&result.stderr).into_owned();
    for expected in [
        "detect", "merge", "lift", "validate", "random", "clocks", "exit",
    ] {
        assert!(text.contains(expected), "{expected} is missing:\n{text}");
    }
    for absent in ["standard streams", "filesystem", "sockets"] {
        assert!(!text.contains(absent), "{absent} is there:\n{text}");
    }
}

#[test]
fn completions_and_the_manual_come_from_the_definition() {
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&output(monaka_wrap(["completions", shell])));
        assert!(script.contains("max-fs-size"), "{shell}");
    }
    assert!(stdout(&output(monaka_wrap(["man"]))).contains(".TH monaka-wrap"));
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let host = content();
    let folder = folder();
    let wrap = |name: &str| -> Vec<u8> {
        let out: PathBuf = folder.path().join(name);
        let mut command = monaka_wrap(["wrap", &program("recordb"), "--mount"]);
        command
            .arg(format!("/={}", host.path().display()))
            .arg("-o")
            .arg(&out);
        assert!(output(command).status.success());
        fs::read(out).expect("the result")
    };
    assert!(wrap("a") == wrap("b"));
}

/// Runs a program in `via` that is expected to say nothing on standard error.
fn run(via: &str, options: &[&str], name: &str) -> Output {
    let mut command = monaka_wrap(["run", "--quiet", "--via", via]);
    command.args(options).arg(program(name));
    let result = output(command);
    assert!(result.stderr.is_empty(), "{via}: {result:?}");
    result
}

#[test]
fn a_program_keeps_all_of_its_memory_to_itself() {
    for via in WAYS {
        let result = run(via, &[], "memory.wat");
        assert_eq!(result.status.code(), Some(0), "{via}: the failed check");
    }
}

#[test]
fn a_memory_that_cannot_grow_is_no_obstacle() {
    for via in WAYS {
        assert_eq!(stdout(&run(via, &[], "fixed.wat")), "fixed\n", "{via}");
    }
}

#[test]
fn reads_and_writes_of_one_descriptor_share_one_position() {
    for via in WAYS {
        let result = run(via, &[], "positions.wat");
        assert_eq!(stdout(&result), "VXcYefZ", "{via}: {result:?}");
    }
}

#[test]
fn odd_questions_are_answered_and_never_trap() {
    for via in WAYS {
        let result = run(via, &[], "answers.wat");
        assert_eq!(result.status.code(), Some(0), "{via}: the wrong answer");
    }
}

#[test]
fn a_start_function_may_use_its_descriptors() {
    for via in WAYS {
        assert_eq!(
            stdout(&run(via, &[], "start.wat")),
            "start\nmain\n",
            "{via}"
        );
    }
}

#[test]
fn exit_compat_tells_success_from_failure_only() {
    let folder = folder();
    for via in ["component", "stock"] {
        let result = run(via, &["--exit-compat"], "exit.wat");
        assert_eq!(result.status.code(), Some(1), "{via}");
        let result = run(via, &["--exit-compat"], "fixed.wat");
        assert_eq!(result.status.code(), Some(0), "{via}");
    }
    // What older hosts lack is not imported.
    for adapter in ["shim", "stock"] {
        let out = folder.path().join(adapter);
        let mut wrap = monaka_wrap(["wrap", &program("exit.wat"), "--exit-compat", "--quiet"]);
        wrap.args(["--adapter", adapter, "-o"]).arg(&out);
        assert!(output(wrap).status.success(), "{adapter}");
        let wasm = fs::read(&out).expect("the result");
        let names = |name: &str| wasm.windows(name.len()).any(|part| part == name.as_bytes());
        assert!(!names("exit-with-code"), "{adapter}");
    }
    let core = output(monaka_wrap([
        "run",
        "--via",
        "core",
        "--exit-compat",
        &program("exit.wat"),
    ]));
    assert_eq!(core.status.code(), Some(125));
    assert!(complaint(&core).contains("--exit-compat"));
}

#[test]
fn the_stock_adapter_says_once_what_it_gets_wrong() {
    let folder = folder();
    let out = folder.path().join("out.wasm");
    let wrap = |options: &[&str]| {
        let mut command = monaka_wrap(["wrap", &program("hello"), "--adapter", "stock"]);
        command.args(options).arg("-o").arg(&out);
        let result = output(command);
        assert!(result.status.success(), "{result:?}");
        String::from_utf8_lossy(&result.stderr).into_owned()
    };
    let warned = wrap(&[]);
    assert_eq!(warned.matches("128 descriptors").count(), 1, "{warned}");
    assert_eq!(wrap(&["--quiet"]), "");
    let explained = wrap(&["--explain"]);
    for expected in [
        "rewrite",
        "lift",
        "compose",
        "128 descriptors",
        "cabi_realloc",
    ] {
        assert!(
            explained.contains(expected),
            "{expected} is missing:\n{explained}"
        );
    }
    let ran = output(monaka_wrap(["run", "--via", "stock", &program("hello")]));
    assert!(complaint(&ran).contains("128 descriptors"));
    assert_eq!(
        stdout(&ran),
        stdout(&output(monaka_wrap(["run", &program("hello")])))
    );
}

#[test]
fn the_stock_adapter_is_for_components_and_within_its_memory() {
    let folder = folder();
    let refused = |options: &[&str], expected: &str| {
        let mut command = monaka_wrap(["wrap", &program("recordb"), "-o"]);
        command.arg(folder.path().join("out.wasm")).args(options);
        let result = output(command);
        assert_eq!(result.status.code(), Some(125), "{options:?}");
        let line = complaint(&result);
        assert!(line.contains(expected), "{line}");
        assert!(names_in(folder.path()).is_empty(), "{options:?}");
    };
    refused(
        &["--adapter", "stock", "--emit", "core"],
        "leave out --emit core",
    );
    refused(
        &["--adapter", "stock", "--max-guest-memory", "64k"],
        "allow more with --max-guest-memory",
    );
    refused(&["--max-guest-memory", "64M"], "--adapter stock");
}

#[test]
fn a_reader_that_has_gone_is_no_reason_to_panic() {
    for options in [&[][..], &["--json"]] {
        let mut command = monaka_wrap(["inspect", &program("hello")]);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        command.args(options).stdout(writer);
        let result = output(command);
        assert_eq!(result.status.code(), Some(125), "{result:?}");
        complaint(&result);
    }
}

#[test]
fn inspect_says_what_the_stock_adapter_would_do() {
    let report = |name: &str| -> serde_json::Value {
        let inspected = output(monaka_wrap(["inspect", "--json", &program(name)]));
        serde_json::from_slice(&inspected.stdout).expect("inspect --json prints JSON")
    };
    assert_eq!(report("hello")["stock"]["pipeline"], "adapt");
    let text = stdout(&output(monaka_wrap(["inspect", &program("hello")])));
    assert!(text.contains("lifted by --adapter stock"), "{text}");
}

#[test]
fn a_wrapped_program_runs_as_it_is_and_takes_no_other_files() {
    let host = content();
    let folder = folder();
    let mount = format!("/data={}", host.path().display());
    for emit in ["component", "core"] {
        let wrapped = folder.path().join(emit);
        let wrapped = wrapped.to_string_lossy();
        let mut command = monaka_wrap(["wrap", "--emit", emit, "--mount", &mount]);
        command.args([&program("cat.wat"), "-o", &wrapped]);
        assert!(output(command).status.success(), "{emit}");
        let mut command = monaka_wrap(["run", "--quiet", &wrapped]);
        command.args(["--", "data/etc/greeting"]);
        assert_eq!(stdout(&output(command)), "hello from the host\n", "{emit}");
        let refused = output(monaka_wrap(["run", &wrapped, "--mount", &mount]));
        assert_eq!(refused.status.code(), Some(125), "{emit}");
        assert!(complaint(&refused).contains("--mount"), "{emit}");
    }
}
