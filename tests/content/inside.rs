//! What a program sees of what was mounted.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::support::{WAYS, folder, look, mount, run, succeed, text, tree};

/// A C program that shows a tree; see `hash.c`.
const HASH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/content/hash.wasm");

/// The lines of `hash.c`, sorted, of a tree of the host.
fn lines(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for path in look(root).into_keys() {
        let at = root.join(&path);
        let metadata = fs::symlink_metadata(&at).expect("attributes");
        let (kind, links, content) = if metadata.is_dir() {
            ('d', 1, None)
        } else if metadata.is_symlink() {
            let target = fs::read_link(&at).expect("a link");
            let target = match target.strip_prefix(root) {
                Ok(inside) => Path::new("..").join(inside),
                Err(_) => target,
            };
            ('l', 1, Some(target.as_os_str().as_bytes().to_owned()))
        } else {
            let content = fs::read(&at).expect("a file");
            ('f', metadata.nlink(), Some(content))
        };
        let size = content.as_ref().map_or(0, Vec::len);
        let hash = content.map_or(0, |content| hash(&content));
        let time = format!("{}.{:09}", metadata.mtime(), metadata.mtime_nsec());
        lines.push(format!("{kind} {links} {time} {size} {hash:016x} {path}"));
    }
    lines.sort();
    lines
}

fn hash(content: &[u8]) -> u64 {
    let words = content.chunks(8).map(|word| {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        u64::from_le_bytes(bytes)
    });
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        (hash ^ word).wrapping_mul(0x100_0000_01b3)
    })
}

#[test]
fn a_program_sees_what_was_mounted_in_every_way() {
    let host = tree();
    let mount = mount("/d", host.path());
    let expected = lines(host.path());
    for via in WAYS {
        let seen = succeed([
            "run", "--quiet", "--via", via, "--mount", &mount, HASH, "--", "/d",
        ]);
        let seen = String::from_utf8(seen).expect("text");
        let mut seen: Vec<_> = seen.lines().map(str::to_owned).collect();
        seen.sort();
        assert_eq!(seen, expected, "{via}");
    }
}

#[test]
fn what_a_program_only_looked_at_is_saved_as_it_was() {
    let (host, folder) = (tree(), folder());
    let out = folder.path().join("out");
    let ran = run([
        "run",
        "--quiet",
        "--mount",
        &mount("/d", host.path()),
        "--save",
        &format!("/d={}", text(&out)),
        HASH,
        "--",
        "/d",
    ]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(look(&out), look(host.path()));
}
