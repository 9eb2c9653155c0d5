//! `monaka-wrap mount`: the files of a server by FUSE, for whatever runs on the host.
//!
//! Where the kernel has no FUSE, or does not let this user mount, there is nothing to be tested.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A process of the tool that ends with its test.
struct Running(Child);

impl Running {
    /// Starts the tool, and gives the first line that it prints.
    fn start(args: &[&str]) -> Result<(Self, String)> {
        let process = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut running = Self(process);
        let out = running.0.stdout.take().context("its output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok((running, line.trim_end().to_owned()))
    }

    fn terminate(&mut self) -> Result<()> {
        let id = self.0.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(killed.success(), "kill: {killed}");
        let status = self.0.wait()?;
        ensure!(status.success(), "{status}");
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server whose files are mounted.
struct Mounted {
    mount: Running,
    address: String,
    folder: TempDir,
    _server: Running,
}

impl Mounted {
    /// Nothing where mounting is not possible.
    fn new() -> Result<Option<Self>> {
        let can_mount = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse");
        if can_mount.is_err() {
            return Ok(None);
        }
        let (server, address) = Running::start(&["serve", "--listen", "127.0.0.1:0"])?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().to_str().context("UTF-8")?;
        let (mount, line) = Running::start(&["mount", "--connect", &address, path])?;
        ensure!(line == path, "not mounted: {line}");
        Ok(Some(Self {
            mount,
            address,
            folder,
            _server: server,
        }))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A mount whose process is killed would stay.
        let _ = self.mount.terminate();
    }
}

fn run(program: &str, args: &[&Path]) -> Result<()> {
    let output = Command::new(program).args(args).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {stderr}");
    Ok(())
}

#[test]
fn a_tree_is_unpacked_compared_and_removed() -> Result<()> {
    let Some(mounted) = Mounted::new()? else {
        return Ok(());
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = tempfile::NamedTempFile::new()?;
    run(
        "tar",
        &[
            "-cf".as_ref(),
            archive.path(),
            "-C".as_ref(),
            source,
            "src".as_ref(),
        ],
    )?;
    let tree = mounted.path("tree");
    fs::create_dir(&tree)?;
    run(
        "tar",
        &["-xf".as_ref(), archive.path(), "-C".as_ref(), &tree],
    )?;
    run(
        "diff",
        &["-r".as_ref(), &source.join("src"), &tree.join("src")],
    )?;
    run("find", &[&tree, "-name".as_ref(), "*.rs".as_ref()])?;
    run("rm", &["-rf".as_ref(), &tree])?;
    assert!(!tree.exists());
    Ok(())
}

#[test]
fn the_mount_and_the_server_see_each_others_changes() -> Result<()> {
    let Some(mounted) = Mounted::new()? else {
        return Ok(());
    };
    fs::write(mounted.path("from the mount"), "one")?;
    let fs_at = |words: &[&str]| -> Result<String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
        command
            .arg("fs")
            .args(words)
            .env("MONAKA_CONNECT", &mounted.address);
        let output = command.output()?;
        ensure!(output.status.success(), "{words:?}");
        Ok(String::from_utf8(output.stdout)?)
    };
    assert_eq!(fs_at(&["cat", "/from the mount"])?, "one");
    let host = tempfile::NamedTempFile::new()?;
    let path = host.path().to_str().context("UTF-8")?;
    for content in ["two", "three", ""] {
        fs::write(host.path(), content)?;
        fs_at(&["put", path, "/from elsewhere"])?;
        assert_eq!(fs::read_to_string(mounted.path("from elsewhere"))?, content);
    }
    fs::rename(mounted.path("from elsewhere"), mounted.path("moved"))?;
    assert_eq!(fs_at(&["ls"])?, "from the mount\nmoved\ntmp\n");
    std::os::unix::fs::symlink("moved", mounted.path("link"))?;
    fs::hard_link(mounted.path("moved"), mounted.path("hard"))?;
    assert_eq!(fs::read_link(mounted.path("link"))?, Path::new("moved"));
    fs::OpenOptions::new()
        .append(true)
        .open(mounted.path("hard"))?
        .set_len(5)?;
    assert_eq!(fs::metadata(mounted.path("moved"))?.len(), 5);
    Ok(())
}
