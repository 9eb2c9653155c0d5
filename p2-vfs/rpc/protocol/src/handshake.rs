//! How a session begins, and begins again on another connection.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Malformed;
use crate::frame::{self, Kind};
use crate::proof::Proof;
use crate::values::{Attributes, Seq};
use crate::wire::{Put, Reader};

/// What every first frame starts with, so that a stray peer is noticed.
const MAGIC: [u8; 4] = *b"MWP1";

/// Bytes of a nonce.
pub const NONCE_LEN: usize = 32;

/// Random bytes, used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub [u8; NONCE_LEN]);

/// A session, in the words of the server that runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub u64);

/// Who else may use the directory at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Anybody: 0.
    Shared,
    /// Nobody: 1. The server refuses others, and this session if there are others.
    Private,
}

/// A client's first frame for a new session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello<'a> {
    /// The lowest and the highest version it speaks.
    pub versions: (u16, u16),
    /// Features it would like, one bit each; version 1 has none.
    pub features: u32,
    /// Who else may be there.
    pub mode: Mode,
    /// Whether it will change nothing: the server refuses changes then.
    pub read_only: bool,
    /// Random.
    pub nonce: Nonce,
    /// The directory to attach to, relative to the one that the token gives; empty for that one.
    pub subtree: &'a str,
}

/// A client's first frame for a session that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The session.
    pub session: SessionId,
    /// All replies up to this one have come.
    pub ack: Seq,
    /// Random.
    pub nonce: Nonce,
}

/// Either of a client's first frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting<'a> {
    /// A new session.
    Hello(Hello<'a>),
    /// One that there is.
    Resume(Resume),
}

/// The server's first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The version that is spoken from now on.
    pub version: u16,
    /// Random.
    pub nonce: Nonce,
}

/// The server's answer to a good proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The features that both know.
    pub features: u32,
    /// The session.
    pub session: SessionId,
    /// Another number each time that the server starts with other files.
    pub epoch: u64,
    /// The last compound of the session that was executed.
    pub executed: Seq,
    /// How long a lease lasts after each frame, in milliseconds.
    pub lease_ms: u32,
    /// The server knows the secret, too.
    pub proof: Proof,
    /// The directory that the session is attached to.
    pub root: Attributes,
}

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fatal {
    /// For programs.
    pub reason: Reason,
    /// For people.
    pub message: String,
}

/// Why a connection ends, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A frame that makes no sense: 1.
    Malformed,
    /// No version that both speak: 2.
    Version,
    /// The proof is wrong: 3.
    Denied,
    /// There is no such session, or no longer: 4.
    UnknownSession,
    /// The directory does not exist: 5.
    NoSubtree,
    /// Somebody has the directory for himself, or this client wants to and is not alone: 6.
    Occupied,
    /// The server has as many clients as it takes: 7.
    TooMany,
    /// The server ends: 8.
    ShuttingDown,
    /// Another connection took the session over, or it was idle for too long: 9.
    Superseded,
}

const REASONS: [(Reason, u16); 9] = [
    (Reason::Malformed, 1),
    (Reason::Version, 2),
    (Reason::Denied, 3),
    (Reason::UnknownSession, 4),
    (Reason::NoSubtree, 5),
    (Reason::Occupied, 6),
    (Reason::TooMany, 7),
    (Reason::ShuttingDown, 8),
    (Reason::Superseded, 9),
];

fn magic(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    if reader.array()? == MAGIC {
        Ok(())
    } else {
        Err(Malformed::Value("the greeting"))
    }
}

fn flag(reader: &mut Reader<'_>, what: &'static str) -> Result<bool, Malformed> {
    match reader.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed::Value(what)),
    }
}

impl<'a> Hello<'a> {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// Every [`Malformed`] of a body.
    pub fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        magic(&mut reader)?;
        let hello = Self {
            versions: (reader.u16()?, reader.u16()?),
            features: reader.u32()?,
            mode: match flag(&mut reader, "mode")? {
                false => Mode::Shared,
                true => Mode::Private,
            },
            read_only: flag(&mut reader, "read-only")?,
            nonce: Nonce(reader.array()?),
            subtree: reader.text()?,
        };
        reader.end()?;
        Ok(hello)
    }

    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        frame::write(out, Kind::Hello, |out| {
            out.put(&MAGIC);
            out.put_u16(self.versions.0);
            out.put_u16(self.versions.1);
            out.put_u32(self.features);
            out.put_u8(u8::from(self.mode == Mode::Private));
            out.put_u8(u8::from(self.read_only));
            out.put(&self.nonce.0);
            out.put_text(self.subtree);
        });
    }
}

impl Resume {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// Every [`Malformed`] of a body.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        magic(&mut reader)?;
        let resume = Self {
            session: SessionId(reader.u64()?),
            ack: Seq(reader.u64()?),
            nonce: Nonce(reader.array()?),
        };
        reader.end()?;
        Ok(resume)
    }

    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        frame::write(out, Kind::Resume, |out| {
            out.put(&MAGIC);
            out.put_u64(self.session.0);
            out.put_u64(self.ack.0);
            out.put(&self.nonce.0);
        });
    }
}

impl Greeting<'_> {
    /// The client's nonce.
    pub fn nonce(&self) -> Nonce {
        match self {
            Self::Hello(hello) => hello.nonce,
            Self::Resume(resume) => resume.nonce,
        }
    }
}

impl Challenge {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// Every [`Malformed`] of a body.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        magic(&mut reader)?;
        let challenge = Self {
            version: reader.u16()?,
            nonce: Nonce(reader.array()?),
        };
        reader.end()?;
        Ok(challenge)
    }

    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        frame::write(out, Kind::Challenge, |out| {
            out.put(&MAGIC);
            out.put_u16(self.version);
            out.put(&self.nonce.0);
        });
    }
}

impl Proof {
    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        frame::write(out, Kind::Proof, |out| out.put(&self.0));
    }
}

impl Welcome {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// Every [`Malformed`] of a body.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let welcome = Self {
            features: reader.u32()?,
            session: SessionId(reader.u64()?),
            epoch: reader.u64()?,
            executed: Seq(reader.u64()?),
            lease_ms: reader.u32()?,
            proof: Proof(reader.array()?),
            root: Attributes::read(&mut reader)?,
        };
        reader.end()?;
        Ok(welcome)
    }

    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        frame::write(out, Kind::Welcome, |out| {
            out.put_u32(self.features);
            out.put_u64(self.session.0);
            out.put_u64(self.epoch);
            out.put_u64(self.executed.0);
            out.put_u32(self.lease_ms);
            out.put(&self.proof.0);
            self.root.write(out);
        });
    }
}

impl Fatal {
    /// Reads the body of a frame.
    ///
    /// # Errors
    /// Every [`Malformed`] of a body.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let number = reader.u16()?;
        let reason = REASONS.iter().find(|(_, wire)| *wire == number);
        let (reason, _) = reason.ok_or(Malformed::Value("reason"))?;
        let message = String::from(reader.text()?);
        reader.end()?;
        Ok(Self {
            reason: *reason,
            message,
        })
    }

    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        let number = REASONS.iter().find(|(reason, _)| *reason == self.reason);
        frame::write(out, Kind::Fatal, |out| {
            out.put_u16(number.map_or(0, |(_, wire)| *wire));
            out.put_text(&self.message);
        });
    }
}
