//! The values that operations and outcomes are made of.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::wire::{Put, Reader};

/// Which compound of a session: 1, 2, 3 and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// An open file description of a session. The client chooses the number, so that what follows an
/// OPEN can be sent with it. [`Handle::ROOT`] is open from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub u32);

impl Handle {
    /// The directory that the session is attached to.
    pub const ROOT: Self = Self(0);
}

/// A directory that is read page by page. The client chooses the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListingId(pub u32);

/// What an inode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file: 0.
    Regular,
    /// A directory: 1.
    Directory,
    /// A symbolic link: 2.
    SymbolicLink,
}

impl FileKind {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            0 => Ok(Self::Regular),
            1 => Ok(Self::Directory),
            2 => Ok(Self::SymbolicLink),
            _ => Err(Malformed::Value("file kind")),
        }
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.put_u8(match self {
            Self::Regular => 0,
            Self::Directory => 1,
            Self::SymbolicLink => 2,
        });
    }
}

/// The attributes of an inode: 57 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Its number: never given to another inode as long as the server runs.
    pub node: u64,
    /// What it is.
    pub kind: FileKind,
    /// How many names it has.
    pub links: u64,
    /// Bytes.
    pub size: u64,
    /// Last access, in nanoseconds since 1970.
    pub accessed: u64,
    /// Last change of the content.
    pub modified: u64,
    /// Last change of anything.
    pub changed: u64,
    /// Another value after each change of content or attributes: what caches are validated by.
    pub version: u64,
}

impl Attributes {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            node: reader.u64()?,
            kind: FileKind::read(reader)?,
            links: reader.u64()?,
            size: reader.u64()?,
            accessed: reader.u64()?,
            modified: reader.u64()?,
            changed: reader.u64()?,
            version: reader.u64()?,
        })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.put_u64(self.node);
        self.kind.write(out);
        for field in [
            self.links,
            self.size,
            self.accessed,
            self.modified,
            self.changed,
            self.version,
        ] {
            out.put_u64(field);
        }
    }
}

/// What a time is set to: one byte, and 8 more for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTime {
    /// It stays: 0.
    Keep,
    /// The server's time: 1.
    Now,
    /// This many nanoseconds since 1970: 2.
    At(u64),
}

impl NewTime {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            0 => Ok(Self::Keep),
            1 => Ok(Self::Now),
            2 => reader.u64().map(Self::At),
            _ => Err(Malformed::Value("new time")),
        }
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Keep => out.put_u8(0),
            Self::Now => out.put_u8(1),
            Self::At(time) => {
                out.put_u8(2);
                out.put_u64(time);
            }
        }
    }
}

/// A promise about an inode for a time: what the client asks for or is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lease {
    /// None: 0.
    None,
    /// Nobody else changes the content: 1.
    Read,
    /// Nobody else opens or changes it: 2.
    Write,
}

impl Lease {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            0 => Ok(Self::None),
            1 => Ok(Self::Read),
            2 => Ok(Self::Write),
            _ => Err(Malformed::Value("lease")),
        }
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.put_u8(match self {
            Self::None => 0,
            Self::Read => 1,
            Self::Write => 2,
        });
    }
}

/// How much the file system holds and may hold: 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes of content there may be.
    pub bytes: u64,
    /// Bytes of content there are.
    pub used_bytes: u64,
    /// Inodes there may be.
    pub inodes: u64,
    /// Inodes there are.
    pub used_inodes: u64,
}

impl Space {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            bytes: reader.u64()?,
            used_bytes: reader.u64()?,
            inodes: reader.u64()?,
            used_inodes: reader.u64()?,
        })
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for field in [self.bytes, self.used_bytes, self.inodes, self.used_inodes] {
            out.put_u64(field);
        }
    }
}
