//! Debian's compiler for the web, unpacked beside the system and not installed into it.
//!
//! Debian builds `rustc-web` for its browsers, so it stays recent in every release. It has no
//! prebuilt std for our target; `rust-web-src` has the sources to build one from.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Origin, Std, Toolchain};
use crate::command;

/// On every Debian, and not to be mixed with another version of itself.
const C_RUNTIME: [&str; 4] = ["libc6", "libcrypt1", "libgcc-s1", "libstdc++6"];

/// The packages of one version of the compiler.
struct Packages {
    /// Of `rustc-web` and all that is built with it, such as `1.96.0+dfsg1-1~deb12u2`.
    version: String,
    /// The major version of its LLVM, such as `22`: the linker must read what that writes.
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
            Err(error) if is_missing_program(&error) => bail!(
                "rustc has no wasm32-unknown-unknown: run `rustup target add \
                 wasm32-unknown-unknown`, or build on Debian, which has rustc-web"
            ),
            // In a fresh container the package lists have never been fetched.
            Err(_) => update_lists().and_then(|()| field("rustc-web", "Version"))?,
        };
        let dependencies = field(&std_package(&version), "Depends")?;
        let llvm = dependencies
            .split(", ")
            .find_map(|package| package.strip_prefix("libllvm"))
            .context("Debian's libstd-rust-web names no libllvm")?;
        Ok(Self {
            llvm: llvm.chars().take_while(char::is_ascii_digit).collect(),
            version,
        })
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
        let linker = format!("wasm-ld-{}", self.llvm);
        write_launcher(&unpacked.join("rustc"), "rustc", r#"--sysroot "$root/usr""#)?;
        write_launcher(&unpacked.join("wasm-ld"), &linker, "")?;
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
            command::output(apt.arg("download").args(&names).current_dir(folder))
        };
        // A mirror drops a version when a newer one is out, so lists go stale.
        download()
            .or_else(|_| update_lists().and_then(|()| download()))
            .context("cannot download Debian's rustc-web; is this machine offline?")?;
        Ok(())
    }

    /// The names for apt-get: the compiler, std, the linker, and the libraries of all these.
    fn names(&self) -> Result<Vec<String>> {
        let of_this_version = |package: &str| format!("{package}={}", self.version);
        let mut names = vec![
            of_this_version("rustc-web"),
            of_this_version(&std_package(&self.version)),
            of_this_version("libstd-rust-web-dev"),
            of_this_version("rust-web-src"),
        ];
        // The linker uses the same LLVM as the compiler does, and everything that LLVM uses.
        let tree = command::output(Command::new("apt-cache").args([
            "depends",
            "--recurse",
            "--important",
            &format!("lld-{}", self.llvm),
        ]))?;
        // A package starts its line; what it depends on is indented, and `<...>` is virtual.
        let packages = tree
            .lines()
            .filter(|line| !line.starts_with([' ', '|', '<']))
            .filter(|package| !C_RUNTIME.contains(package));
        names.extend(packages.map(String::from));
        Ok(names)
    }
}

/// The package with the compiler's own libraries.
fn std_package(version: &str) -> String {
    let minor: Vec<&str> = version.split('.').take(2).collect();
    format!("libstd-rust-web-{}", minor.join("."))
}

/// Writes a script that starts an unpacked program with the libraries beside it.
fn write_launcher(file: &Path, program: &str, arguments: &str) -> Result<()> {
    let libraries = format!("{}-linux-gnu", env::consts::ARCH);
    let script = format!(
        r#"#!/bin/sh
root=$(dirname "$0")/root
export LD_LIBRARY_PATH="$root/usr/lib/{libraries}:$root/lib/{libraries}"
exec "$root/usr/bin/{program}" {arguments} "$@"
"#
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
    command::output(Command::new("apt-get").args(["--quiet", "update"]))
        .context("cannot refresh apt's package lists; run `apt-get update` as root")?;
    Ok(())
}

/// Whether a program could not be run because there is none.
fn is_missing_program(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}
