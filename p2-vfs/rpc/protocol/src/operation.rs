//! What a client asks for.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::values::{Handle, Lease, ListingId, NewTime};
use crate::wire::{Put, Reader};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal),* $(,)?) => {
        /// Which operation. The numbers are part of the protocol and do not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Code {
            $($(#[$doc])* $name = $number),*
        }

        impl Code {
            /// The operation of a number, if there is one.
            pub fn from_wire(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// Opens, and may create, what is at a path.
    Open = 1,
    /// Closes a handle.
    Close = 2,
    /// The attributes of a handle's inode.
    Stat = 3,
    /// The attributes of the inode at a path.
    StatAt = 4,
    /// Reads content.
    Read = 5,
    /// Writes content.
    Write = 6,
    /// Cuts or extends a file.
    SetSize = 7,
    /// Extends a file if it is shorter.
    Allocate = 8,
    /// Sets times.
    SetTimes = 9,
    /// Reads a page of a directory.
    ReadDirectory = 10,
    /// Creates a directory.
    CreateDirectory = 11,
    /// Creates a symbolic link.
    SymbolicLink = 12,
    /// What a symbolic link holds.
    ReadLink = 13,
    /// Creates a hard link.
    HardLink = 14,
    /// Moves a name.
    Rename = 15,
    /// Removes a name.
    Remove = 16,
    /// Makes content durable.
    Sync = 17,
    /// How much there is room for.
    Space = 18,
    /// Gives a lease back.
    ReturnLease = 19,
}

/// Where a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// To an offset: 0.
    Offset(u64),
    /// To the end: 1.
    End,
}

/// Whose times are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimesOf<'a> {
    /// Those of the handle's inode: 0.
    Handle,
    /// Those of the inode at a path: 1; with how the path is resolved.
    Path(u8, &'a str),
}

/// An operation. Flags are those of `wasi:filesystem@0.2`, bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    /// See [`Code::Open`].
    Open {
        /// Where the path starts.
        directory: Handle,
        /// The number that the description gets; it must be free.
        handle: Handle,
        /// `path-flags`.
        at: u8,
        /// `open-flags`.
        open: u8,
        /// `descriptor-flags`.
        access: u8,
        /// The lease that the client would like.
        lease: Lease,
        /// How much content to send along at most.
        inline: u32,
        /// The version of the content that the client has, or 0: that is not sent again.
        known: u64,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::Close`].
    Close(Handle),
    /// See [`Code::Stat`].
    Stat {
        /// Of what.
        handle: Handle,
        /// The lease that the client would like.
        lease: Lease,
    },
    /// See [`Code::StatAt`].
    StatAt {
        /// Where the path starts.
        directory: Handle,
        /// `path-flags`.
        at: u8,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::Read`].
    Read {
        /// From what.
        handle: Handle,
        /// From where.
        offset: u64,
        /// How much at most.
        len: u32,
    },
    /// See [`Code::Write`].
    Write {
        /// To what.
        handle: Handle,
        /// To where.
        position: Position,
        /// The version that the file must have, or 0 for any: otherwise `NotRecoverable`.
        expected: u64,
        /// What, in the payload.
        data: &'a [u8],
    },
    /// See [`Code::SetSize`].
    SetSize {
        /// Of what.
        handle: Handle,
        /// How long it is to be.
        size: u64,
    },
    /// See [`Code::Allocate`].
    Allocate {
        /// Of what.
        handle: Handle,
        /// From where.
        offset: u64,
        /// How much.
        len: u64,
    },
    /// See [`Code::SetTimes`].
    SetTimes {
        /// Of what, or from where.
        handle: Handle,
        /// Of what.
        of: TimesOf<'a>,
        /// The time of the last access.
        access: NewTime,
        /// The time of the last change of content.
        modification: NewTime,
    },
    /// See [`Code::ReadDirectory`].
    ReadDirectory {
        /// Of what.
        handle: Handle,
        /// Which reading.
        listing: ListingId,
        /// How many entries the client has; 0 starts the reading.
        cookie: u64,
        /// How many bytes of entries at most.
        len: u32,
    },
    /// See [`Code::CreateDirectory`].
    CreateDirectory {
        /// Where the path starts.
        directory: Handle,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::SymbolicLink`].
    SymbolicLink {
        /// Where the path starts.
        directory: Handle,
        /// What it holds.
        target: &'a str,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::ReadLink`].
    ReadLink {
        /// Where the path starts.
        directory: Handle,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::HardLink`].
    HardLink {
        /// Where the old path starts.
        directory: Handle,
        /// `path-flags` of the old path.
        at: u8,
        /// The old path.
        path: &'a str,
        /// Where the new path starts.
        new_directory: Handle,
        /// The new path.
        new_path: &'a str,
    },
    /// See [`Code::Rename`].
    Rename {
        /// Where the old path starts.
        directory: Handle,
        /// The old path.
        path: &'a str,
        /// Where the new path starts.
        new_directory: Handle,
        /// The new path.
        new_path: &'a str,
    },
    /// See [`Code::Remove`].
    Remove {
        /// Where the path starts.
        directory: Handle,
        /// Whether it is an empty directory (1) or anything else (0).
        is_directory: bool,
        /// The path.
        path: &'a str,
    },
    /// See [`Code::Sync`].
    Sync {
        /// Of what.
        handle: Handle,
        /// Whether the content is enough (1) or the attributes count, too (0).
        data_only: bool,
    },
    /// See [`Code::Space`].
    Space,
    /// See [`Code::ReturnLease`].
    ReturnLease {
        /// The inode.
        node: u64,
    },
    /// A code that this version does not know; it is answered with `Unsupported`.
    Unknown(u16),
    /// A known operation with a name that is not UTF-8; it is answered with
    /// `IllegalByteSequence`.
    NotText(Code),
}

impl<'a> Operation<'a> {
    /// The operation of a code, in `fields`, with its content from the start of `payload`.
    pub(crate) fn read(
        code: u16,
        fields: &'a [u8],
        payload: &mut Reader<'a>,
    ) -> Result<Self, Malformed> {
        let Some(known) = Code::from_wire(code) else {
            return Ok(Self::Unknown(code));
        };
        match Self::read_known(known, Reader::new(fields), payload) {
            Err(Malformed::Text) => Ok(Self::NotText(known)),
            read => read,
        }
    }

    fn read_known(
        code: Code,
        mut fields: Reader<'a>,
        payload: &mut Reader<'a>,
    ) -> Result<Self, Malformed> {
        let fields = &mut fields;
        let handle = |fields: &mut Reader<'a>| fields.u32().map(Handle);
        let operation = match code {
            Code::Open => Self::Open {
                directory: handle(fields)?,
                handle: handle(fields)?,
                at: fields.u8()?,
                open: fields.u8()?,
                access: fields.u8()?,
                lease: Lease::read(fields)?,
                inline: data_len(fields.u32()?)?,
                known: fields.u64()?,
                path: fields.text()?,
            },
            Code::Close => Self::Close(handle(fields)?),
            Code::Stat => Self::Stat {
                handle: handle(fields)?,
                lease: Lease::read(fields)?,
            },
            Code::StatAt => Self::StatAt {
                directory: handle(fields)?,
                at: fields.u8()?,
                path: fields.text()?,
            },
            Code::Read => Self::Read {
                handle: handle(fields)?,
                offset: fields.u64()?,
                len: data_len(fields.u32()?)?,
            },
            Code::Write => Self::Write {
                handle: handle(fields)?,
                position: match (fields.u8()?, fields.u64()?) {
                    (0, offset) => Position::Offset(offset),
                    (1, 0) => Position::End,
                    _ => return Err(Malformed::Value("position")),
                },
                expected: fields.u64()?,
                data: payload.bytes(data_len(fields.u32()?)? as usize)?,
            },
            Code::SetSize => Self::SetSize {
                handle: handle(fields)?,
                size: fields.u64()?,
            },
            Code::Allocate => Self::Allocate {
                handle: handle(fields)?,
                offset: fields.u64()?,
                len: fields.u64()?,
            },
            Code::SetTimes => Self::SetTimes {
                handle: handle(fields)?,
                of: match fields.u8()? {
                    0 => TimesOf::Handle,
                    1 => TimesOf::Path(fields.u8()?, fields.text()?),
                    _ => return Err(Malformed::Value("whose times")),
                },
                access: NewTime::read(fields)?,
                modification: NewTime::read(fields)?,
            },
            Code::ReadDirectory => Self::ReadDirectory {
                handle: handle(fields)?,
                listing: ListingId(fields.u32()?),
                cookie: fields.u64()?,
                len: data_len(fields.u32()?)?,
            },
            Code::CreateDirectory => Self::CreateDirectory {
                directory: handle(fields)?,
                path: fields.text()?,
            },
            Code::SymbolicLink => Self::SymbolicLink {
                directory: handle(fields)?,
                target: fields.text()?,
                path: fields.text()?,
            },
            Code::ReadLink => Self::ReadLink {
                directory: handle(fields)?,
                path: fields.text()?,
            },
            Code::HardLink => Self::HardLink {
                directory: handle(fields)?,
                at: fields.u8()?,
                path: fields.text()?,
                new_directory: handle(fields)?,
                new_path: fields.text()?,
            },
            Code::Rename => Self::Rename {
                directory: handle(fields)?,
                path: fields.text()?,
                new_directory: handle(fields)?,
                new_path: fields.text()?,
            },
            Code::Remove => Self::Remove {
                directory: handle(fields)?,
                is_directory: flag(fields)?,
                path: fields.text()?,
            },
            Code::Sync => Self::Sync {
                handle: handle(fields)?,
                data_only: flag(fields)?,
            },
            Code::Space => Self::Space,
            Code::ReturnLease => Self::ReturnLease {
                node: fields.u64()?,
            },
        };
        fields.end()?;
        Ok(operation)
    }

    /// Which operation it is, as a number.
    pub fn code(&self) -> u16 {
        let code = match self {
            Self::Open { .. } => Code::Open,
            Self::Close(_) => Code::Close,
            Self::Stat { .. } => Code::Stat,
            Self::StatAt { .. } => Code::StatAt,
            Self::Read { .. } => Code::Read,
            Self::Write { .. } => Code::Write,
            Self::SetSize { .. } => Code::SetSize,
            Self::Allocate { .. } => Code::Allocate,
            Self::SetTimes { .. } => Code::SetTimes,
            Self::ReadDirectory { .. } => Code::ReadDirectory,
            Self::CreateDirectory { .. } => Code::CreateDirectory,
            Self::SymbolicLink { .. } => Code::SymbolicLink,
            Self::ReadLink { .. } => Code::ReadLink,
            Self::HardLink { .. } => Code::HardLink,
            Self::Rename { .. } => Code::Rename,
            Self::Remove { .. } => Code::Remove,
            Self::Sync { .. } => Code::Sync,
            Self::Space => Code::Space,
            Self::ReturnLease { .. } => Code::ReturnLease,
            Self::Unknown(code) => return *code,
            Self::NotText(code) => *code,
        };
        code as u16
    }

    /// Whether it may be done twice: it changes neither files nor the session.
    pub fn is_repeatable(&self) -> bool {
        matches!(
            self,
            Self::Stat { .. }
                | Self::StatAt { .. }
                | Self::Read { .. }
                | Self::ReadLink { .. }
                | Self::Space
                | Self::Unknown(_)
                | Self::NotText(_)
        )
    }

    /// Appends the fields; content goes elsewhere.
    pub(crate) fn write_fields(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Open {
                directory,
                handle,
                at,
                open,
                access,
                lease,
                inline,
                known,
                path,
            } => {
                out.put_u32(directory.0);
                out.put_u32(handle.0);
                out.put(&[at, open, access]);
                lease.write(out);
                out.put_u32(inline);
                out.put_u64(known);
                out.put_text(path);
            }
            Self::Close(handle) => out.put_u32(handle.0),
            Self::Stat { handle, lease } => {
                out.put_u32(handle.0);
                lease.write(out);
            }
            Self::StatAt {
                directory,
                at,
                path,
            } => {
                out.put_u32(directory.0);
                out.put_u8(at);
                out.put_text(path);
            }
            Self::Read {
                handle,
                offset,
                len,
            } => {
                out.put_u32(handle.0);
                out.put_u64(offset);
                out.put_u32(len);
            }
            Self::Write {
                handle,
                position,
                expected,
                data,
            } => {
                out.put_u32(handle.0);
                let (kind, offset) = match position {
                    Position::Offset(offset) => (0, offset),
                    Position::End => (1, 0),
                };
                out.put_u8(kind);
                out.put_u64(offset);
                out.put_u64(expected);
                out.put_u32(data.len() as u32);
            }
            Self::SetSize { handle, size } => {
                out.put_u32(handle.0);
                out.put_u64(size);
            }
            Self::Allocate {
                handle,
                offset,
                len,
            } => {
                out.put_u32(handle.0);
                out.put_u64(offset);
                out.put_u64(len);
            }
            Self::SetTimes {
                handle,
                of,
                access,
                modification,
            } => {
                out.put_u32(handle.0);
                match of {
                    TimesOf::Handle => out.put_u8(0),
                    TimesOf::Path(at, path) => {
                        out.put(&[1, at]);
                        out.put_text(path);
                    }
                }
                access.write(out);
                modification.write(out);
            }
            Self::ReadDirectory {
                handle,
                listing,
                cookie,
                len,
            } => {
                out.put_u32(handle.0);
                out.put_u32(listing.0);
                out.put_u64(cookie);
                out.put_u32(len);
            }
            Self::CreateDirectory { directory, path } | Self::ReadLink { directory, path } => {
                out.put_u32(directory.0);
                out.put_text(path);
            }
            Self::SymbolicLink {
                directory,
                target,
                path,
            } => {
                out.put_u32(directory.0);
                out.put_text(target);
                out.put_text(path);
            }
            Self::HardLink {
                directory,
                at,
                path,
                new_directory,
                new_path,
            } => {
                out.put_u32(directory.0);
                out.put_u8(at);
                out.put_text(path);
                out.put_u32(new_directory.0);
                out.put_text(new_path);
            }
            Self::Rename {
                directory,
                path,
                new_directory,
                new_path,
            } => {
                out.put_u32(directory.0);
                out.put_text(path);
                out.put_u32(new_directory.0);
                out.put_text(new_path);
            }
            Self::Remove {
                directory,
                is_directory,
                path,
            } => {
                out.put_u32(directory.0);
                out.put_u8(u8::from(is_directory));
                out.put_text(path);
            }
            Self::Sync { handle, data_only } => {
                out.put_u32(handle.0);
                out.put_u8(u8::from(data_only));
            }
            Self::ReturnLease { node } => out.put_u64(node),
            Self::Space | Self::Unknown(_) | Self::NotText(_) => {}
        }
    }
}

fn flag(fields: &mut Reader<'_>) -> Result<bool, Malformed> {
    match fields.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed::Value("flag")),
    }
}

fn data_len(len: u32) -> Result<u32, Malformed> {
    if len as usize > crate::MAX_DATA {
        return Err(Malformed::OverLimit {
            what: "bytes of content",
            count: len as usize,
        });
    }
    Ok(len)
}
