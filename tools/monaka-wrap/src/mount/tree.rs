//! Files and directories of the host.

use std::collections::HashMap;
use std::fs::{self, FileType, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use fs_core::Timestamp;

use super::layer::{Attributes, Layer, join, relative_target};
use super::refused;
use crate::failure::Failure;

/// Adds the file or directory at `host`, following a link there.
pub(super) fn add(layer: &mut Layer<'_>, host: &Path) -> Result<(), Failure> {
    let metadata = fs::metadata(host).map_err(|error| refused(host, error))?;
    if !metadata.is_dir() && layer.guest.is_empty() {
        let reason = "a file cannot be mounted at /; name it, as in /file=file";
        return Err(refused(host, reason));
    }
    let mut walk = Walk {
        layer,
        root: host,
        first_names: HashMap::new(),
    };
    walk.node("", &metadata)
}

struct Walk<'w, 'c> {
    layer: &'w mut Layer<'c>,
    root: &'w Path,
    /// The name under which an inode with several names was embedded first.
    first_names: HashMap<(u64, u64), String>,
}

impl Walk<'_, '_> {
    fn node(&mut self, below: &str, metadata: &Metadata) -> Result<(), Failure> {
        if !self.layer.is_wanted(below) {
            return Ok(());
        }
        let file_type = metadata.file_type();
        if file_type.is_dir() {
            self.directory(below, metadata)
        } else if file_type.is_file() {
            self.file(below, metadata)
        } else if file_type.is_symlink() {
            self.symlink(below, metadata)
        } else {
            let kind = special(file_type);
            let reason = format_args!("{kind} cannot be embedded; leave it out");
            self.layer.unfit(below, reason)
        }
    }

    fn directory(&mut self, below: &str, metadata: &Metadata) -> Result<(), Failure> {
        let host = self.at(below);
        let entries =
            fs::read_dir(&host).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                return self
                    .layer
                    .unfit(below, format_args!("{error}; leave it out"));
            }
        };
        self.layer.directory(below, attributes(metadata));
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let lossy = join(below, &name.to_string_lossy());
                let reason = "the name is not UTF-8; rename it or leave it out";
                self.layer.unfit(&lossy, reason)?;
                continue;
            };
            let below = join(below, name);
            match entry.metadata() {
                Ok(metadata) => self.node(&below, &metadata)?,
                Err(error) => self
                    .layer
                    .unfit(&below, format_args!("{error}; leave it out"))?,
            }
        }
        Ok(())
    }

    fn file(&mut self, below: &str, metadata: &Metadata) -> Result<(), Failure> {
        let inode = (metadata.dev(), metadata.ino());
        if metadata.nlink() > 1
            && let Some(first) = self.first_names.get(&inode)
        {
            self.layer.hard_link(below, first);
            return Ok(());
        }
        self.layer.reserve(below, metadata.len())?;
        let content = match fs::read(self.at(below)) {
            Ok(content) => content,
            Err(error) => {
                return self
                    .layer
                    .unfit(below, format_args!("{error}; leave it out"));
            }
        };
        if metadata.nlink() > 1 {
            self.first_names.insert(inode, below.to_owned());
        }
        self.layer.file(below, content, attributes(metadata));
        Ok(())
    }

    fn symlink(&mut self, below: &str, metadata: &Metadata) -> Result<(), Failure> {
        let target = match fs::read_link(self.at(below)) {
            Ok(target) => target,
            Err(error) => {
                return self
                    .layer
                    .unfit(below, format_args!("{error}; leave it out"));
            }
        };
        let inside = if target.is_absolute() {
            let Some(inside) = self.inside(&target)? else {
                let target = target.display();
                let reason = format_args!(
                    "the link leads out of the mount, to {target}; make it relative, leave it out"
                );
                return self.layer.unfit(below, reason);
            };
            inside.to_str().map(|inside| relative_target(below, inside))
        } else {
            target.to_str().map(str::to_owned)
        };
        match inside {
            Some(target) => self.layer.symlink(below, &target, attributes(metadata)),
            None => {
                let reason = "the link's target is not UTF-8; leave it out";
                self.layer.unfit(below, reason)
            }
        }
    }

    /// Where it is on the host. A slash behind a file's name would ask for a directory.
    fn at(&self, below: &str) -> PathBuf {
        match below {
            "" => self.root.to_owned(),
            below => self.root.join(below),
        }
    }

    /// An absolute target that stays below the mount's root, relative to that.
    fn inside<'t>(&self, target: &'t Path) -> Result<Option<&'t Path>, Failure> {
        let root = fs::canonicalize(self.root).map_err(|error| refused(self.root, error))?;
        let inside = target
            .strip_prefix(&root)
            .or_else(|_| target.strip_prefix(self.root))
            .ok();
        Ok(inside.filter(|inside| inside.components().all(|part| part != Component::ParentDir)))
    }
}

fn special(file_type: FileType) -> &'static str {
    if file_type.is_socket() {
        "a socket"
    } else if file_type.is_fifo() {
        "a named pipe"
    } else {
        "a device"
    }
}

fn attributes(metadata: &Metadata) -> Attributes {
    let seconds = u64::try_from(metadata.mtime()).unwrap_or(0);
    let nanoseconds = u64::try_from(metadata.mtime_nsec()).unwrap_or(0);
    let time = seconds.saturating_mul(1_000_000_000);
    Attributes {
        modification: Timestamp(time.saturating_add(nanoseconds)),
        mode: metadata.mode(),
    }
}
