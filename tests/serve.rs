//! `monaka-wrap serve` as a user starts it, with clients in other processes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use fs_core::{Descriptor, DescriptorFlags, FileSystem, OpenFlags, PathFlags, Remove, WriteAt};
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

fn done<T>(result: fs_core::Result<T>) -> Result<T> {
    result.map_err(|code| anyhow!("{code:?}"))
}

/// The names in the root, in their order.
fn names<C: rpc_client::Connector>(files: &RemoteFs<C>) -> Result<Vec<String>> {
    let entries = files.preopens()[0].descriptor.read_dir();
    let entries = done(entries)?.entries;
    let mut names: Vec<_> = entries.into_iter().map(|entry| entry.name).collect();
    names.sort();
    Ok(names)
}

/// What the tool does with these words, attached to a server.
fn at(server: &Serve, words: &[&str]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"));
    command.env("MONAKA_CONNECT", &server.address);
    Ok(command.args(words).stdin(Stdio::null()).output()?)
}

/// What `fs` prints; it must succeed.
fn fs_at(server: &Serve, words: &[&str]) -> Result<String> {
    let output = at(server, &[&["fs"], words].concat())?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{words:?}: {stderr}");
    Ok(String::from_utf8(output.stdout)?)
}

/// The one line that `fs` says when it fails.
fn fs_fails_at(server: &Serve, words: &[&str]) -> Result<String> {
    let output = at(server, &[&["fs"], words].concat())?;
    ensure!(output.status.code() == Some(125), "{}", output.status);
    let message = String::from_utf8(output.stderr)?;
    ensure!(message.lines().count() == 1, "{message}");
    Ok(message)
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("a path in UTF-8")
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
    done(one.preopens()[0].descriptor.create_directory_at("d"))?;
    drop(one);
    let two = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    assert_eq!(names(&two)?, ["d", "tmp"]);
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
    assert_eq!(names(&files)?, ["tmp"]);
    assert!(server.terminate()?.success());
    assert!(!path.exists());
    Ok(())
}

#[test]
fn sigterm_ends_it_with_success_though_clients_are_there() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let root = &files.preopens()[0].descriptor;
    done(root.open_at(
        PathFlags::empty(),
        "f",
        OpenFlags::CREATE,
        DescriptorFlags::WRITE,
    ))?;
    assert!(server.terminate()?.success());
    Ok(())
}

#[test]
fn a_quota_of_the_server_is_what_its_clients_have() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0", "--max-files", "3"])?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let root = &files.preopens()[0].descriptor;
    // Beside the root and /tmp.
    done(root.create_directory_at("one"))?;
    let full = root.create_directory_at("two");
    assert_eq!(full, Err(fs_core::ErrorCode::InsufficientSpace));
    assert_eq!(done(files.space())?.used_inodes, 3);
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

#[test]
fn files_go_to_a_server_and_come_back() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let host = tempfile::tempdir()?;
    let tree = host.path().join("tree");
    fs::create_dir_all(tree.join("sub"))?;
    let large: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    fs::write(tree.join("sub/large"), &large)?;
    fs::write(tree.join("small"), "small")?;
    std::os::unix::fs::symlink("small", tree.join("link"))?;
    fs_at(&server, &["put", utf8(&tree)?, "/data"])?;
    assert_eq!(fs_at(&server, &["ls", "/data"])?, "link\nsmall\nsub\n");
    assert_eq!(fs_at(&server, &["cat", "/data/link"])?, "small");
    let back = host.path().join("back");
    fs_at(&server, &["get", "/data", utf8(&back)?])?;
    assert_eq!(fs::read(back.join("sub/large"))?, large);
    assert_eq!(fs::read_link(back.join("link"))?, Path::new("small"));
    let stat = fs_at(&server, &["stat", "/data/sub/large"])?;
    assert!(stat.contains("3000000"), "{stat}");
    let df = fs_at(&server, &["df"])?;
    assert!(df.contains("used bytes"), "{df}");
    Ok(())
}

#[test]
fn a_server_is_changed_from_the_command_line() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), "one")?;
    fs_at(&server, &["mkdir", "-p", "/a/b/c", "/a/b"])?;
    fs_at(&server, &["put", utf8(file.path())?, "/a/b/f"])?;
    fs::write(file.path(), "two")?;
    fs_at(&server, &["put", utf8(file.path())?, "/a/b/f"])?;
    fs_at(&server, &["mv", "/a/b/f", "/a/g"])?;
    assert_eq!(fs_at(&server, &["cat", "/a/g"])?, "two");
    let is_directory = fs_fails_at(&server, &["rm", "/a"])?;
    assert!(is_directory.contains("/a"), "{is_directory}");
    fs_at(&server, &["rm", "-r", "/a"])?;
    let gone = fs_fails_at(&server, &["ls", "/a"])?;
    assert!(gone.contains("no such file"), "{gone}");
    let exists = fs_fails_at(&server, &["mkdir", "/tmp"])?;
    assert!(exists.contains("exists"), "{exists}");
    Ok(())
}

#[test]
fn import_puts_mounts_over_what_is_there_and_export_takes_all() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let host = tempfile::tempdir()?;
    fs::write(host.path().join("new"), "new")?;
    fs_at(&server, &["mkdir", "/kept"])?;
    let mount = format!("/kept={}", host.path().display());
    fs_at(&server, &["import", "--mount", &mount])?;
    let out = host.path().join("out");
    fs_at(&server, &["export", utf8(&out)?])?;
    assert_eq!(fs::read_to_string(out.join("kept/new"))?, "new");
    assert!(out.join("tmp").is_dir());
    Ok(())
}

#[test]
fn a_server_starts_from_an_image_and_leaves_one() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let image = folder.path().join("image");
    fs::write(folder.path().join("f"), "first")?;
    let mount = format!("/f={}", folder.path().join("f").display());
    let listen = ["--listen", "127.0.0.1:0"];
    let keep = ["--mount", &mount, "--save-image", utf8(&image)?];
    let server = Serve::start(&[&listen[..], &keep].concat())?;
    fs_at(&server, &["mkdir", "/made"])?;
    assert!(server.terminate()?.success());
    let server = Serve::start(&[&listen[..], &["--image", utf8(&image)?]].concat())?;
    assert_eq!(fs_at(&server, &["ls"])?, "f\nmade\ntmp\n");
    assert_eq!(fs_at(&server, &["cat", "f"])?, "first");
    Ok(())
}

#[test]
fn a_token_is_proved_and_opens_what_it_says() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (tokens, mine) = (folder.path().join("tokens"), folder.path().join("mine"));
    fs::write(
        &tokens,
        "0123456789abcdef\nfedcba9876543210 ro subtree=/tmp\n",
    )?;
    fs::write(&mine, "0123456789abcdef\n")?;
    let listen = ["--listen", "127.0.0.1:0", "--token-file", utf8(&tokens)?];
    let server = Serve::start(&listen)?;
    let without = fs_fails_at(&server, &["ls"])?;
    assert!(without.contains("token"), "{without}");
    let token = ["--connect-token-file", utf8(&mine)?];
    fs_at(&server, &[&["mkdir"], &token[..], &["/tmp/inner"]].concat())?;
    fs::write(&mine, "fedcba9876543210\n")?;
    assert_eq!(fs_at(&server, &[&["ls"], &token[..]].concat())?, "inner\n");
    let read_only = fs_fails_at(&server, &[&["mkdir"], &token[..], &["/x"]].concat())?;
    assert!(read_only.contains("read-only"), "{read_only}");
    Ok(())
}

#[test]
fn connections_are_encrypted_if_there_is_a_certificate() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["ours", "other"] {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        fs::write(path(&format!("{name}.crt")), made.cert.pem())?;
        fs::write(
            path(&format!("{name}.key")),
            made.signing_key.serialize_pem(),
        )?;
    }
    let (certificate, key) = (path("ours.crt"), path("ours.key"));
    let tls = ["--tls-cert", &certificate, "--tls-key", &key];
    let server = Serve::start(&[&["--listen", "127.0.0.1:0"], &tls[..]].concat())?;
    let listing = fs_at(&server, &["ls", "--connect-tls-ca", &certificate])?;
    assert_eq!(listing, "tmp\n");
    let other = path("other.crt");
    let untrusted = fs_fails_at(&server, &["ls", "--connect-tls-ca", &other])?;
    assert!(untrusted.contains("certificate"), "{untrusted}");
    fs_fails_at(&server, &["ls"])?;
    let unmatched = path("other.key");
    let mismatch = ["--tls-cert", &certificate, "--tls-key", &unmatched];
    refused(&[&["--listen", "127.0.0.1:0"], &mismatch[..]].concat())?;
    Ok(())
}

#[test]
fn programs_in_two_processes_share_the_files_of_a_server() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let host = tempfile::tempdir()?;
    fs::write(host.path().join("greeting"), "hello")?;
    let cat = "../../tests/differential/c/cat.wasm";
    let cat = Path::new(env!("CARGO_MANIFEST_DIR")).join(cat);
    let mount = format!("/in={}", host.path().display());
    let run = ["run", "--quiet", "--connect", &server.address];
    let first = ["--mount", &mount, utf8(&cat)?, "--", "/in/greeting"];
    let output = at(&server, &[&run[..], &first].concat())?;
    let said = String::from_utf8(output.stdout)?;
    assert!(said.contains("/in/greeting: ok hello"), "{said}");
    // The files are at the server, not in the process that brought them.
    let second = [utf8(&cat)?, "--", "/in/greeting"];
    let output = at(&server, &[&run[..], &second].concat())?;
    let said = String::from_utf8(output.stdout)?;
    assert!(said.contains("/in/greeting: ok hello"), "{said}");
    Ok(())
}

#[test]
fn a_server_that_is_not_there_is_one_line() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let address = server.address.clone();
    assert!(server.terminate()?.success());
    let words = ["fs", "ls", "--connect", &address];
    let output = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args(words)
        .output()?;
    assert_eq!(output.status.code(), Some(125));
    let message = String::from_utf8(output.stderr)?;
    assert!(
        message.contains(&address) && message.lines().count() == 1,
        "{message}"
    );
    let nowhere = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args(["fs", "ls"])
        .env_remove("MONAKA_CONNECT")
        .output()?;
    let message = String::from_utf8(nowhere.stderr)?;
    assert!(message.contains("--connect"), "{message}");
    Ok(())
}

/// A component whose files are at a server, as hosts run it.
fn wrapped_for_a_server(folder: &Path) -> Result<std::path::PathBuf> {
    let cat = "../../tests/differential/c/cat.wasm";
    let cat = Path::new(env!("CARGO_MANIFEST_DIR")).join(cat);
    let out = folder.join("cat.wasm");
    let wrapped = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args([
            "--quiet",
            "wrap",
            "--fs",
            "rpc",
            utf8(&cat)?,
            "-o",
            utf8(&out)?,
        ])
        .output()?;
    let stderr = String::from_utf8_lossy(&wrapped.stderr);
    ensure!(wrapped.status.success(), "{stderr}");
    Ok(out)
}

#[test]
fn a_wrapped_program_attaches_where_its_environment_says() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = wrapped_for_a_server(folder.path())?;
    fs::write(folder.path().join("greeting"), "hello")?;
    for name in ["one", "two"] {
        let mount = format!("/{name}={}", folder.path().join("greeting").display());
        let server = Serve::start(&["--listen", "127.0.0.1:0", "--mount", &mount])?;
        let run = [
            "run",
            "--quiet",
            "--fs",
            "rpc",
            "--connect",
            &server.address,
        ];
        let path = format!("/{name}");
        let output = at(
            &server,
            &[&run[..], &[utf8(&program)?, "--", &path]].concat(),
        )?;
        let said = String::from_utf8(output.stdout)?;
        assert!(said.contains(&format!("{path}: ok hello")), "{said}");
    }
    Ok(())
}

#[test]
fn a_wrapped_program_without_its_server_says_so() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = wrapped_for_a_server(folder.path())?;
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let address = server.address.clone();
    assert!(server.terminate()?.success());
    let output = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args(["run", "--quiet", "--fs", "rpc", "--connect", &address])
        .args([utf8(&program)?, "--", "/f"])
        .output()?;
    let said = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    assert!(said.starts_with("monaka-wrap: no files: "), "{said}");
    Ok(())
}

#[test]
fn a_killed_server_is_an_error_within_the_deadline() -> Result<()> {
    let mut server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let attachment = Attachment {
        deadline: Duration::from_millis(500),
        ..Attachment::default()
    };
    let files = RemoteFs::attach(tcp(&server), &attachment)?;
    let root = &files.preopens()[0].descriptor;
    done(root.create_directory_at("d"))?;
    server.process.kill()?;
    server.process.wait()?;
    let start = Instant::now();
    let gone = root.create_directory_at("e");
    assert_eq!(gone, Err(fs_core::ErrorCode::Io));
    // Generous, for a slow machine; without a deadline it would not end.
    assert!(start.elapsed() < Duration::from_secs(20));
    Ok(())
}

#[test]
fn a_killed_client_leaves_what_it_has_written_and_holds_nobody_up() -> Result<()> {
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let fsx = "../../tests/differential/c/fsx.wasm";
    let fsx = Path::new(env!("CARGO_MANIFEST_DIR")).join(fsx);
    let mut client = Command::new(env!("CARGO_BIN_EXE_monaka-wrap"))
        .args(["run", "--quiet", "--connect", &server.address])
        .args([utf8(&fsx)?, "--", "1", "1000000000", "262144"])
        .stdout(Stdio::null())
        .spawn()?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    // Until it has begun to write.
    let written = loop {
        let names = names(&files)?;
        if let Some(name) = names.into_iter().find(|name| name != "tmp") {
            break name;
        }
        ensure!(client.try_wait()?.is_none(), "it has ended by itself");
    };
    client.kill()?;
    client.wait()?;
    let root = &files.preopens()[0].descriptor;
    let file = done(root.open_at(
        PathFlags::empty(),
        &written,
        OpenFlags::TRUNCATE,
        DescriptorFlags::READ | DescriptorFlags::WRITE,
    ))?;
    assert_eq!(done(file.stat())?.size, 0);
    Ok(())
}

/// A pool of workers takes jobs by renaming them; one joins late, and one is killed at its work, whose
/// job another takes over.
#[test]
fn a_pool_of_workers_does_every_job_though_one_is_killed() -> Result<()> {
    const JOBS: usize = 60;
    let server = Serve::start(&["--listen", "127.0.0.1:0"])?;
    let files = RemoteFs::attach(tcp(&server), &Attachment::default())?;
    let root = &files.preopens()[0].descriptor;
    for directory in ["jobs", "taken", "done"] {
        done(root.create_directory_at(directory))?;
    }
    for job in 0..JOBS {
        done(create(root, &format!("jobs/{job}"), b"a job"))?;
    }
    let address = server.address.clone();
    let worker = |takes: usize| {
        let tcp = Tcp {
            address: address.clone(),
        };
        std::thread::spawn(move || -> Result<usize> {
            let files = RemoteFs::attach(tcp, &Attachment::default())?;
            work(&files.preopens()[0].descriptor, takes)
        })
    };
    // The first is gone after it has taken its fifth job, which is found and done again.
    let finished = worker(5).join();
    assert_eq!(finished.map_err(|_| anyhow!("it panicked"))??, 4);
    let (second, late) = (worker(usize::MAX), worker(usize::MAX));
    for worker in [second, late] {
        worker.join().map_err(|_| anyhow!("it panicked"))??;
    }
    let taken = done(open_directory(root, "taken")?.read_dir())?.entries;
    for job in &taken {
        done(root.rename_at(
            &format!("taken/{}", job.name),
            root,
            &format!("jobs/{}", job.name),
        ))?;
    }
    assert_eq!(taken.len(), 1, "the job of the one that is gone");
    work(root, usize::MAX)?;
    assert_eq!(
        done(open_directory(root, "done")?.read_dir())?
            .entries
            .len(),
        JOBS
    );
    Ok(())
}

/// Takes jobs until there are none, and gives up in the middle of the job number `takes`.
fn work<D: Descriptor>(root: &D, takes: usize) -> Result<usize> {
    let mut finished = 0;
    loop {
        let jobs = done(open_directory(root, "jobs")?.read_dir())?.entries;
        let Some(job) = jobs.first() else {
            return Ok(finished);
        };
        let taken = format!("taken/{}", job.name);
        match root.rename_at(&format!("jobs/{}", job.name), root, &taken) {
            Ok(()) => {}
            // Another was faster.
            Err(fs_core::ErrorCode::NoEntry) => continue,
            Err(code) => return Err(anyhow!("{code:?}")),
        }
        if finished + 1 == takes {
            return Ok(finished);
        }
        done(create(root, &format!("done/{}", job.name), b"its result"))?;
        done(root.remove_at(&taken, Remove::File))?;
        finished += 1;
    }
}

fn create<D: Descriptor>(root: &D, path: &str, content: &[u8]) -> fs_core::Result<()> {
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let file = root.open_at(PathFlags::empty(), path, new, DescriptorFlags::WRITE)?;
    let mut rest = content;
    file.write_at(WriteAt::Offset(0), content.len(), |piece| {
        let (now, later) = rest.split_at(piece.len());
        piece.copy_from_slice(now);
        rest = later;
    })?;
    Ok(())
}

fn open_directory<D: Descriptor>(root: &D, path: &str) -> Result<D> {
    done(root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::DIRECTORY,
        DescriptorFlags::READ,
    ))
}
