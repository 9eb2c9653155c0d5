//! Tar archives. Names that begin with `.wh.` are whiteouts, as in the layers of OCI images: they
//! take away what earlier layers have.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use fs_core::Timestamp;
use tar::{Archive, Entry, EntryType};

use super::layer::{Attributes, Layer, join, relative_target};
use super::refused;
use super::whiteout::Whiteouts;
use crate::failure::Failure;

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";

/// How an archive is compressed, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// `None` for what is no archive, and for one that keeps such a name: that is a file.
    pub(super) fn of(host: &Path, guest: &str) -> Option<Self> {
        let kind = |name: &str| match name {
            _ if name.ends_with(".tar") => Some(Self::None),
            _ if name.ends_with(".tar.gz") || name.ends_with(".tgz") => Some(Self::Gzip),
            _ if name.ends_with(".tar.zst") => Some(Self::Zstd),
            _ => None,
        };
        let compression = kind(host.to_str()?)?;
        (kind(guest).is_none() && !host.is_dir()).then_some(compression)
    }
}

/// Adds what the archive at `host` holds.
pub(super) fn add(
    layer: &mut Layer<'_>,
    host: &Path,
    compression: Compression,
) -> Result<(), Failure> {
    let damaged = |error: io::Error| refused(host, format_args!("not a good archive: {error}"));
    let file = File::open(host).map_err(|error| refused(host, error))?;
    let file = BufReader::with_capacity(1 << 16, file);
    let bytes: Box<dyn Read> = match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(MultiGzDecoder::new(file)),
        Compression::Zstd => {
            let decoder = zstd::stream::read::Decoder::with_buffer(file);
            Box::new(decoder.map_err(damaged)?)
        }
    };
    let mut archive = Archive::new(bytes);
    let mut unpacking = Unpacking {
        layer,
        files: HashSet::new(),
        whiteouts: Whiteouts::default(),
        entries: Vec::new(),
    };
    for entry in archive.entries().map_err(damaged)? {
        unpacking
            .entry(entry.map_err(damaged)?)
            .map_err(|error| match error {
                Broken::Archive(error) => damaged(error),
                Broken::Entry(failure) => failure,
            })?;
    }
    unpacking.add()
}

/// Why an archive is not read on.
enum Broken {
    Archive(io::Error),
    Entry(Failure),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Archive(error)
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Entry(failure)
    }
}

/// An entry, read: whiteouts come first, wherever in the archive they are.
struct Unpacked {
    below: String,
    attributes: Attributes,
    what: What,
}

enum What {
    Directory,
    File(Vec<u8>),
    Symlink(String),
    /// One more name of an earlier file.
    HardLink(String),
}

struct Unpacking<'u, 'c> {
    layer: &'u mut Layer<'c>,
    /// What hard links of this archive may refer to.
    files: HashSet<String>,
    whiteouts: Whiteouts,
    entries: Vec<Unpacked>,
}

impl Unpacking<'_, '_> {
    fn entry<R: Read>(&mut self, mut entry: Entry<'_, R>) -> Result<(), Broken> {
        let name = entry.path_bytes().into_owned();
        let below = match clean(&name) {
            Ok(below) => below,
            Err(reason) => {
                let lossy = String::from_utf8_lossy(&name).into_owned();
                return Ok(self.layer.unfit(lossy.trim_start_matches('/'), reason)?);
            }
        };
        let (directory, name) = below.rsplit_once('/').unwrap_or(("", below.as_str()));
        if name == OPAQUE {
            let path = join(self.layer.guest, directory);
            self.whiteouts.hide_below(path);
            return Ok(());
        }
        if let Some(hidden) = name.strip_prefix(WHITEOUT) {
            let path = join(self.layer.guest, &join(directory, hidden));
            self.whiteouts.hide(path);
            return Ok(());
        }
        let attributes = attributes(&mut entry)?;
        let kind = entry.header().entry_type();
        if below.is_empty() && !matches!(kind, EntryType::Directory | EntryType::XGlobalHeader) {
            return Ok(self
                .layer
                .unfit("", "an entry has no name; pack it again")?);
        }
        let what = match kind {
            EntryType::Directory => Ok(What::Directory),
            EntryType::Symlink => symlink(&below, &entry),
            EntryType::Link => self.hard_link(&entry),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                Ok(self.file(&below, &mut entry)?)
            }
            EntryType::XGlobalHeader => return Ok(()),
            _ => Err("neither file, directory nor link; leave it out".to_owned()),
        };
        match what {
            Ok(what) => self.entries.push(Unpacked {
                below,
                attributes,
                what,
            }),
            Err(reason) => self.layer.unfit(&below, reason)?,
        }
        Ok(())
    }

    fn file<R: Read>(&mut self, below: &str, entry: &mut Entry<'_, R>) -> Result<What, Broken> {
        let size = entry.size();
        self.layer.reserve(below, size)?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        if (content.len() as u64) < size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.files.insert(below.to_owned());
        Ok(What::File(content))
    }

    fn hard_link<R: Read>(&self, entry: &Entry<'_, R>) -> Result<What, String> {
        let target = entry.link_name_bytes().unwrap_or_default();
        match clean(&target) {
            Ok(original) if self.files.contains(&original) => Ok(What::HardLink(original)),
            Ok(_) | Err(_) => Err(format!(
                "links to {}, no earlier file of the archive; leave it out",
                String::from_utf8_lossy(&target)
            )),
        }
    }

    fn add(self) -> Result<(), Failure> {
        let layer = self.layer;
        layer.hide(&self.whiteouts);
        for entry in self.entries {
            let (below, attributes) = (entry.below.as_str(), entry.attributes);
            match entry.what {
                What::Directory => layer.directory(below, attributes),
                What::File(content) => layer.file(below, content, attributes),
                What::Symlink(target) => layer.symlink(below, &target, attributes)?,
                What::HardLink(original) => layer.hard_link(below, &original),
            }
        }
        Ok(())
    }
}

/// An absolute target begins at the root of the archive.
fn symlink<R: Read>(below: &str, entry: &Entry<'_, R>) -> Result<What, String> {
    let target = entry.link_name_bytes().unwrap_or_default();
    let Ok(target) = str::from_utf8(&target) else {
        return Err("the link's target is not UTF-8; leave it out".to_owned());
    };
    Ok(What::Symlink(if target.starts_with('/') {
        relative_target(below, &clean(target.as_bytes())?)
    } else {
        target.to_owned()
    }))
}

/// The name of an entry without slashes at its ends and without dots.
fn clean(name: &[u8]) -> Result<String, &'static str> {
    let name =
        str::from_utf8(name).map_err(|_| "the name is not UTF-8; rename it or leave it out")?;
    let mut parts = Vec::new();
    for part in name.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            return Err("the path contains ..; pack it without");
        }
        if part.len() > 255 || part.contains('\0') {
            return Err("the name is longer than 255 bytes or contains a NUL; rename it");
        }
        parts.push(part);
    }
    Ok(parts.join("/"))
}

fn attributes<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Attributes> {
    let mut time = entry.header().mtime()?.saturating_mul(1_000_000_000);
    if let Some(extensions) = entry.pax_extensions()? {
        for extension in extensions {
            let extension = extension?;
            if extension.key_bytes() == b"mtime"
                && let Some(precise) = extension.value().ok().and_then(nanoseconds)
            {
                time = precise;
            }
        }
    }
    Ok(Attributes {
        modification: Timestamp(time),
        mode: entry.header().mode()?,
    })
}

/// A decimal number of seconds.
fn nanoseconds(seconds: &str) -> Option<u64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let fraction: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let whole: u64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(fraction)
}
