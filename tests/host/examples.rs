//! The examples, as their page says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{lines, monaka_wrap, repository, succeeds};

/// The tool in the root of the repository, as the page has its commands.
fn in_repository(args: &[&str]) -> Command {
    let mut command = monaka_wrap(args);
    command.current_dir(repository());
    command
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

#[test]
fn sensors_hand_every_batch_over() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let report = folder.path().join("report.csv");
    let save = format!("/report.csv={}", report.display());
    let mut command = in_repository(&["host", "--quiet", "--timeout", "10m"]);
    command.args(["--app", "examples/sensors/ingest.wasm 100"]);
    command.args(["--app", "examples/sensors/process.wasm", "--save", &save]);
    let output = command.output().expect("the binary runs");
    succeeds(&output);
    assert_eq!(
        lines(&output.stdout),
        ["1.ingest | 100 batches", "2.process | 100 batches"]
    );
    let report = fs::read_to_string(report).expect("a report");
    let readings = report.lines().skip(1).map(|line| {
        let count = line.split(',').nth(1);
        count
            .and_then(|count| count.parse::<u32>().ok())
            .expect(line)
    });
    assert_eq!(readings.sum::<u32>(), 25_000, "{report}");
}

#[test]
fn the_pipeline_gives_the_same_images_on_the_host_and_wrapped() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let saved = folder.path().join("out");
    let wrapped = folder.path().join("pipeline.wasm");
    let pipeline = "examples/images/pipeline.wasm";
    let mount = ["--mount", "/etc=examples/images/etc,ro"];
    let images = ["--mount", "/in=examples/images/in"];
    let save = format!("/out={}", saved.display());
    let mut command = in_repository(&["run", "--quiet", pipeline, "--save", &save]);
    let on_host = command.args(mount).args(images).output();
    let on_host = on_host.expect("the binary runs");
    succeeds(&on_host);
    assert_eq!(
        lines(&on_host.stdout),
        [
            "checks.ppm: 17 x 17 after 3 steps",
            "gradient.ppm: 32 x 24 after 3 steps"
        ]
    );
    let checks = fs::read(saved.join("checks.ppm")).expect("a result");
    let pixels = checks.strip_prefix(b"P6\n17 17\n255\n").expect("a PPM");
    assert!(
        pixels
            .chunks(3)
            .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
    );

    // The steps travel in the artifact; the images come when it runs.
    let mut command = in_repository(&["--quiet", pipeline, "-o", text(&wrapped)]);
    let made = command.args(mount).args(images).output();
    assert!(made.expect("the binary runs").status.success());
    let mut command = in_repository(&["run", "--quiet", text(&wrapped)]);
    let alone = command.output().expect("the binary runs");
    assert_eq!(alone.stdout, on_host.stdout, "{alone:?}");
}
