//! Equal inputs give equal bytes, wherever and whenever.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, UNIX_EPOCH};

use tempfile::TempDir;

use crate::support::{folder, kinds, mount, program, text};

/// The same tree, made in another order, at another place and time.
fn tree(names: &[&str], time: u64) -> TempDir {
    let folder = folder();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(&path, name.repeat(1_000)).expect("a file");
        let file = File::options().write(true).open(path).expect("a file");
        let time = UNIX_EPOCH + Duration::from_secs(time);
        file.set_modified(time).expect("a time");
    }
    fs::hard_link(folder.path().join("a/b"), folder.path().join("link")).expect("a link");
    symlink(folder.path().join("a"), folder.path().join("absolute")).expect("a link");
    folder
}

fn wrap(program: &str, host: &Path, options: &[&str], epoch: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    let mount = mount("/d", host);
    command.args(["wrap", "--quiet", "-o", "-", "--mount", &mount, program]);
    command.args(options).env_remove("SOURCE_DATE_EPOCH");
    if let Some(epoch) = epoch {
        command.env("SOURCE_DATE_EPOCH", epoch);
    }
    command.output().expect("the binary runs")
}

#[test]
fn equal_trees_give_equal_artifacts() {
    let one = tree(&["a/b", "a/c d", "ü"], 1_000);
    let two = tree(&["ü", "a/c d", "a/b"], 2_000_000_000);
    let folder = folder();
    for (program, kind) in kinds(folder.path()) {
        for (times, epoch) in [
            (&["--mtime", "zero"][..], None),
            (&[], Some("1700000000")),
            // What was asked for goes before the environment.
            (&["--mtime", "zero"], Some("1700000000")),
        ] {
            let options = [kind, times].concat();
            let [first, second] =
                [&one, &two].map(|tree| wrap(&program, tree.path(), &options, epoch));
            assert!(first.status.success(), "{first:?}");
            assert!(first.stdout == second.stdout, "{options:?}, {epoch:?}");
        }
        let [first, second] = [&one, &two].map(|tree| wrap(&program, tree.path(), kind, None));
        assert!(first.stdout != second.stdout, "times are part of a tree");
    }
}

#[test]
fn the_time_of_the_environment_is_that_of_every_file() {
    let host = tree(&["a/b"], 1_000);
    let folder = folder();
    let artifact = folder.path().join("a.wasm");
    let wrapped = wrap(&program("cat.wat"), host.path(), &[], Some("1700000000"));
    fs::write(&artifact, wrapped.stdout).expect("a file");
    let listed = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args(["fs", "ls", "-lR", "--image", &text(&artifact)])
        .output()
        .expect("the binary runs");
    let listed = String::from_utf8(listed.stdout).expect("text");
    assert_eq!(listed.lines().count(), 6, "{listed}");
    for line in listed.lines() {
        assert!(line.contains(" 1700000000.000000000 "), "{line}");
    }
}

#[test]
fn a_time_that_is_none_is_refused() {
    let host = tree(&["a/b"], 1_000);
    for epoch in ["", "tomorrow", "-1", "99999999999999999999"] {
        let result = wrap(&program("cat.wat"), host.path(), &[], Some(epoch));
        let said = String::from_utf8_lossy(&result.stderr).into_owned();
        assert_eq!(result.status.code(), Some(125), "{epoch}");
        assert!(said.contains("SOURCE_DATE_EPOCH"), "{said}");
        assert!(result.stdout.is_empty());
    }
}
