//! What goes in comes out again.

use std::fs;
use std::path::Path;

use crate::support::{fail, folder, look, mount, program, run, succeed, text, tree, wrapped};

/// Options for every kind of artifact.
const KINDS: [&[&str]; 3] = [&[], &["--emit", "core"], &["--adapter", "stock"]];

fn exported(artifact: &Path, to: &Path) {
    succeed(["fs", "export", "--image", &text(artifact), &text(to)]);
}

#[test]
fn a_tree_comes_out_of_every_artifact_as_it_went_in() {
    let (host, folder) = (tree(), folder());
    for (index, kind) in KINDS.into_iter().enumerate() {
        let mount = mount("/", host.path());
        let options = [kind, &["--mount", &mount]].concat();
        let artifact = wrapped(folder.path(), &format!("{index}.wasm"), &options);
        let out = folder.path().join(index.to_string());
        exported(&artifact, &out);
        let mut seen = look(&out);
        assert!(seen.remove("tmp").is_some(), "every file system has a /tmp");
        assert_eq!(seen, look(host.path()), "{kind:?}");
    }
}

#[test]
fn archives_hold_the_same() {
    let (host, folder) = (tree(), folder());
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--mount", &mount("/d", host.path())],
    );
    let tar = folder.path().join("out.tar");
    let image = text(&artifact);
    succeed(["fs", "get", "--image", &image, "/d", &text(&tar)]);
    let again = wrapped(folder.path(), "b.wasm", &["--mount", &mount("/d", &tar)]);
    let out = folder.path().join("out");
    succeed(["fs", "get", "--image", &text(&again), "/d", &text(&out)]);
    // The format has whole seconds.
    let whole = |(path, seen): (String, String)| {
        let (start, rest) = seen.split_once(", ").expect("a time");
        let (_, end) = rest.split_once(')').expect("a time");
        (path, format!("{start}{end}"))
    };
    let seen: Vec<_> = look(&out).into_iter().map(whole).collect();
    let expected: Vec<_> = look(host.path()).into_iter().map(whole).collect();
    assert_eq!(seen, expected);
}

#[test]
fn nothing_is_overwritten_without_force() {
    let (host, folder) = (tree(), folder());
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--mount", &mount("/d", host.path())],
    );
    let image = text(&artifact);
    for (path, name) in [("/d", "dir"), ("/d/large", "file"), ("/d", "x.tar")] {
        let target = text(folder.path().join(name));
        let get = ["fs", "get", "--image", &image, path, &target];
        succeed(get);
        assert!(fail(get).contains("--force"), "{name}");
        succeed(get.iter().chain(&["--force"]));
    }
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a.wasm", "dir", "file", "x.tar"]);
}

#[test]
fn imported_content_is_as_if_it_had_been_wrapped() {
    let (host, folder) = (tree(), folder());
    for (index, kind) in KINDS.into_iter().enumerate() {
        let first = mount("/first", host.path().join("large"));
        let second = mount("/second", host.path());
        let options = [kind, &["--mount", &first]].concat();
        let artifact = wrapped(folder.path(), &format!("{index}.wasm"), &options);
        let options = [kind, &["--mount", &second]].concat();
        let expected = wrapped(folder.path(), &format!("{index}.expected"), &options);
        let tmp = mount("/tmp", folder.path().join("tmp"));
        fs::create_dir_all(folder.path().join("tmp")).expect("a directory");
        let import = ["fs", "import", "--image", &text(&artifact), "--mount"];
        succeed(import.iter().chain(&[second.as_str(), "--empty"]));
        assert!(
            fs::read(&artifact).expect("a file") == fs::read(&expected).expect("a file"),
            "{kind:?}"
        );
        succeed(import.iter().chain(&[tmp.as_str()]));
        let inspected = run(["inspect", &text(&artifact)]);
        assert!(inspected.status.success(), "{inspected:?}");
    }
}

#[test]
fn a_saved_image_is_content_like_any_other() {
    let (host, folder) = (tree(), folder());
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--mount", &mount("/d", host.path())],
    );
    let read = |path: &str| {
        succeed([
            "run",
            "--quiet",
            "--image",
            &text(&artifact),
            &program("cat.wat"),
            "--",
            path,
        ])
    };
    assert!(read("d/zzz") == fs::read(host.path().join("large")).expect("a file"));
    let listed = succeed(["fs", "ls", "--image", &text(&artifact), "/d/a b"]);
    assert_eq!(
        String::from_utf8_lossy(&listed),
        "Größe\nempty file\nlink\n"
    );
    let shown = succeed([
        "fs",
        "cat",
        "--image",
        &text(&artifact),
        "/d/a b/Größe/日本/名",
    ]);
    assert_eq!(String::from_utf8_lossy(&shown), "内容");
    let missing = fail(["fs", "cat", "--image", &text(&artifact), "/nowhere"]);
    assert!(missing.contains("/nowhere: no such file"), "{missing}");
}

#[test]
fn limits_are_exact_and_shown() {
    let folder = folder();
    // The stock adapter does not say that a part of the last write had room.
    for (via, room) in [("component", 100), ("core", 100), ("stock", 99)] {
        let args = ["run", "--quiet", "--via", via, "--max-fs-size", "100k"];
        let result = run(args.iter().chain(&[program("fill.wat").as_str()]));
        assert_eq!(result.status.code(), Some(room), "{via}: {result:?}");
    }
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--max-fs-size", "1M", "--max-files", "7"],
    );
    let shown = succeed(["fs", "df", "--image", &text(&artifact)]);
    let shown = String::from_utf8_lossy(&shown).into_owned();
    for line in [
        "max bytes  1048576 (1.0 MiB)",
        "max files  7",
        "used files 2",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}:\n{shown}");
    }
}
