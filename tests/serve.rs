//! `monaka-wrap serve` as a user starts it, with clients in other processes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use fs_core::{Descriptor, DescriptorFlags, FileSystem, OpenFlags, PathFlags};
use rpc_client::{Attachment, RemoteFs, Tcp, Unix};

/// A server that is killed with its test.
struct Serve {
    process: Child,
    address: String,
}

impl Serve {
    fn start(args: &[&str]) -> Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
            .arg("serve")
            .args(args)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        let out = process.stdout.take().context("its output")?;
        BufReader::new(out).read_line(&mut address)?;
        let address = address.trim_end().to_owned();
        Ok(Self { process, address })
    }

    fn terminate(mut self) -> Result<ExitStatus> {
        let id = self.process.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(killed.success(), "kill: {killed}");
        Ok(self.process.wait()?)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn tcp(server: &Serve) -> Tcp {
    Tcp {
        address: server.address.clone(),
    }
}

fn refused(args: &[&str]) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .arg("serve")
        .args(args)
        .output()?;
    ensure!(output.status.code() == Some(125), "{}", output.status);
    let message = String::from_utf8(output.stderr)?;
    ensure!(message.lines().count() == 1, "{message}");
    Ok(message)
}

#[test]
fn what_one_client_makes_the_next_finds() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let one = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    one.preopens()[0].descriptor.create_directory_at("d")?;
    drop(one);
    let two = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let listing = two.preopens()[0].descriptor.read_dir()?;
    assert_eq!(listing.entries[0].name, "d");
    Ok(())
}

#[test]
fn a_unix_socket_serves_and_is_gone_after_the_end() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("socket");
    let listen = format!("unix:{}", path.display());
    let server = Serve::start(&["--listen", &listen])?;
    assert_eq!(server.address, listen);
    let files = RemoteFs::attach(Unix { path: path.clone() }, &Attachment::default())?;
    assert_eq!(files.preopens()[0].descriptor.read_dir()?.entries, []);
    assert!(server.terminate()?.success());
    assert!(!path.exists());
    Ok(())
}

#[test]
fn sigterm_ends_it_with_success_though_clients_are_there() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let root = &files.preopens()[0].descriptor;
    root.open_at(
        PathFlags::empty(),
        "f",
        OpenFlags::CREATE,
        DescriptorFlags::WRITE,
    )?;
    assert!(server.terminate()?.success());
    Ok(())
}

#[test]
fn a_quota_of_the_server_is_what_its_clients_have() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0", "--max-files", "2"])?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let root = &files.preopens()[0].descriptor;
    root.create_directory_at("one")?;
    let full = root.create_directory_at("two");
    assert_eq!(full, Err(fs_core::ErrorCode::InsufficientSpace));
    assert_eq!(files.space()?.used_inodes, 2);
    Ok(())
}

#[test]
fn what_is_wrong_is_one_line() -> Result<()> {
    let open = refused(&["--listen", "0.0.0.0:0"])?;
    assert!(open.contains("--token-file"), "{open}");
    let nowhere = refused(&["--listen", "nowhere"])?;
    assert!(nowhere.contains("nowhere"), "{nowhere}");
    let file = tempfile::NamedTempFile::new()?;
    let path = file.path().display().to_string();
    let empty = refused(&["--listen", "127.0.0.1:0", "--token-file", &path])?;
    assert!(empty.contains("no token"), "{empty}");
    Ok(())
}
