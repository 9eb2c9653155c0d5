//! Running the tool, and trees to give to it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// Runs the tool.
pub(crate) fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    let command = command.args(args).stdin(Stdio::null());
    command.output().expect("the binary runs")
}

/// Runs the tool, which is to succeed, and gives what it printed.
pub(crate) fn succeed<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Vec<u8> {
    let result = run(args);
    assert!(result.status.success(), "{result:?}");
    result.stdout
}

/// Runs the tool, which is to fail, and gives the one line that says why.
pub(crate) fn fail<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> String {
    let result = run(args);
    assert_eq!(result.status.code(), Some(125), "{result:?}");
    let text = String::from_utf8_lossy(&result.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

pub(crate) fn program(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = match name.rsplit_once('.') {
        Some((_, "wat")) => root.join("tests/programs").join(name),
        _ => root.join(format!("legacy-samples/{name}/{name}.wasm")),
    };
    file.to_string_lossy().into_owned()
}

pub(crate) fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_str().expect("a path in UTF-8").to_owned()
}

/// `GUEST=HOST`
pub(crate) fn mount(guest: &str, host: impl AsRef<Path>) -> String {
    format!("{guest}={}", text(host))
}

/// Wraps `cat.wat` with options into a file of `folder`.
pub(crate) fn wrapped(folder: &Path, name: &str, options: &[&str]) -> PathBuf {
    let out = folder.join(name);
    let program = program("cat.wat");
    let path = text(&out);
    let args = ["wrap", "--quiet", &program, "-o", &path];
    succeed(args.iter().chain(options));
    out
}

/// A tree with everything that is kept: spaces, other scripts, empty files and directories, links.
pub(crate) fn tree() -> TempDir {
    let folder = folder();
    let root = folder.path();
    fs::create_dir_all(root.join("a b/Größe/日本")).expect("directories");
    fs::create_dir(root.join("empty")).expect("a directory");
    fs::write(root.join("a b/empty file"), "").expect("a file");
    fs::write(root.join("a b/Größe/日本/名"), "内容").expect("a file");
    let large: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(root.join("large"), &large).expect("a file");
    fs::write(root.join("the same again"), large).expect("a file");
    fs::hard_link(root.join("large"), root.join("zzz")).expect("a link");
    symlink("../large", root.join("a b/link")).expect("a link");
    symlink(root.join("a b/Größe"), root.join("empty/absolute")).expect("a link");
    let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o751);
    fs::set_permissions(root.join("large"), mode).expect("permissions");
    folder
}

/// What there is to see of a tree: by path, the kind, permissions, links, time of modification and
/// content. Links are shown as `relative` ones.
pub(crate) fn look(root: &Path) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            let metadata = fs::symlink_metadata(&path).expect("attributes");
            let time = (metadata.mtime(), metadata.mtime_nsec());
            let what = if metadata.is_dir() {
                pending.push(path.clone());
                format!("directory {:o} {time:?}", metadata.mode())
            } else if metadata.is_symlink() {
                let target = fs::read_link(&path).expect("a link");
                let target = match target.strip_prefix(root) {
                    Ok(inside) => Path::new("..").join(inside),
                    Err(_) => target,
                };
                format!("link {} {time:?}", target.display())
            } else {
                let content = fs::read(&path).expect("a file");
                let hash = content.iter().fold(0_u64, |hash, byte| {
                    hash.wrapping_mul(31).wrapping_add(u64::from(*byte))
                });
                let (mode, links) = (metadata.mode(), metadata.nlink());
                format!("file {mode:o} {links} {time:?} {} {hash}", content.len())
            };
            let below = path.strip_prefix(root).expect("a path below");
            seen.insert(text(below), what);
        }
    }
    seen
}
