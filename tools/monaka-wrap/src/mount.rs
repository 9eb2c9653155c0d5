//! `--mount GUEST=HOST[,ro]`: what of the host is embedded, and where.

mod archive;
mod layer;
mod tree;
mod whiteout;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use fs_core::Timestamp;

use crate::failure::Failure;

pub(crate) use layer::{Collection, Leniency};

/// A file, directory or archive of the host and where the guest finds it.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    /// Relative to the root, with single slashes; empty is the root itself.
    guest: String,
    host: PathBuf,
    access: Access,
}

/// What programs may do with what is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    ReadWrite,
    ReadOnly,
}

impl FromStr for Mount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (guest, host) = text
            .split_once('=')
            .ok_or("expected GUEST=HOST, such as /etc/app=./conf")?;
        let (host, access) = match host.strip_suffix(",ro") {
            Some(path) if !Path::new(host).exists() => (path, Access::ReadOnly),
            Some(_) | None => (host, Access::ReadWrite),
        };
        if host.is_empty() {
            return Err("the part after = names no file of the host");
        }
        Ok(Self {
            guest: guest_path(guest)?,
            host: host.into(),
            access,
        })
    }
}

/// Takes the slashes and dots out of an absolute path of the guest.
pub(crate) fn guest_path(path: &str) -> Result<String, &'static str> {
    let relative = path
        .strip_prefix('/')
        .ok_or("a path of the guest must be absolute, such as /data")?;
    let components = relative
        .split('/')
        .filter(|name| !matches!(*name, "" | "."));
    let mut clean = Vec::new();
    for name in components {
        if name == ".." {
            return Err("a path of the guest must not contain ..");
        }
        if name.len() > 255 {
            return Err("a name of the guest is longer than 255 bytes");
        }
        clean.push(name);
    }
    Ok(clean.join("/"))
}

impl Mount {
    /// What is at `host`, where the guest finds it at `guest`, a clean path from the root.
    pub(crate) fn new(guest: &str, host: &Path) -> Self {
        Self {
            guest: guest.to_owned(),
            host: host.to_owned(),
            access: Access::ReadWrite,
        }
    }

    /// Adds the file, tree or archive over what was collected before.
    ///
    /// # Errors
    /// `Mount`: something that cannot be read or has no place in an image, by its path;
    /// `TooMuch`.
    pub(crate) fn add_to(&self, collection: &mut Collection) -> Result<(), Failure> {
        let mut layer = collection.layer(&self.host, &self.guest);
        match archive::Compression::of(&self.host, &self.guest) {
            Some(compression) => archive::add(&mut layer, &self.host, compression)?,
            None => tree::add(&mut layer, &self.host)?,
        }
        match self.access {
            Access::ReadOnly => collection.image.read_only(&self.guest),
            Access::ReadWrite => {}
        }
        Ok(())
    }
}

/// Which times embedded files get.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    /// Those of the host.
    Keep,
    /// This one, for reproducible results.
    Fixed(Timestamp),
}

fn refused(path: &Path, reason: impl ToString) -> Failure {
    Failure::Mount {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
