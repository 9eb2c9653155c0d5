//! Frames: a header of 16 bytes and a body.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::values::Seq;
use crate::wire::{Put, Reader};

/// Bytes of a header: length of the frame (u32), kind (u16), count (u16), sequence number (u64).
pub const HEADER: usize = 16;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A client opens a session.
    Hello,
    /// A client goes on with a session on a new connection.
    Resume,
    /// The server asks for a proof.
    Challenge,
    /// The client proves that it knows the secret.
    Proof,
    /// The server opens or goes on with the session.
    Welcome,
    /// Operations.
    Compound,
    /// The outcomes of a compound's operations.
    Reply,
    /// Is the peer there?
    Ping,
    /// It is.
    Pong,
    /// The client ends its session.
    Bye,
    /// The sender closes the connection, and why.
    Fatal,
}

const KINDS: [(Kind, u16); 11] = [
    (Kind::Hello, 1),
    (Kind::Resume, 2),
    (Kind::Challenge, 3),
    (Kind::Proof, 4),
    (Kind::Welcome, 5),
    (Kind::Compound, 6),
    (Kind::Reply, 7),
    (Kind::Ping, 8),
    (Kind::Pong, 9),
    (Kind::Bye, 10),
    (Kind::Fatal, 11),
];

impl Kind {
    fn from_wire(number: u16) -> Result<Self, Malformed> {
        let found = KINDS.iter().find(|(_, wire)| *wire == number);
        found.map(|(kind, _)| *kind).ok_or(Malformed::Kind(number))
    }

    fn to_wire(self) -> u16 {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or(0, |(_, wire)| *wire)
    }
}

/// A frame within the bytes it was received in.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What it is for.
    pub kind: Kind,
    /// How many operations or outcomes the body holds.
    pub count: u16,
    /// Which compound it is, or answers.
    pub seq: Seq,
    /// What follows the header.
    pub body: &'a [u8],
}

/// The first frame in `bytes` and how many bytes it takes; `None` as long as some are missing.
///
/// # Errors
/// [`Malformed::FrameLength`] as soon as the length is known, so that nobody waits for, or makes
/// room for, more than `max` bytes; [`Malformed::Kind`].
pub fn split(bytes: &[u8], max: usize) -> Result<Option<(Frame<'_>, usize)>, Malformed> {
    let mut reader = Reader::new(bytes);
    let Ok(len) = reader.u32() else {
        return Ok(None);
    };
    let size = len as usize;
    if size < HEADER || size > max {
        return Err(Malformed::FrameLength { len, max });
    }
    if bytes.len() < HEADER {
        return Ok(None);
    }
    let kind = Kind::from_wire(reader.u16()?)?;
    let count = reader.u16()?;
    let seq = Seq(reader.u64()?);
    let Some(body) = bytes.get(HEADER..size) else {
        return Ok(None);
    };
    let frame = Frame {
        kind,
        count,
        seq,
        body,
    };
    Ok(Some((frame, size)))
}

/// How many bytes the first frame in `bytes` takes, once that is known.
pub fn announced(bytes: &[u8]) -> Option<usize> {
    Some(Reader::new(bytes).u32().ok()? as usize)
}

/// Appends a whole frame.
pub fn write(out: &mut Vec<u8>, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    put_header(out, kind, 0, Seq(0));
    body(out);
    finish(out, start, 0);
}

/// Appends a header whose length [`finish`] fills in.
pub(crate) fn put_header(out: &mut Vec<u8>, kind: Kind, count: u16, seq: Seq) {
    out.put_u32(0);
    out.put_u16(kind.to_wire());
    out.put_u16(count);
    out.put_u64(seq.0);
}

/// Fills in the header at `start` of a frame that ends `more` bytes behind `out`.
pub(crate) fn finish(out: &mut [u8], start: usize, more: usize) {
    let len = (out.len() - start + more) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}
