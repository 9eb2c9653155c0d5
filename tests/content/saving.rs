//! What a program leaves behind.

use std::fs;

use crate::support::{fail, folder, mount, program, run, succeed, text, tree};

#[test]
fn what_a_program_made_is_saved_also_when_it_failed() {
    let folder = folder();
    let out = text(folder.path().join("full"));
    let saved = format!("/full={out}");
    // Exits with 100, which is a failure to a shell.
    let fill = program("fill.wat");
    let args = [
        "run",
        "--quiet",
        "--max-fs-size",
        "100k",
        "--save",
        &saved,
        &fill,
    ];
    let result = run(args);
    assert_eq!(result.status.code(), Some(100), "{result:?}");
    assert_eq!(fs::read(&out).expect("the file").len(), 102_400 + 1_000);
    let again = fail(args);
    assert!(again.contains("--force"), "{again}");
}

#[test]
fn a_saved_image_is_where_the_next_run_goes_on() {
    let (host, folder) = (tree(), folder());
    let image = text(folder.path().join("state.img"));
    let cat = program("cat.wat");
    let read = |options: &[&str]| {
        let start = ["run", "--quiet"];
        let end = [cat.as_str(), "--", "d/zzz"];
        succeed([&start[..], options, &end[..]].concat())
    };
    let mounted = mount("/d", host.path());
    let first = read(&["--mount", &mounted, "--save-image", &image]);
    assert!(first == fs::read(host.path().join("large")).expect("a file"));
    assert!(read(&["--image", &image]) == first);
}

#[test]
fn saving_is_refused_where_files_are_inside_the_program() {
    for via in ["component", "core", "plugged", "stock"] {
        let fill = program("fill.wat");
        let line = fail(["run", "--quiet", "--via", via, "--save", "/=out", &fill]);
        assert!(
            line.contains("--save") && line.contains("--via host"),
            "{line}"
        );
    }
}

#[test]
fn a_place_that_is_not_there_is_said_before_the_program_runs() {
    let folder = folder();
    let file = text(folder.path().join("file"));
    fs::write(&file, "").expect("a file");
    // It never ends.
    let spin = program("spin.wat");
    for directory in [text(folder.path().join("nowhere")), file] {
        let place = format!("{directory}/place");
        let save = format!("/={place}");
        for (option, value) in [
            ("--save", &save),
            ("--save-image", &place),
            ("--record", &place),
        ] {
            let line = fail(["run", "--quiet", "--timeout", "30s", option, value, &spin]);
            assert!(line.contains(&place), "{option}: {line}");
        }
    }
}
