//! Programs with files of their own that begin alike, and what programs changed.

use std::fs;
use std::path::Path;

use crate::support::{host, lines, monaka_wrap, program, succeeds};

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

#[test]
fn forked_programs_begin_alike_and_do_not_see_each_other() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let audit = folder.path().join("audit");
    // Each writes pieces of 64 KiB until there is no room.
    let bytes = format!("{} bytes", program("misbehave"));
    let options = ["--fork", "--max-fs-size", "1M", "--audit", text(&audit)];
    let apps = [format!("--name one {bytes}"), format!("--name two {bytes}")];
    succeeds(&host(&options, &apps));
    let log = fs::read_to_string(audit).expect("a log");
    for guest in ["one", "two"] {
        let written = log.lines().filter(|line| {
            let has =
                |member: &str, value: &str| line.contains(&format!("\"{member}\":\"{value}\""));
            has("guest", guest) && has("operation", "write") && has("result", "ok")
        });
        assert_eq!(written.count(), 16, "{guest}");
    }
    let refused = host(&["--fork", "--save", "/log=x"], &apps);
    assert_eq!(refused.status.code(), Some(125));
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert!(
        stderr.contains("--save") && stderr.contains("--fork"),
        "{stderr}"
    );
}

#[test]
fn what_changed_is_a_list_or_an_archive_that_makes_the_same_changes() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let [before, list, archive, image] =
        ["before", "list", "changes.tar", "image"].map(|name| folder.path().join(name));
    fs::create_dir(&before).expect("a writable folder");
    for (name, content) in [("log", "<0 0 x>\n"), ("held", "old"), ("kept", "same")] {
        fs::write(before.join(name), content).expect("a writable folder");
    }
    let mount = format!("/={}", text(&before));
    // `die` makes `held` anew and removes it.
    let apps = [
        format!("{} 1 1", program("append")),
        format!("{} die", program("misbehave")),
        format!("--root /new {} 2 1", program("append")),
    ];
    for target in [&list, &archive] {
        let output = host(&["--mount", &mount, "--save-changes", text(target)], &apps);
        assert_eq!(output.status.code(), Some(134), "{output:?}");
    }
    let listed = fs::read(&list).expect("a list");
    assert_eq!(
        lines(&listed),
        ["A /new", "A /new/log", "C /log", "D /held", "M /"]
    );

    // Over what there was, the archive gives what there is now.
    let over = format!("/={}", text(&archive));
    let mut command = monaka_wrap(["run", "--quiet", "--mount", &mount, "--mount", &over]);
    command.args(["--save-image", text(&image), &program("fixed.wat")]);
    succeeds(&command.output().expect("the binary runs"));
    let shown = |path: &str| {
        let mut command = monaka_wrap(["fs", "cat", "--image", text(&image), path]);
        let output = command.output().expect("the binary runs");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(shown("/log").as_deref(), Some("<0 0 x>\n<1 0 x>\n"));
    assert_eq!(shown("/new/log").as_deref(), Some("<2 0 x>\n"));
    assert_eq!(shown("/kept").as_deref(), Some("same"));
    assert_eq!(shown("/held"), None);
}
