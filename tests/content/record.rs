//! `--record` and `--only`: embedding what is used and nothing more.

use std::fs;

use crate::support::{WAYS, fail, folder, look, mount, program, run, succeed, text, tree, wrapped};

#[test]
fn what_is_recorded_is_enough_and_no_more_is_embedded() {
    let (host, folder) = (tree(), folder());
    let used = text(folder.path().join("used.txt"));
    let cat = program("cat.wat");
    let mount = mount("/d", host.path());
    let run_it = |options: &[&str]| {
        let start = ["run", "--quiet", "--mount", &mount];
        let end = [cat.as_str(), "--", "d/a b/link"];
        succeed([&start[..], options, &end[..]].concat())
    };
    let expected = run_it(&["--record", &used]);
    let list = fs::read_to_string(&used).expect("a list");
    assert_eq!(list, "/\n/d\n/d/a b\n/d/a b/link\n/d/large\n");
    for via in WAYS {
        assert!(
            run_it(&["--via", via, "--only", &used]) == expected,
            "{via}"
        );
    }
    let all = wrapped(folder.path(), "all.wasm", &["--mount", &mount]);
    let small = wrapped(
        folder.path(),
        "small.wasm",
        &["--mount", &mount, "--only", &used],
    );
    let out = folder.path().join("out");
    succeed(["fs", "export", "--image", &text(&small), &text(&out)]);
    let left: Vec<_> = look(&out).into_keys().collect();
    assert_eq!(left, ["d", "d/a b", "d/a b/link", "d/large", "tmp"]);
    let len = |path| fs::metadata(path).expect("a file").len();
    assert!(len(&small) < len(&all));
}

#[test]
fn lists_are_taken_together_and_what_is_not_there_is_said() {
    let (host, folder) = (tree(), folder());
    let list = |name: &str, lines: &str| {
        let path = folder.path().join(name);
        fs::write(&path, lines).expect("a list");
        text(path)
    };
    let one = list("one", "/d/empty\n\n/d/nowhere\n");
    let two = list("two", "/d/zzz\n/d/nowhere else\n");
    let out = text(folder.path().join("a.wasm"));
    let mount = mount("/d", host.path());
    let result = run([
        "wrap",
        &program("cat.wat"),
        "-o",
        &out,
        "--mount",
        &mount,
        "--only",
        &one,
        "--only",
        &two,
    ]);
    assert!(result.status.success(), "{result:?}");
    let warned = String::from_utf8_lossy(&result.stderr).into_owned();
    assert!(
        warned.contains("nothing is mounted at /d/nowhere, and 1 more"),
        "{warned}"
    );
    let listed = succeed(["fs", "ls", "-R", "--image", &out]);
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let mut listed: Vec<_> = listed.lines().collect();
    listed.sort_unstable();
    assert_eq!(listed, ["d", "d/empty", "d/zzz", "tmp"]);
}

#[test]
fn a_list_that_is_none_is_refused_by_its_line() {
    let folder = folder();
    let list = folder.path().join("list");
    fs::write(&list, "/d\nrelative\n").expect("a list");
    let line = fail([
        "wrap",
        &program("cat.wat"),
        "-o",
        "-",
        "--only",
        &text(&list),
    ]);
    assert!(line.contains("line 2"), "{line}");
    let missing = text(folder.path().join("missing"));
    let line = fail(["wrap", &program("cat.wat"), "-o", "-", "--only", &missing]);
    assert!(line.contains("missing: cannot be read"), "{line}");
}

#[test]
fn recording_is_for_files_of_the_process_and_replaces_nothing() {
    let folder = folder();
    let list = text(folder.path().join("list"));
    let fill = program("fill.wat");
    for via in ["component", "core", "stock"] {
        let line = fail(["run", "--quiet", "--via", via, "--record", &list, &fill]);
        assert!(line.contains("--record"), "{line}");
    }
    fs::write(&list, "").expect("a file");
    let line = fail(["run", "--quiet", "--record", &list, &fill]);
    assert!(line.contains("--force"), "{line}");
}
