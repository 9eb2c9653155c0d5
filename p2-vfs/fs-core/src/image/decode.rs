//! Reading images. Everything is checked before it is believed.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::{
    CHECKSUM, FAST_CHECKSUM, HEADER_SIZE, KIND_DIRECTORY, KIND_FILE, KIND_HARD_LINK, KIND_SYMLINK,
    MAGIC, NO_PREOPEN, NODE_SIZE, Origin, Preopening, Settings, VERSION,
};
use crate::path::{NAME_MAX, PATH_MAX};
use crate::space::Limits;
use crate::types::Timestamp;

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// They do not begin with the magic.
    NotAnImage,
    /// They are of a version that this crate does not know.
    Version(u32),
    /// They end too early.
    Truncated,
    /// What describes the nodes does not match its checksum.
    Checksum,
    /// A node, by its index, makes no sense.
    Node(u32),
    /// A file's content, by its node's index, does not match its checksum.
    Content(u32),
    /// The working directory makes no sense.
    WorkingDirectory,
    /// There is no room for the nodes.
    InsufficientSpace,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("not a file-system image"),
            Self::Version(version) => write!(f, "image version {version} is not known"),
            Self::Truncated => f.write_str("the image is truncated"),
            Self::Checksum => f.write_str("the image's checksum does not match"),
            Self::Node(index) => write!(f, "node {index} of the image is damaged"),
            Self::Content(index) => write!(f, "the content of node {index} is damaged"),
            Self::WorkingDirectory => f.write_str("the image's working directory is damaged"),
            Self::InsufficientSpace => f.write_str("the image does not fit into the file system"),
        }
    }
}

impl std::error::Error for ImageError {}

/// What a node of an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageNodeKind<'a> {
    /// A file with this content, in place.
    File(Bytes),
    /// A directory.
    Directory,
    /// A symbolic link with this target.
    Symlink(&'a str),
    /// One more name of an earlier node, by its index.
    HardLink(u32),
}

/// A node of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageNode<'a> {
    /// The index of its directory's node; the root has its own.
    pub parent: u32,
    /// Its name: one component, empty for the root.
    pub name: &'a str,
    /// What it is.
    pub kind: ImageNodeKind<'a>,
    /// Where it came from.
    pub origin: Origin,
}

/// An image whose header and checksum are good.
#[derive(Clone, Debug)]
pub struct Image {
    bytes: Bytes,
    node_count: u32,
    text: Range<usize>,
    content: Range<usize>,
    settings: Settings,
}

impl Image {
    /// Reads the header and checks the description of the nodes, not their content.
    ///
    /// # Errors
    /// `NotAnImage`, `Version`, `Truncated`, `Checksum`, `WorkingDirectory`.
    pub fn parse(bytes: Bytes) -> Result<Self, ImageError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(ImageError::NotAnImage);
        }
        let header = bytes.get(..HEADER_SIZE).ok_or(ImageError::Truncated)?;
        let version = u32_at(header, 8);
        if version != VERSION {
            return Err(ImageError::Version(version));
        }
        let len = index(u64_at(header, 16)).ok_or(ImageError::Truncated)?;
        let content_at = index(u64_at(header, 24)).ok_or(ImageError::Truncated)?;
        if bytes.len() < len || len < content_at || content_at < HEADER_SIZE {
            return Err(ImageError::Truncated);
        }
        if CHECKSUM.checksum(&bytes[16..content_at]) != u32_at(header, 12) {
            return Err(ImageError::Checksum);
        }
        let node_count = u32_at(header, 32);
        let records = (node_count as usize).checked_mul(NODE_SIZE);
        let text_at = records.and_then(|records| records.checked_add(HEADER_SIZE));
        let text_at = text_at.ok_or(ImageError::Truncated)?;
        let text_end = text_at.checked_add(u32_at(header, 36) as usize);
        let text_end = text_end.filter(|end| *end <= content_at);
        let text = text_at..text_end.ok_or(ImageError::Truncated)?;
        let mut image = Self {
            bytes: bytes.slice(..len),
            node_count,
            text,
            content: content_at..len,
            settings: Settings::default(),
        };
        image.settings = image.read_settings()?;
        Ok(image)
    }

    fn read_settings(&self) -> Result<Settings, ImageError> {
        let header = &self.bytes[..HEADER_SIZE];
        let cwd = self
            .text(u64::from(u32_at(header, 60)), u64::from(u32_at(header, 64)))
            .filter(|cwd| cwd.is_empty() || cwd.starts_with('/') && cwd.len() <= PATH_MAX)
            .ok_or(ImageError::WorkingDirectory)?;
        Ok(Settings {
            preopen: if u32_at(header, 56) & NO_PREOPEN == 0 {
                Preopening::Root
            } else {
                Preopening::Nothing
            },
            working_directory: (!cwd.is_empty()).then(|| cwd.to_owned()),
            limits: Limits {
                bytes: u64_at(header, 40),
                inodes: u64_at(header, 48),
            },
        })
    }

    /// What a program finds beside the files.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many nodes there are, the root among them.
    pub fn node_count(&self) -> u32 {
        self.node_count
    }

    /// The node at `index`, below [`Image::node_count`].
    ///
    /// # Errors
    /// `Node`.
    pub fn node(&self, index: u32) -> Result<ImageNode<'_>, ImageError> {
        self.read_node(index).ok_or(ImageError::Node(index))
    }

    fn read_node(&self, index: u32) -> Option<ImageNode<'_>> {
        let record = self.record(index)?;
        let parent = u32_at(record, 0);
        let name = self.text(
            u64::from(u32_at(record, 8)),
            u64::from(u16::from_le_bytes([record[6], record[7]])),
        )?;
        let (at, size) = (u64_at(record, 24), u64_at(record, 32));
        let kind = match record[4] {
            KIND_FILE => ImageNodeKind::File(self.content(at, size)?),
            KIND_DIRECTORY => ImageNodeKind::Directory,
            KIND_SYMLINK => {
                let target = self.text(at, size)?;
                let fits = (1..=PATH_MAX).contains(&target.len()) && !target.starts_with('/');
                ImageNodeKind::Symlink(fits.then_some(target)?)
            }
            KIND_HARD_LINK => {
                ImageNodeKind::HardLink(u32::try_from(at).ok().filter(|node| *node < index)?)
            }
            _ => return None,
        };
        let is_root = index == 0 && parent == 0 && name.is_empty();
        let is_named = parent < index && is_component(name);
        (is_root || is_named).then_some(ImageNode {
            parent,
            name,
            kind,
            origin: Origin {
                modification: Timestamp(u64_at(record, 16)),
                mode: u32_at(record, 12),
            },
        })
    }

    /// Checks every node and the content of every file.
    ///
    /// # Errors
    /// `Node`, `Content`.
    pub fn verify(&self) -> Result<(), ImageError> {
        for index in 0..self.node_count {
            let node = self.node(index)?;
            if let (ImageNodeKind::File(content), Some(record)) = (node.kind, self.record(index))
                && FAST_CHECKSUM.checksum(&content) != u32_at(record, 40)
            {
                return Err(ImageError::Content(index));
            }
        }
        Ok(())
    }

    fn record(&self, index: u32) -> Option<&[u8]> {
        if index >= self.node_count {
            return None;
        }
        let at = HEADER_SIZE + index as usize * NODE_SIZE;
        self.bytes.get(at..at + NODE_SIZE)
    }

    fn text(&self, at: u64, len: u64) -> Option<&str> {
        let range = within(&self.text, at, len)?;
        std::str::from_utf8(&self.bytes[range]).ok()
    }

    fn content(&self, at: u64, len: u64) -> Option<Bytes> {
        within(&self.content, at, len).map(|range| self.bytes.slice(range))
    }
}

/// `len` bytes at `at` of a part of the image.
fn within(part: &Range<usize>, at: u64, len: u64) -> Option<Range<usize>> {
    let start = part.start.checked_add(index(at)?)?;
    let end = start.checked_add(index(len)?)?;
    (end <= part.end).then_some(start..end)
}

fn is_component(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.len())
        && !matches!(name, "." | "..")
        && !name.bytes().any(|byte| byte == b'/' || byte == 0)
}

fn index(value: u64) -> Option<usize> {
    usize::try_from(value).ok()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(value)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}
