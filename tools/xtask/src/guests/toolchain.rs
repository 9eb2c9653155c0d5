//! The compiler for wasm32-unknown-unknown.

mod debian;
mod rustup;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::manifest::Recorded;
use crate::command;

/// Where a toolchain comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The active rustup toolchain with its wasm32-unknown-unknown target
    Rustup,
    /// Packages of Debian, unpacked into a cache folder; std is built from source
    Debian,
}

/// A compiler that can make a guest.
#[derive(Debug)]
pub(super) struct Toolchain {
    origin: Origin,
    rustc: PathBuf,
    linker: Option<PathBuf>,
    std: Std,
}

/// How the standard library of the target is had.
#[derive(Debug)]
pub(super) enum Std {
    /// Compiled by others.
    Prebuilt,
    /// Compiled with the guests.
    FromSource {
        /// The folder of its sources.
        library: PathBuf,
        /// What the sources are from.
        package: String,
    },
}

impl Toolchain {
    /// The toolchain of an origin, or the first of what can be had here.
    pub(super) fn find(origin: Option<Origin>) -> Result<Self> {
        match origin {
            Some(Origin::Rustup) => match rustup::find()? {
                Some(toolchain) => Ok(toolchain),
                None => bail!(
                    "rustc has no wasm32-unknown-unknown; run `rustup target add \
                     wasm32-unknown-unknown`"
                ),
            },
            Some(Origin::Debian) => debian::find(),
            None => match rustup::find()? {
                Some(toolchain) => Ok(toolchain),
                None => debian::find(),
            },
        }
    }

    pub(super) fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// The linker, where it is not the compiler's own.
    pub(super) fn linker(&self) -> Option<&Path> {
        self.linker.as_deref()
    }

    pub(super) fn std(&self) -> &Std {
        &self.std
    }

    /// Asks every program for its version.
    pub(super) fn record(&self) -> Result<Recorded> {
        let linker = match &self.linker {
            Some(linker) => Some(version(linker, "--version")?),
            None => None,
        };
        Ok(Recorded {
            origin: self.origin,
            cargo: version(Path::new(&command::cargo()), "--version")?,
            rustc: version(&self.rustc, "-Vv")?,
            linker,
            std: match &self.std {
                Std::Prebuilt => "prebuilt".to_owned(),
                Std::FromSource { package, .. } => format!("built from {package}"),
            },
        })
    }
}

fn version(program: &Path, flag: &str) -> Result<String> {
    let text = command::output(Command::new(program).arg(flag))?;
    Ok(text.trim_end().to_owned())
}
