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
