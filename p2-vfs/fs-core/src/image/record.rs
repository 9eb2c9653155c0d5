//! The records of an image, field by field: the one place that knows their offsets.

use crate::types::Timestamp;

/// What an inode is, as its record says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    File = 1,
    Directory = 2,
    Symlink = 3,
}

impl RecordKind {
    fn read(byte: u8) -> Option<Self> {
        [Self::File, Self::Directory, Self::Symlink]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The record of an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InodeRecord {
    pub(super) kind: RecordKind,
    pub(super) is_read_only: bool,
    pub(super) mode: u32,
    pub(super) link_count: u32,
    /// CRC-32 of a file's content.
    pub(super) checksum: u32,
    pub(super) access: Timestamp,
    pub(super) modification: Timestamp,
    pub(super) change: Timestamp,
    /// File: offset in the content; directory: its first entry; link: of the target in the text.
    pub(super) at: u64,
    /// Bytes; of a directory, entries.
    pub(super) len: u64,
}

impl InodeRecord {
    pub(super) const SIZE: usize = 64;

    pub(super) fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&[self.kind as u8, u8::from(self.is_read_only), 0, 0]);
        for word in [self.mode, self.link_count, self.checksum] {
            to.extend_from_slice(&word.to_le_bytes());
        }
        let times = [self.access.0, self.modification.0, self.change.0];
        for word in times.into_iter().chain([self.at, self.len, 0]) {
            to.extend_from_slice(&word.to_le_bytes());
        }
    }

    pub(super) fn read(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        Some(Self {
            kind: RecordKind::read(bytes[0])?,
            is_read_only: bytes[1] != 0,
            mode: u32_at(bytes, 4),
            link_count: u32_at(bytes, 8),
            checksum: u32_at(bytes, 12),
            access: Timestamp(u64_at(bytes, 16)),
            modification: Timestamp(u64_at(bytes, 24)),
            change: Timestamp(u64_at(bytes, 32)),
            at: u64_at(bytes, 40),
            len: u64_at(bytes, 48),
        })
    }
}

/// The record of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryRecord {
    pub(super) name_at: u32,
    pub(super) name_len: u16,
    /// What the inode is.
    pub(super) kind: RecordKind,
    pub(super) inode: u32,
    /// [`super::hash`] of the directory and the name.
    pub(super) hash: u32,
}

impl EntryRecord {
    pub(super) const SIZE: usize = 16;

    pub(super) fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.name_at.to_le_bytes());
        to.extend_from_slice(&self.name_len.to_le_bytes());
        to.extend_from_slice(&[self.kind as u8, 0]);
        to.extend_from_slice(&self.inode.to_le_bytes());
        to.extend_from_slice(&self.hash.to_le_bytes());
    }

    pub(super) fn read(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        Some(Self {
            name_at: u32_at(bytes, 0),
            name_len: u16::from_le_bytes([bytes[4], bytes[5]]),
            kind: RecordKind::read(bytes[6])?,
            inode: u32_at(bytes, 8),
            hash: u32_at(bytes, 12),
        })
    }
}

/// The header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) len: u64,
    pub(super) content_at: u64,
    pub(super) inodes: u32,
    pub(super) entries: u32,
    pub(super) slots: u32,
    pub(super) text_len: u64,
    pub(super) limit_bytes: u64,
    pub(super) limit_inodes: u64,
    pub(super) settings: u32,
    pub(super) cwd_at: u32,
    pub(super) cwd_len: u32,
    /// CRC-32 of what lies between the header and the content.
    pub(super) checksum: u32,
}

impl Header {
    pub(super) const SIZE: usize = 128;
    pub(super) const MAGIC: [u8; 8] = *b"monakafs";
    pub(super) const VERSION: u32 = 2;

    pub(super) fn write(&self, checksum: impl Fn(&[u8]) -> u32) -> Vec<u8> {
        let mut fields = Vec::with_capacity(Self::SIZE);
        for word in [self.len, self.content_at] {
            fields.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.inodes, self.entries, self.slots, 0] {
            fields.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.text_len, self.limit_bytes, self.limit_inodes] {
            fields.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.settings, self.cwd_at, self.cwd_len, self.checksum] {
            fields.extend_from_slice(&word.to_le_bytes());
        }
        fields.resize(Self::SIZE - 16, 0);
        let mut header = Self::MAGIC.to_vec();
        header.extend_from_slice(&Self::VERSION.to_le_bytes());
        header.extend_from_slice(&checksum(&fields).to_le_bytes());
        header.append(&mut fields);
        header
    }

    /// The fields behind the magic and the version, if they match their checksum.
    pub(super) fn read(bytes: &[u8; Self::SIZE], checksum: impl Fn(&[u8]) -> u32) -> Option<Self> {
        (checksum(&bytes[16..]) == u32_at(bytes, 12)).then(|| Self {
            len: u64_at(bytes, 16),
            content_at: u64_at(bytes, 24),
            inodes: u32_at(bytes, 32),
            entries: u32_at(bytes, 36),
            slots: u32_at(bytes, 40),
            text_len: u64_at(bytes, 48),
            limit_bytes: u64_at(bytes, 56),
            limit_inodes: u64_at(bytes, 64),
            settings: u32_at(bytes, 72),
            cwd_at: u32_at(bytes, 76),
            cwd_len: u32_at(bytes, 80),
            checksum: u32_at(bytes, 84),
        })
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(value)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}
