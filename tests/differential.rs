//! The same program, compiled natively and wrapped, prints the same lines: natively it runs in an
//! empty directory of a tmpfs, wrapped it runs in every mode.
//!
//! Where the two are meant to differ, `DEVIATIONS` says what each prints, and why.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use tempfile::TempDir;

/// What `run --via` can be, but for the stock adapter's way, which has rules of its own.
const MODES: [&str; 5] = ["host", "component", "core", "plugged", "rpc"];

/// The C programs of `tests/differential/c` that print what they observe.
const OBSERVERS: [&str; 10] = [
    "churn",
    "content",
    "descriptors",
    "directories",
    "large",
    "names",
    "opening",
    "paths",
    "streams",
    "times",
];

/// Runs of `fsx.c`, which compares files with a model: seed, operations, bytes of a file.
static INTEGRITY: [[&str; 3]; 3] = [
    ["1", "200000", "262144"],
    ["2", "200000", "66000"],
    ["3", "5000", "16777216"],
];

const UNICODE: &str = "names in WASI are strings of Unicode";
const CONFINED: &str = "a path never leaves the directory of its descriptor";
const WASMTIME: &str = "so it is on wasmtime's preview 1 host, on which programs were tested";
const OFFICIAL: &str = "WASI's official tests want it";

/// What `deviations.c` observes: what it is, the answer on Linux, the answer when wrapped, and why
/// that is another.
#[rustfmt::skip]
const DEVIATIONS: [[&str; 4]; 18] = [
    ["a directory for temporary files at the start", "ENOENT", "ok", "every wrapped program has a /tmp"],
    ["the empty path", "ENOENT", "ok", "wasi-libc asks for `.` instead"],
    ["create a name that is not UTF-8", "ok", "EILSEQ", UNICODE],
    ["make a directory of such a name", "ok", "EILSEQ", UNICODE],
    ["link to such a target", "ok", "EILSEQ", UNICODE],
    ["look for such a name", "ENOENT", "EILSEQ", UNICODE],
    ["leave a descriptor's directory", "ok", "EPERM", CONFINED],
    ["leave it through a link", "ok", "EPERM", CONFINED],
    ["link to an absolute path", "ok", "EPERM", CONFINED],
    ["write what was opened with O_RDONLY and O_CREAT", "EBADF", "ok", WASMTIME],
    ["write what was opened with O_RDONLY and O_TRUNC", "EBADF", "ok", WASMTIME],
    ["open a file with O_DIRECTORY and O_TRUNC", "ENOTDIR", "EINVAL", WASMTIME],
    ["symbolic link over a file with a slash", "EEXIST", "ENOTDIR", OFFICIAL],
    ["hard link through a symbolic link", "ok", "EINVAL", OFFICIAL],
    ["seek in a directory", "ok", "EBADF", OFFICIAL],
    ["cut a directory", "EINVAL", "EBADF", OFFICIAL],
    ["read at the largest offset", "EINVAL", "ok", "behind the end of a file nothing is read"],
    ["write at the largest offset", "EINVAL", "EFBIG", "the limit of 16 TiB is met first"],
];

/// What `stock.c` observes, and the answer of the stock adapter; the shim answers as Linux does.
const STOCK: [[&str; 2]; 5] = [
    ["open a file 200 times", "ENOMEM"],
    ["write two buffers at once", "2"],
    ["read into two buffers at once", "2"],
    ["allocate space", "refused"],
    ["synchronise a directory", "EBADF"],
];

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for observer in OBSERVERS {
        trials.extend(comparisons(CProgram::new(observer, &[])));
    }
    for arguments in &INTEGRITY {
        trials.extend(comparisons(CProgram::new("fsx", arguments)));
    }
    trials.push(on_linux(
        "deviations::linux".to_owned(),
        deviations_on_linux,
    ));
    trials.extend(comparisons(CProgram::new("stock", &[])));
    trials.push(trial("stock".to_owned(), the_stock_adapter_differs));
    for mode in MODES {
        let name = |test: &str| format!("{test}::{mode}");
        trials.push(trial(name("deviations"), || deviations_wrapped(mode)));
        trials.push(trial(name("go"), || go_program(mode)));
        trials.push(on_linux(name("cwd::libc"), || libc_relative_paths(mode)));
        trials.push(trial(name("cwd::go"), || go_relative_paths(mode)));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

fn trial(name: String, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, || {
        test().map_err(|error| Failed::from(format!("{error:#}")))
    })
}

/// A test with a native run, which other systems than Linux answer in their own way.
fn on_linux(name: String, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    trial(name, test).with_ignored_flag(!cfg!(target_os = "linux"))
}

/// One test for each mode; they share the native run.
fn comparisons(program: CProgram) -> Vec<Trial> {
    let program = Arc::new(program);
    let compare = |mode| {
        let program = program.clone();
        on_linux(format!("{}::{mode}", program.name()), move || {
            same_lines(program.native()?, &program.wrapped(mode)?)
        })
    };
    MODES.into_iter().map(compare).collect()
}

fn deviations_on_linux() -> Result<()> {
    same_lines(&deviations(1), CProgram::new("deviations", &[]).native()?)
}

fn deviations_wrapped(mode: &str) -> Result<()> {
    let found = CProgram::new("deviations", &[]).wrapped(mode)?;
    same_lines(&deviations(2), &found)
}

/// The observations, with the answers of one column.
fn deviations(answer: usize) -> String {
    let line = |deviation: &[&str; 4]| format!("{}: {}\n", deviation[0], deviation[answer]);
    DEVIATIONS.iter().map(line).collect()
}

fn the_stock_adapter_differs() -> Result<()> {
    let line = |[what, answer]: &[&str; 2]| format!("{what}: {answer}\n");
    let expected: String = STOCK.iter().map(line).collect();
    same_lines(&expected, &CProgram::new("stock", &[]).wrapped("stock")?)?;

    // What is not UTF-8 cannot be said across a component's boundary.
    let trapped = run_wrapped("stock", &[], "c/stock.wasm", &["path"])?;
    ensure!(trapped.status.code() == Some(134), "{trapped:?}");
    let shim = CProgram::new("stock", &["path"]).wrapped("component")?;
    same_lines("look for a name that is not UTF-8: EILSEQ\n", &shim)
}

fn go_program(mode: &str) -> Result<()> {
    let expected = fs::read_to_string(folder().join("go/expected.stdout"))?;
    let found = stdout_of(run_wrapped(mode, &[], "go/go.wasm", &[])?)?;
    same_lines(&expected, &found)
}

/// A host folder to be mounted, with `etc/greeting`, `etc/sub/deep` and `other` in it.
fn content() -> Result<TempDir> {
    let host = tempfile::tempdir()?;
    fs::create_dir_all(host.path().join("etc/sub"))?;
    fs::write(host.path().join("etc/greeting"), "hello")?;
    fs::write(host.path().join("etc/sub/deep"), "below")?;
    fs::write(host.path().join("other"), "beside")?;
    Ok(host)
}

/// The options that make `etc` of that folder the working directory.
fn in_etc(host: &TempDir) -> [String; 4] {
    let mount = format!("/data={}", host.path().display());
    ["--mount".into(), mount, "--cwd".into(), "/data/etc".into()]
}

fn libc_relative_paths(mode: &str) -> Result<()> {
    const RELATIVE: &[&str] = &["greeting", "./sub/../greeting", "sub/deep", "absent"];
    let host = content()?;
    let native = CProgram::new("cat", RELATIVE).native_in(&host.path().join("etc"))?;
    let found = stdout_of(run_wrapped(mode, &in_etc(&host), "c/cat.wasm", RELATIVE)?)?;
    same_lines(&native, &found)?;

    let absolute = ["/data/etc/greeting", "/data/other", "/tmp/absent"];
    let found = stdout_of(run_wrapped(mode, &in_etc(&host), "c/cat.wasm", &absolute)?)?;
    let expected = "/data/etc/greeting: ok hello\n/data/other: ok beside\n/tmp/absent: ENOENT \n";
    ensure!(found.starts_with(expected), "{found}");
    Ok(())
}

fn go_relative_paths(mode: &str) -> Result<()> {
    let host = content()?;
    let arguments = [
        "cat",
        "greeting",
        "sub/deep",
        "../other",
        "/data/etc/greeting",
    ];
    let found = stdout_of(run_wrapped(mode, &in_etc(&host), "go/go.wasm", &arguments)?)?;
    let expected = "working directory: /data/etc ok\n\
        greeting ok \"hello\"\n\
        sub/deep ok \"below\"\n\
        ../other ok \"beside\"\n\
        /data/etc/greeting ok \"hello\"\n\
        listing: ok\n\
        - greeting\n\
        - sub\n";
    same_lines(expected, &found)
}

/// A program of `tests/differential/c` with its arguments.
struct CProgram {
    source: &'static str,
    arguments: &'static [&'static str],
    native: OnceLock<Result<String, String>>,
}

impl CProgram {
    fn new(source: &'static str, arguments: &'static [&'static str]) -> Self {
        Self {
            source,
            arguments,
            native: OnceLock::new(),
        }
    }

    fn name(&self) -> String {
        [&[self.source], self.arguments].concat().join("-")
    }

    /// What it prints when compiled here, in an empty directory.
    fn native(&self) -> Result<&str> {
        let run = || {
            let root = scratch().map_err(|error| format!("{error:#}"))?;
            self.native_in(root.path())
                .map_err(|error| format!("{error:#}"))
        };
        match self.native.get_or_init(run) {
            Ok(lines) => Ok(lines),
            Err(error) => Err(anyhow!("{error}")),
        }
    }

    fn native_in(&self, root: &Path) -> Result<String> {
        let build = tempfile::tempdir()?;
        let program = build.path().join(self.source);
        let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
        let output = Command::new(&compiler)
            .args(["-std=c11", "-D_GNU_SOURCE", "-O2", "-o"])
            .arg(&program)
            .args([format!("{}.c", self.source), "observe.c".to_owned()])
            .current_dir(folder().join("c"))
            .output()
            .with_context(|| {
                let compiler = compiler.display();
                format!("no C compiler: cannot run {compiler}; install one or name it in CC")
            })?;
        stdout_of(output).with_context(|| format!("{}.c does not compile", self.source))?;
        let mut command = Command::new(program);
        command.args(self.arguments).current_dir(root);
        stdout_of(command.env_clear().stdin(Stdio::null()).output()?)
    }

    fn wrapped(&self, mode: &str) -> Result<String> {
        let module = format!("c/{}.wasm", self.source);
        stdout_of(run_wrapped(mode, &[], &module, self.arguments)?)
    }
}

fn run_wrapped(mode: &str, options: &[String], module: &str, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command
        .args(["run", "--quiet", "--via", mode])
        .args(options);
    command.arg(folder().join(module)).arg("--").args(arguments);
    Ok(command.stdin(Stdio::null()).output()?)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/differential")
}

/// An empty directory, on a tmpfs if there is one with room for the largest program.
fn scratch() -> Result<TempDir> {
    const ROOM_IN_KIB: u64 = 1 << 20;
    let tmpfs = Path::new("/dev/shm");
    if available_kib(tmpfs).is_some_and(|available| available > ROOM_IN_KIB) {
        Ok(TempDir::new_in(tmpfs)?)
    } else {
        Ok(TempDir::new()?)
    }
}

/// The fourth column of `df`'s second line, as POSIX has it.
fn available_kib(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let table = String::from_utf8(output.stdout).ok()?;
    table
        .lines()
        .nth(1)?
        .split_whitespace()
        .nth(3)?
        .parse()
        .ok()
}

/// What a program that succeeded printed.
fn stdout_of(output: Output) -> Result<String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}\n{stderr}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// Compares line by line; the first differences are the error.
fn same_lines(expected: &str, found: &str) -> Result<()> {
    const SHOWN: usize = 20;
    let (mut expected, mut found) = (expected.lines(), found.lines());
    let mut differences = Vec::new();
    for number in 1.. {
        let (left, right) = (expected.next(), found.next());
        if left.is_none() && right.is_none() {
            break;
        }
        if left != right {
            let [left, right] = [left, right].map(|line| line.unwrap_or("(no line)"));
            differences.push(format!(
                "{number}: expected {left}\n{number}: found    {right}"
            ));
        }
    }
    let count = differences.len();
    differences.truncate(SHOWN);
    ensure!(
        count == 0,
        "{count} lines differ:\n{}",
        differences.join("\n")
    );
    Ok(())
}
