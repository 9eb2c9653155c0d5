//! `--mount GUEST=HOST`: what of the host is embedded, and where.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use fs_core::Timestamp;
use fs_core::image::{ImageBuilder, Origin};

use crate::failure::Failure;

/// A file or directory of the host and where the guest finds it.
#[derive(Clone, Debug)]
pub(crate) struct Mount {
    /// Relative to the root, with single slashes; empty is the root itself.
    guest: String,
    host: PathBuf,
}

impl FromStr for Mount {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (guest, host) = text
            .split_once('=')
            .ok_or("expected GUEST=HOST, such as /etc/app=./conf")?;
        if host.is_empty() {
            return Err("the part after = names no file of the host");
        }
        if host.ends_with(",ro") && !Path::new(host).exists() {
            return Err("read-only mounts are not supported yet; leave ,ro out");
        }
        Ok(Self {
            guest: guest_path(guest)?,
            host: host.into(),
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
    /// Adds the file or tree to an image.
    ///
    /// # Errors
    /// `Mount`: something that cannot be read or has no place in an image, by its path.
    pub(crate) fn add_to(&self, image: &mut ImageBuilder, times: Times) -> Result<(), Failure> {
        let mut embedding = Embedding {
            image,
            times,
            root: &self.host,
            first_names: HashMap::new(),
        };
        let metadata = fs::metadata(&self.host).map_err(|error| refused(&self.host, error))?;
        if metadata.is_dir() {
            embedding.directory(&self.host, &self.guest, &metadata)
        } else if self.guest.is_empty() {
            Err(refused(
                &self.host,
                "a file cannot be mounted at /; name it, as in /file=file",
            ))
        } else {
            embedding.node(&self.host, &self.guest, &metadata)
        }
    }
}

/// Which times embedded files get.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    /// Those of the host.
    Keep,
    /// This one, for reproducible results (`SOURCE_DATE_EPOCH`).
    Fixed(Timestamp),
}

struct Embedding<'a> {
    image: &'a mut ImageBuilder,
    times: Times,
    root: &'a Path,
    /// The name under which an inode with several names was embedded first.
    first_names: HashMap<(u64, u64), String>,
}

impl Embedding<'_> {
    fn node(&mut self, host: &Path, guest: &str, metadata: &Metadata) -> Result<(), Failure> {
        let file_type = metadata.file_type();
        if file_type.is_dir() {
            self.directory(host, guest, metadata)
        } else if file_type.is_file() {
            self.file(host, guest, metadata)
        } else if file_type.is_symlink() {
            self.symlink(host, guest, metadata)
        } else {
            let kind = if file_type.is_socket() {
                "a socket"
            } else if file_type.is_fifo() {
                "a named pipe"
            } else {
                "a device"
            };
            Err(refused(
                host,
                format_args!("{kind} cannot be embedded; leave it out"),
            ))
        }
    }

    fn directory(&mut self, host: &Path, guest: &str, metadata: &Metadata) -> Result<(), Failure> {
        self.image.directory(guest, self.origin(metadata));
        let entries = fs::read_dir(host).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let mut entries = entries.map_err(|error| refused(host, error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| {
                refused(&path, "the name is not UTF-8; rename it or leave it out")
            })?;
            let guest = if guest.is_empty() {
                name.to_owned()
            } else {
                format!("{guest}/{name}")
            };
            let metadata = entry.metadata().map_err(|error| refused(&path, error))?;
            self.node(&path, &guest, &metadata)?;
        }
        Ok(())
    }

    fn file(&mut self, host: &Path, guest: &str, metadata: &Metadata) -> Result<(), Failure> {
        let origin = self.origin(metadata);
        if metadata.nlink() > 1 {
            let inode = (metadata.dev(), metadata.ino());
            if let Some(first) = self.first_names.get(&inode) {
                self.image.hard_link(guest, first, origin);
                return Ok(());
            }
            self.first_names.insert(inode, guest.to_owned());
        }
        let content = fs::read(host).map_err(|error| refused(host, error))?;
        self.image.file(guest, content, origin);
        Ok(())
    }

    fn symlink(&mut self, host: &Path, guest: &str, metadata: &Metadata) -> Result<(), Failure> {
        let target = fs::read_link(host).map_err(|error| refused(host, error))?;
        let target = if target.is_absolute() {
            self.relative_target(host, &target)?
        } else {
            target
        };
        let target = target
            .to_str()
            .filter(|target| target.len() < 4096)
            .ok_or_else(|| refused(host, "the link's target is not UTF-8 or too long"))?;
        self.image.symlink(guest, target, self.origin(metadata));
        Ok(())
    }

    /// A link that stays below the mount's root by an absolute path says the same by a relative
    /// one.
    fn relative_target(&self, link: &Path, target: &Path) -> Result<PathBuf, Failure> {
        let outside = || {
            let target = target.display();
            refused(
                link,
                format_args!(
                    "the link leads out of the mount, to {target}; make it relative or leave it out"
                ),
            )
        };
        let root = fs::canonicalize(self.root).map_err(|error| refused(self.root, error))?;
        let inside = target
            .strip_prefix(&root)
            .or_else(|_| target.strip_prefix(self.root))
            .map_err(|_| outside())?;
        if inside.components().any(|part| part == Component::ParentDir) {
            return Err(outside());
        }
        let depth = link
            .strip_prefix(self.root)
            .map_or(0, |below| below.components().count());
        let up = std::iter::repeat_n("..", depth.saturating_sub(1));
        let relative: PathBuf = up.map(Path::new).chain([inside]).collect();
        Ok(if relative.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            relative
        })
    }

    fn origin(&self, metadata: &Metadata) -> Origin {
        let modification = match self.times {
            Times::Keep => {
                let seconds = u64::try_from(metadata.mtime()).unwrap_or(0);
                let nanoseconds = u64::try_from(metadata.mtime_nsec()).unwrap_or(0);
                let time = seconds.saturating_mul(1_000_000_000);
                Timestamp(time.saturating_add(nanoseconds))
            }
            Times::Fixed(time) => time,
        };
        Origin {
            modification,
            mode: metadata.mode() & 0o7777,
        }
    }
}

fn refused(path: &Path, reason: impl ToString) -> Failure {
    Failure::Mount {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
