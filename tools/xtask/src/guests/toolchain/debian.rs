//! Debian's compiler for the web, unpacked beside the system and not installed into it.
//!
//! Debian builds `rustc-web` for Firefox and Chromium, so it stays recent in every release. Its
//! prebuilt std lacks our target; `rust-web-src` has the sources to build it from.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Origin, Std, Toolchain};
use crate::command;

/// Installed on every Debian, and not to be mixed with another version of itself.
const C_RUNTIME: [&str; 5] = [
    "gcc-12-base",
    "libc6",
    "libcrypt1",
    "libgcc-s1",
    "libstdc++6",
];

/// The packages of one version of the compiler.
struct Packages {
    /// Of `rustc-web` and all that is built with it, such as `1.96.0+dfsg1-1~deb12u2`.
    version: String,
    /// The major version of its LLVM, such as `22`: the linker must read what it writes.
    llvm: String,
}

/// Debian's toolchain, downloaded and unpacked if it is not there yet.
pub(super) fn find() -> Result<Toolchain> {
    let packages = Packages::offered()?;
    let folder = cache()?.join(format!("rustc-web-{}", packages.version));
    if !folder.is_dir() {
        packages.unpack_to(&folder)?;
    }
    let rust = packages.version.split('+').next().unwrap_or_default();
    Ok(Toolchain {
        origin: Origin::Debian,
        rustc: folder.join("rustc"),
        linker: Some(folder.join("wasm-ld")),
        std: Std::FromSource {
            library: folder.join(format!("root/usr/src/rustc-{rust}/library")),
            package: format!("Debian's rust-web-src {}", packages.version),
        },
    })
}

/// The folder for toolchains, outside of any checkout.
fn cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("MONAKA_TOOLCHAINS") {
        return Ok(folder.into());
    }
    let caches = match env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir().context("HOME is not set")?.join(".cache"),
    };
    Ok(caches.join("monaka-wrap/toolchains"))
}

impl Packages {
    /// The newest ones that apt knows.
    fn offered() -> Result<Self> {
        let version = match field("rustc-web", "Version") {
            Ok(version) => version,
            Err(error) if is_missing(&error) => bail!(
                "no wasm32-unknown-unknown here: run `rustup target add wasm32-unknown-unknown`, \
                 or build on Debian 12 or later, where apt-get has rustc-web"
            ),
            // Package lists may never have been fetched, as in a fresh container.
            Err(_) => {
                update_lists()?;
                field("rustc-web", "Version")?
            }
        };
        let minor: Vec<&str> = version.split('.').take(2).collect();
        let dependencies = field(&format!("libstd-rust-web-{}", minor.join(".")), "Depends")?;
        let llvm = dependencies
            .split(", ")
            .find_map(|package| package.strip_prefix("libllvm"))
            .context("Debian's libstd-rust-web names no libllvm")?;
        Ok(Self {
            llvm: llvm.chars().take_while(char::is_ascii_digit).collect(),
            version,
        })
    }

    /// The names for apt-get, the shared libraries of the programs included.
    fn names(&self) -> Result<Vec<String>> {
        let linker = format!("lld-{}", self.llvm);
        let minor: Vec<&str> = self.version.split('.').take(2).collect();
        let mut names = vec![
            format!("rustc-web={}", self.version),
            format!("libstd-rust-web-{}={}", minor.join("."), self.version),
            format!("libstd-rust-web-dev={}", self.version),
            format!("rust-web-src={}", self.version),
        ];
        let closure = command::output(Command::new("apt-cache").args([
            "depends",
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
            &linker,
        ]))?;
        // Names stand at the start of a line; virtual ones are in angle brackets.
        let libraries = closure
            .lines()
            .filter(|line| !line.starts_with([' ', '<', '|']));
        names.extend(
            libraries
                .filter(|name| !C_RUNTIME.contains(name))
                .map(String::from),
        );
        Ok(names)
    }

    /// Downloads the packages and unpacks them into a folder, which appears when it is complete.
    fn unpack_to(&self, folder: &Path) -> Result<()> {
        let parent = folder.parent().context("a cache folder without a parent")?;
        fs::create_dir_all(parent)?;
        let temporary = tempfile::tempdir_in(parent)?;
        let downloads = temporary.path().join("packages");
        let unpacked = temporary.path().join("toolchain");
        let root = unpacked.join("root");
        fs::create_dir(&downloads)?;
        fs::create_dir_all(&root)?;

        eprintln!("downloading Debian's rustc-web {}", self.version);
        self.download_to(&downloads)?;
        for package in fs::read_dir(&downloads)? {
            let package = package?.path();
            command::output(Command::new("dpkg").arg("-x").args([&package, &root]))?;
        }
        let sysroot = r#"--sysroot "$here/root/usr""#;
        write_script(&unpacked.join("rustc"), &format!("rustc\" {sysroot}"))?;
        write_script(
            &unpacked.join("wasm-ld"),
            &format!("wasm-ld-{}\"", self.llvm),
        )?;
        match fs::rename(&unpacked, folder) {
            // Another build was faster.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            renamed => renamed.with_context(|| format!("cannot create {}", folder.display())),
        }
    }

    fn download_to(&self, folder: &Path) -> Result<()> {
        let names = self.names()?;
        let download = || {
            let mut apt = Command::new("apt-get");
            apt.arg("download").args(&names).current_dir(folder);
            command::output(&mut apt)
        };
        // A mirror drops a version as soon as a newer one is out: lists go stale.
        download()
            .or_else(|_| update_lists().and_then(|()| download()))
            .context("cannot download Debian's rustc-web; is this machine offline?")?;
        Ok(())
    }
}

/// A program that finds its libraries beside itself. `$here` is the folder that it stands in.
fn write_script(file: &Path, program: &str) -> Result<()> {
    let script = format!(
        "#!/bin/sh\nhere=$(dirname \"$0\")\n\
         export LD_LIBRARY_PATH=\"$here/root/usr/lib/x86_64-linux-gnu\"\n\
         exec \"$here/root/usr/bin/{program} \"$@\"\n"
    );
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(file)?;
    Ok(file.write_all(script.as_bytes())?)
}

/// A field of the newest version of a package.
fn field(package: &str, name: &str) -> Result<String> {
    let record =
        command::output(Command::new("apt-cache").args(["show", "--no-all-versions", package]))?;
    record
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map(String::from)
        .with_context(|| format!("apt-cache knows no {name} of {package}"))
}

fn update_lists() -> Result<()> {
    let mut apt = Command::new("apt-get");
    command::output(apt.args(["--quiet", "update"]))
        .context("cannot refresh apt's package lists; run `apt-get update` as root")?;
    Ok(())
}

/// Whether it says that a program does not exist.
fn is_missing(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
