//! Damaged images and artifacts: an error, never a panic and never wrong content.

use std::fs;

use crate::support::{fail, folder, mount, program, run, succeed, text, tree, wrapped};

#[test]
fn a_damaged_artifact_shows_the_old_content_or_an_error() {
    let (host, folder) = (tree(), folder());
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--mount", &mount("/", host.path())],
    );
    let whole = fs::read(&artifact).expect("an artifact");
    let cat = |path: &str| {
        ["fs", "cat", "--image", path, "/large", "/a b/Größe/日本/名"].map(str::to_owned)
    };
    let content = succeed(cat(&text(&artifact)));
    let damaged = folder.path().join("damaged.wasm");
    let try_it = |bytes: &[u8], what: &str| {
        fs::write(&damaged, bytes).expect("a file");
        let result = run(cat(&text(&damaged)));
        match result.status.code() {
            Some(0) => assert!(result.stdout == content, "{what}: wrong content"),
            Some(125) => {}
            other => panic!("{what}: {other:?}: {:?}", result.stderr),
        }
    };
    for step in 0..60 {
        let at = whole.len() * step / 60;
        try_it(&whole[..at], &format!("cut at {at}"));
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (step % 8);
        try_it(&flipped, &format!("flipped at {at}"));
    }
    // The image's own head, bit by bit.
    let image = whole
        .windows(8)
        .position(|bytes| bytes == b"monakafs")
        .expect("an image");
    for offset in 0..128 {
        let mut flipped = whole.clone();
        flipped[image + offset] ^= 1 << (offset % 8);
        try_it(&flipped, &format!("flipped in the image at {offset}"));
    }
}

#[test]
fn nobody_takes_a_damaged_image() {
    let (host, folder) = (tree(), folder());
    let image = folder.path().join("state.img");
    let cat = program("cat.wat");
    let save = ["run", "--quiet", "--save-image", &text(&image), "--mount"];
    let mount = mount("/d", host.path());
    succeed(save.iter().chain(&[&mount, &cat, "--", "d/zzz"]));
    let whole = fs::read(&image).expect("an image");
    let damaged = text(folder.path().join("damaged.img"));
    let out = text(folder.path().join("out"));
    for step in 0..40 {
        let at = whole.len() * step / 40;
        let mut bytes = whole.clone();
        match step % 2 {
            0 => bytes.truncate(at),
            _ => bytes[at] ^= 1 << (step % 8),
        }
        if step == 38 {
            bytes.clone_from(&whole);
            // The last byte of content.
            *bytes.last_mut().expect("not empty") ^= 0x80;
        }
        fs::write(&damaged, bytes).expect("a file");
        for args in [
            &["fs", "ls", "--image", &damaged][..],
            &["fs", "export", "--image", &damaged, &out],
            &["fs", "import", "--image", &damaged, "--mount", &mount],
            &["wrap", "--image", &damaged, "-o", &out, &cat],
            &["run", "--image", &damaged, &cat, "--", "d/zzz"],
        ] {
            let line = fail(args);
            assert!(line.contains("damaged.img"), "{step}: {line}");
        }
    }
    assert!(!fs::exists(out).expect("a look"), "something was written");
}
