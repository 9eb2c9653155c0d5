//! Layers, archives, and what cannot be embedded.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::support::{fail, folder, mount, program, run, succeed, text, tree, wrapped};

fn listing(artifact: &Path) -> Vec<String> {
    let listed = succeed(["fs", "ls", "-R", "--image", &text(artifact)]);
    let mut lines: Vec<_> = String::from_utf8_lossy(&listed)
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines
}

/// An archive of files, or of directories where the content is `None`.
fn archive(path: &Path, entries: &[(&str, Option<&str>)]) {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_mtime(1_000_000_000);
        header.set_size(content.unwrap_or_default().len() as u64);
        if content.is_none() {
            header.set_entry_type(tar::EntryType::Directory);
        }
        let bytes = content.unwrap_or_default().as_bytes();
        tar.append_data(&mut header, name, bytes).expect("an entry");
    }
    let bytes = tar.into_inner().expect("an archive");
    let mut file = File::create(path).expect("a file");
    match path.extension().and_then(OsStr::to_str) {
        Some("gz") => flate2::write::GzEncoder::new(file, flate2::Compression::fast())
            .write_all(&bytes)
            .expect("an archive"),
        Some("zst") => zstd::stream::copy_encode(&bytes[..], file, 1).expect("an archive"),
        _ => file.write_all(&bytes).expect("an archive"),
    }
}

#[test]
fn later_layers_go_over_earlier_ones_and_whiteouts_take_away() {
    let folder = folder();
    let first = folder.path().join("first.tar");
    let second = folder.path().join("second.tar.gz");
    let third = folder.path().join("third.tar.zst");
    archive(
        &first,
        &[
            ("etc/keep", Some("1")),
            ("etc/replaced", Some("1")),
            ("etc/removed", Some("1")),
            ("opaque/old", Some("1")),
            ("gone/below", Some("1")),
            ("file/becomes", Some("1")),
        ],
    );
    archive(
        &second,
        &[
            ("etc/replaced", Some("2")),
            ("etc/.wh.removed", Some("")),
            ("opaque/.wh..wh..opq", Some("")),
            ("opaque/new", Some("2")),
            (".wh.gone", Some("")),
            ("file", Some("2")),
        ],
    );
    archive(&third, &[("etc", None), ("etc/added", Some("3"))]);
    let mounts = [&first, &second, &third].map(|tar| mount("/", tar));
    let options: Vec<_> = mounts.iter().flat_map(|mount| ["--mount", mount]).collect();
    let artifact = wrapped(folder.path(), "a.wasm", &options);
    assert_eq!(
        listing(&artifact),
        [
            "etc",
            "etc/added",
            "etc/keep",
            "etc/replaced",
            "file",
            "opaque",
            "opaque/new",
            "tmp"
        ]
    );
    let replaced = succeed([
        "fs",
        "cat",
        "--image",
        &text(&artifact),
        "/etc/replaced",
        "/file",
    ]);
    assert_eq!(replaced, b"22");
}

#[test]
fn damaged_archives_are_refused() {
    let folder = folder();
    let tar = folder.path().join("a.tar");
    archive(&tar, &[("large", Some(&"x".repeat(100_000)))]);
    let whole = fs::read(&tar).expect("the archive");
    for (name, bytes) in [
        ("cut.tar", &whole[..50_000]),
        ("cut.tar.gz", &whole[..]),
        ("noise.tar", &[7; 1024][..]),
        ("noise.tar.zst", &[7; 1024][..]),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        let line = fail([
            "wrap",
            &program("cat.wat"),
            "-o",
            "-",
            "--mount",
            &mount("/", &path),
        ]);
        assert!(line.contains(name) && line.contains("archive"), "{line}");
    }
}

#[test]
fn paths_of_archives_stay_inside() {
    let folder = folder();
    let tar = folder.path().join("a.tar");
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.as_gnu_mut().expect("a header").name[..9].copy_from_slice(b"../escape");
    header.set_cksum();
    let mut builder = tar::Builder::new(File::create(&tar).expect("a file"));
    builder.append(&header, &b"x"[..]).expect("an entry");
    builder.finish().expect("an archive");
    let mount = mount("/d", &tar);
    let line = fail(["wrap", &program("cat.wat"), "-o", "-", "--mount", &mount]);
    assert!(line.contains("../escape"), "{line}");
}

#[test]
fn what_cannot_be_embedded_is_refused_by_name_or_skipped() {
    type Make<'m> = &'m dyn Fn(&Path);
    let cases: [(&str, Make<'_>); 3] = [
        ("socket", &|path| {
            drop(UnixListener::bind(path).expect("a socket"))
        }),
        ("link", &|path| {
            symlink("/etc/passwd", path).expect("a link")
        }),
        ("cut", &|path| {
            let name = path.with_file_name(OsStr::from_bytes(b"cut\xff"));
            fs::write(name, "").expect("a file");
        }),
    ];
    for (name, make) in cases {
        let (host, folder) = (folder(), folder());
        fs::write(host.path().join("good"), "good").expect("a file");
        make(&host.path().join(name));
        let mount = mount("/d", host.path());
        let line = fail(["wrap", &program("cat.wat"), "-o", "-", "--mount", &mount]);
        assert!(
            line.contains(name) && line.contains("--skip-unreadable"),
            "{line}"
        );
        let out = text(folder.path().join("a.wasm"));
        let args = [
            "wrap",
            &program("cat.wat"),
            "-o",
            &out,
            "--skip-unreadable",
            "--mount",
            &mount,
        ];
        let skipped = run(args);
        assert!(skipped.status.success(), "{skipped:?}");
        let warned = String::from_utf8_lossy(&skipped.stderr).into_owned();
        assert_eq!(warned.matches("left out").count(), 1, "{warned}");
        assert_eq!(listing(Path::new(&out)), ["d", "d/good", "tmp"]);
    }
}

#[test]
fn names_that_differ_in_case_only_are_kept_with_a_warning() {
    let (host, folder) = (folder(), folder());
    for name in ["Readme", "README"] {
        fs::write(host.path().join(name), name).expect("a file");
    }
    let out = text(folder.path().join("a.wasm"));
    let mount = mount("/d", host.path());
    let result = run(["wrap", &program("cat.wat"), "-o", &out, "--mount", &mount]);
    let warned = String::from_utf8_lossy(&result.stderr).into_owned();
    assert!(
        warned.contains("/d/README and /d/Readme differ in case only"),
        "{warned}"
    );
    assert_eq!(
        listing(Path::new(&out)),
        ["d", "d/README", "d/Readme", "tmp"]
    );
}

#[test]
fn equal_files_of_other_times_give_equal_bytes_when_times_are_zero() {
    let folder = folder();
    let wrap = |name: &str, time: u64| {
        let host = tree();
        let file = File::options()
            .write(true)
            .open(host.path().join("large"))
            .expect("a file");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time);
        file.set_modified(time).expect("a time");
        let options = ["--mtime", "zero", "--mount", &mount("/", host.path())];
        fs::read(wrapped(folder.path(), name, &options)).expect("an artifact")
    };
    assert!(wrap("a", 1_000) == wrap("b", 2_000_000_000));
}

#[test]
fn an_archive_with_the_same_kind_of_name_in_the_guest_is_a_file() {
    let folder = folder();
    let tar = folder.path().join("a.tar");
    archive(&tar, &[("inside", Some("1"))]);
    let artifact = wrapped(
        folder.path(),
        "a.wasm",
        &["--mount", &mount("/b.tar", &tar)],
    );
    assert_eq!(listing(&artifact), ["b.tar", "tmp"]);
}
