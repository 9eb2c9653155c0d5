//! `MANIFEST.toml`: where the committed modules come from.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::compile::{self, Modules};
use super::inputs;
use super::toolchain::{Origin, Toolchain};
use crate::checkout::Checkout;

const FILE: &str = "MANIFEST.toml";

const HEADER: &str = "\
# Where the modules in this folder come from. Written by `cargo xtask guests build`, compared with
# the modules and the sources by `cargo test -p artifacts`, built again by `cargo xtask guests
# verify`.
";

/// The recipe of the modules and their digests.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The arguments of cargo.
    pub(super) command: String,
    /// The flags of the compiler, without those that only hide paths.
    pub(super) rustflags: String,
    /// Of everything that the modules are made from; see [`inputs`].
    pub(super) inputs: Digest,
    pub(super) toolchain: Recorded,
    /// By the name of the guest.
    pub(super) guests: BTreeMap<String, Module>,
}

/// The programs that made the modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) origin: Origin,
    /// `cargo --version`: its hashes order the code.
    pub(super) cargo: String,
    /// `rustc -Vv`.
    pub(super) rustc: String,
    /// The version of the linker, where it is not the compiler's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linker: Option<String>,
    /// How the target's std was obtained.
    pub(super) std: String,
}

/// A committed module.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Module {
    /// Bytes.
    pub(super) size: u64,
    pub(super) sha256: Digest,
}

/// A SHA-256 in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Digest(String);

impl Manifest {
    /// What is to be said of modules just built.
    pub(super) fn of(
        checkout: &Checkout,
        toolchain: &Toolchain,
        modules: &Modules,
    ) -> Result<Self> {
        let described = modules
            .iter()
            .map(|(guest, bytes)| (guest.name().to_owned(), Module::of(bytes)));
        Ok(Self {
            command: format!("cargo {}", compile::arguments(toolchain).join(" ")),
            rustflags: compile::flags(toolchain).join(" "),
            inputs: inputs::digest(checkout)?,
            toolchain: toolchain.record()?,
            guests: described.collect(),
        })
    }

    /// The manifest in a folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let file = folder.join(FILE);
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is no manifest", file.display()))
    }

    /// Writes the manifest into a folder.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = format!("{HEADER}{}", toml::to_string_pretty(self)?);
        Ok(fs::write(folder.join(FILE), text)?)
    }
}

impl Module {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
        }
    }
}

impl Digest {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let hex = |byte: &u8| format!("{byte:02x}");
        Self(Sha256::digest(bytes).iter().map(hex).collect())
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.rustc.lines().next().unwrap_or_default();
        write!(f, "{version}, {}, std {}", self.cargo, self.std)
    }
}
