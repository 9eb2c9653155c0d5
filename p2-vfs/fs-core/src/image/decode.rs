//! Reading images. Everything is checked before it is believed.

use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::record::{EntryRecord, Header, InodeRecord, u32_at};
use super::{CHECKSUM, NO_PREOPEN, Preopening, Settings};
use crate::path::PATH_MAX;
use crate::space::Limits;

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// They do not begin with the magic.
    NotAnImage,
    /// They are of a version that this crate does not know.
    Version(u32),
    /// They end too early.
    Truncated,
    /// The header, or what describes the inodes and names, does not match its checksum.
    Checksum,
    /// An inode, by its index, makes no sense.
    Inode(u32),
    /// A name, by its index, makes no sense.
    Name(u32),
    /// A file's content, by its inode's index, does not match its checksum.
    Content(u32),
    /// The working directory makes no sense.
    WorkingDirectory,
    /// There is no room for the inodes.
    InsufficientSpace,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("not a file-system image"),
            Self::Version(version) => write!(f, "image version {version} is not known"),
            Self::Truncated => f.write_str("the image is truncated"),
            Self::Checksum => f.write_str("the image's checksum does not match"),
            Self::Inode(index) => write!(f, "inode {index} of the image is damaged"),
            Self::Name(index) => write!(f, "name {index} of the image is damaged"),
            Self::Content(index) => write!(f, "the content of inode {index} is damaged"),
            Self::WorkingDirectory => f.write_str("the image's working directory is damaged"),
            Self::InsufficientSpace => f.write_str("the image does not fit into the file system"),
        }
    }
}

impl std::error::Error for ImageError {}

/// An image whose header is good.
#[derive(Clone, Debug)]
pub struct Image {
    bytes: Bytes,
    pub(super) header: Header,
    inodes: Range<usize>,
    entries: Range<usize>,
    slots: Range<usize>,
    text: Range<usize>,
    content: Range<usize>,
    settings: Settings,
}

impl Image {
    /// Reads and checks the header alone, however large the image is. An image that comes from
    /// elsewhere is to be [verified](Image::verify), too: what is damaged behind the header is `Io`
    /// only when it is met, and not every damage can be told then.
    ///
    /// # Errors
    /// `NotAnImage`, `Version`, `Truncated`, `Checksum`, `WorkingDirectory`.
    pub fn parse(bytes: Bytes) -> Result<Self, ImageError> {
        if !bytes.starts_with(&Header::MAGIC) {
            return Err(ImageError::NotAnImage);
        }
        let start = bytes.first_chunk::<{ Header::SIZE }>();
        let start = start.ok_or(ImageError::Truncated)?;
        let version = u32_at(start, 8);
        if version != Header::VERSION {
            return Err(ImageError::Version(version));
        }
        let header = Header::read(start, |fields| CHECKSUM.checksum(fields));
        let header = header.ok_or(ImageError::Checksum)?;
        let mut image = Self::lay_out(bytes, header).ok_or(ImageError::Truncated)?;
        image.settings = image.read_settings()?;
        Ok(image)
    }

    /// Where the parts are, if they fit into the bytes.
    fn lay_out(bytes: Bytes, header: Header) -> Option<Self> {
        let part = |start: usize, count: u64, size: usize| -> Option<Range<usize>> {
            let len = usize::try_from(count).ok()?.checked_mul(size)?;
            Some(start..start.checked_add(len)?)
        };
        let inodes = part(Header::SIZE, header.inodes.into(), InodeRecord::SIZE)?;
        let entries = part(inodes.end, header.entries.into(), EntryRecord::SIZE)?;
        let slots = part(entries.end, header.slots.into(), 4)?;
        let text = part(slots.end, header.text_len, 1)?;
        let len = usize::try_from(header.len).ok()?;
        let content = usize::try_from(header.content_at).ok()?..len;
        let is_ordered = text.end <= content.start && content.start <= len && len <= bytes.len();
        let makes_sense = header.inodes > 0 && header.slots.is_power_of_two();
        (is_ordered && makes_sense).then(|| Self {
            bytes: bytes.slice(..len),
            header,
            inodes,
            entries,
            slots,
            text,
            content,
            settings: Settings::default(),
        })
    }

    fn read_settings(&self) -> Result<Settings, ImageError> {
        let header = &self.header;
        let cwd = self
            .text(header.cwd_at.into(), header.cwd_len.into())
            .filter(|cwd| cwd.is_empty() || cwd.starts_with('/') && cwd.len() <= PATH_MAX)
            .ok_or(ImageError::WorkingDirectory)?;
        Ok(Settings {
            preopen: if header.settings & NO_PREOPEN == 0 {
                Preopening::Root
            } else {
                Preopening::Nothing
            },
            working_directory: (!cwd.is_empty()).then(|| cwd.to_owned()),
            limits: Limits {
                bytes: header.limit_bytes,
                inodes: header.limit_inodes,
            },
        })
    }

    /// What a program finds beside the files.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many inodes there are, the root among them.
    pub fn inode_count(&self) -> u32 {
        self.header.inodes
    }

    /// How many names there are in all directories.
    pub(super) fn name_count(&self) -> u32 {
        self.header.entries
    }

    /// All of it.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What lies between the header and the content.
    pub(super) fn metadata(&self) -> &[u8] {
        &self.bytes[Header::SIZE..self.content.start]
    }

    pub(super) fn inode_record(&self, index: u32) -> Option<InodeRecord> {
        InodeRecord::read(self.record(&self.inodes, index)?)
    }

    pub(super) fn entry_record(&self, index: u32) -> Option<EntryRecord> {
        EntryRecord::read(self.record(&self.entries, index)?)
    }

    /// The entry in a slot of the hash table.
    pub(super) fn slot(&self, index: u32) -> Option<u32> {
        self.record::<4>(&self.slots, index)
            .map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn record<const SIZE: usize>(&self, part: &Range<usize>, index: u32) -> Option<&[u8; SIZE]> {
        let at = (index as usize).checked_mul(SIZE)?;
        self.bytes[part.clone()].get(at..)?.first_chunk()
    }

    pub(super) fn text(&self, at: u64, len: u64) -> Option<&str> {
        std::str::from_utf8(&self.bytes[within(&self.text, at, len)?]).ok()
    }

    pub(super) fn content(&self, at: u64, len: u64) -> Option<Bytes> {
        within(&self.content, at, len).map(|range| self.bytes.slice(range))
    }
}

/// `len` bytes at `at` of a part of the image.
fn within(part: &Range<usize>, at: u64, len: u64) -> Option<Range<usize>> {
    let start = part.start.checked_add(usize::try_from(at).ok()?)?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    (end <= part.end).then_some(start..end)
}
