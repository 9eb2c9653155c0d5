//! What became of a compound's operations.
//!
//! Body: number of recalls (u16), length of the payload (u32), the outcomes, the recalls, the
//! payload. An outcome: code (u16), status (u16), and if that is `Done`, the operation's fields.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::frame::{self, Frame, Kind};
use crate::operation::Code;
use crate::status::Status;
use crate::values::{Attributes, Lease, Seq, Space};
use crate::wire::{Put, Reader};

const PREFIX: usize = frame::HEADER + 6;

/// The server wants a lease back: somebody waits for it, at most until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recall {
    /// The inode.
    pub node: u64,
}

/// What an operation gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It is done.
    Done,
    /// It failed.
    Failed(Status),
    /// Of OPEN.
    Opened {
        /// The inode's attributes.
        attributes: Attributes,
        /// The lease that was granted.
        lease: Lease,
        /// Content from the start of the file, if there is any to send: all of it, if it is as long
        /// as the file.
        data: &'a [u8],
    },
    /// Of STAT, STAT_AT, SET_SIZE, ALLOCATE.
    Attributes {
        /// The inode's attributes.
        attributes: Attributes,
        /// The lease that was granted.
        lease: Lease,
    },
    /// Of READ: fewer bytes than were asked for only at the end of the file.
    Data(&'a [u8]),
    /// Of WRITE.
    Written {
        /// How many bytes.
        len: u32,
        /// The offset behind the last.
        end: u64,
        /// The file's attributes after that.
        attributes: Attributes,
    },
    /// Of READ_DIRECTORY.
    Page {
        /// The directory.
        this: u64,
        /// Its parent.
        parent: u64,
        /// Whether there are no more entries.
        is_last: bool,
        /// The entries; see [`crate::Entries`].
        entries: &'a [u8],
    },
    /// Of READ_LINK.
    Target(&'a str),
    /// Of SPACE.
    Space(Space),
}

/// A reply that was received.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// Which compound it answers.
    pub seq: Seq,
    /// How many outcomes there are.
    pub count: u16,
    recalls: u16,
    fields: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Reply<'a> {
    /// Reads a frame of the kind [`Kind::Reply`].
    ///
    /// # Errors
    /// [`Malformed::OverLimit`], [`Malformed::Truncated`].
    pub fn read(frame: &Frame<'a>) -> Result<Self, Malformed> {
        let mut reader = Reader::new(frame.body);
        let recalls = reader.u16()?;
        let payload_len = reader.u32()? as usize;
        for (what, count, max) in [
            ("outcomes", frame.count, crate::MAX_OPERATIONS),
            ("recalls", recalls, crate::MAX_RECALLS),
        ] {
            if usize::from(count) > max {
                return Err(Malformed::OverLimit {
                    what,
                    count: count.into(),
                });
            }
        }
        let rest = reader.rest();
        let fields = rest.len().checked_sub(payload_len);
        let (fields, payload) = rest.split_at(fields.ok_or(Malformed::Truncated)?);
        Ok(Self {
            seq: frame.seq,
            count: frame.count,
            recalls,
            fields,
            payload,
        })
    }

    /// The outcomes, in the order of the operations; then, from [`Outcomes::recalls`], the recalls.
    pub fn outcomes(&self) -> Outcomes<'a> {
        Outcomes {
            rest: self.count,
            recalls: self.recalls,
            fields: Reader::new(self.fields),
            payload: Reader::new(self.payload),
        }
    }
}

/// The outcomes of a reply. After an error there are no more.
#[derive(Clone, Debug)]
pub struct Outcomes<'a> {
    rest: u16,
    recalls: u16,
    fields: Reader<'a>,
    payload: Reader<'a>,
}

impl<'a> Outcomes<'a> {
    fn outcome(&mut self) -> Result<Outcome<'a>, Malformed> {
        let code = self.fields.u16()?;
        let status = Status::from_wire(self.fields.u16()?)?;
        if status != Status::Done {
            return Ok(Outcome::Failed(status));
        }
        let code = Code::from_wire(code).ok_or(Malformed::Value("operation"))?;
        let fields = &mut self.fields;
        Ok(match code {
            Code::Open => Outcome::Opened {
                attributes: Attributes::read(fields)?,
                lease: Lease::read(fields)?,
                data: self.payload.bytes(fields.u32()? as usize)?,
            },
            Code::Stat | Code::StatAt | Code::SetSize | Code::Allocate => Outcome::Attributes {
                attributes: Attributes::read(fields)?,
                lease: Lease::read(fields)?,
            },
            Code::Read => Outcome::Data(self.payload.bytes(fields.u32()? as usize)?),
            Code::Write => Outcome::Written {
                len: fields.u32()?,
                end: fields.u64()?,
                attributes: Attributes::read(fields)?,
            },
            Code::ReadDirectory => Outcome::Page {
                this: fields.u64()?,
                parent: fields.u64()?,
                is_last: match fields.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Err(Malformed::Value("last page")),
                },
                entries: self.payload.bytes(fields.u32()? as usize)?,
            },
            Code::ReadLink => Outcome::Target(fields.text()?),
            Code::Space => Outcome::Space(Space::read(fields)?),
            Code::Close
            | Code::SetTimes
            | Code::CreateDirectory
            | Code::SymbolicLink
            | Code::HardLink
            | Code::Rename
            | Code::Remove
            | Code::Sync
            | Code::ReturnLease => Outcome::Done,
        })
    }

    /// The recalls behind the outcomes.
    ///
    /// # Errors
    /// [`Malformed`], also of an outcome that was not looked at.
    pub fn recalls(mut self) -> Result<Vec<Recall>, Malformed> {
        for outcome in self.by_ref() {
            outcome?;
        }
        let mut recalls = Vec::with_capacity(self.recalls.into());
        for _ in 0..self.recalls {
            let node = self.fields.u64()?;
            recalls.push(Recall { node });
        }
        self.fields.end()?;
        self.payload.end()?;
        Ok(recalls)
    }
}

impl<'a> Iterator for Outcomes<'a> {
    type Item = Result<Outcome<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rest = self.rest.checked_sub(1)?;
        let outcome = self.outcome();
        if outcome.is_err() {
            self.rest = 0;
        }
        Some(outcome)
    }
}

/// A reply to be sent.
#[derive(Debug, Default)]
pub struct ReplyBuilder {
    count: u16,
    fields: Vec<u8>,
    recalls: Vec<Recall>,
    payload: Vec<u8>,
}

impl ReplyBuilder {
    /// How much content is in it.
    pub fn payload_len(&self) -> usize {
        self.payload.len()
    }

    /// Adds the outcome of the operation `code`; what it has of content is copied.
    pub fn push(&mut self, code: u16, outcome: &Outcome<'_>) {
        if let Outcome::Opened { data, .. }
        | Outcome::Page { entries: data, .. }
        | Outcome::Data(data) = outcome
        {
            self.payload.put(data);
        }
        self.push_fields(code, outcome, outcome_data(outcome).len());
    }

    /// Adds an outcome whose content `fill` appends to the payload; if `fill` fails, it is
    /// [`Outcome::Failed`] and there is no content.
    pub fn push_with<'o>(
        &mut self,
        code: u16,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<Outcome<'o>, Status>,
    ) {
        let start = self.payload.len();
        match fill(&mut self.payload) {
            Ok(outcome) => {
                let len = self.payload.len() - start;
                self.push_fields(code, &outcome, len);
            }
            Err(status) => {
                self.payload.truncate(start);
                self.push_fields(code, &Outcome::Failed(status), 0);
            }
        }
    }

    fn push_fields(&mut self, code: u16, outcome: &Outcome<'_>, data_len: usize) {
        self.count += 1;
        let out = &mut self.fields;
        out.put_u16(code);
        out.put_u16(match outcome {
            Outcome::Failed(status) => *status as u16,
            _ => Status::Done as u16,
        });
        match outcome {
            Outcome::Done | Outcome::Failed(_) => {}
            Outcome::Opened {
                attributes, lease, ..
            } => {
                attributes.write(out);
                lease.write(out);
                out.put_u32(data_len as u32);
            }
            Outcome::Attributes { attributes, lease } => {
                attributes.write(out);
                lease.write(out);
            }
            Outcome::Data(_) => out.put_u32(data_len as u32),
            Outcome::Written {
                len,
                end,
                attributes,
            } => {
                out.put_u32(*len);
                out.put_u64(*end);
                attributes.write(out);
            }
            Outcome::Page {
                this,
                parent,
                is_last,
                ..
            } => {
                out.put_u64(*this);
                out.put_u64(*parent);
                out.put_u8(u8::from(*is_last));
                out.put_u32(data_len as u32);
            }
            Outcome::Target(target) => out.put_text(target),
            Outcome::Space(space) => space.write(out),
        }
    }

    /// The recalls that were added.
    pub fn recalls(&self) -> &[Recall] {
        &self.recalls
    }

    /// Adds a recall.
    pub fn recall(&mut self, recall: Recall) {
        self.recalls.push(recall);
    }

    /// Appends the frame and starts over.
    pub fn finish(&mut self, seq: Seq, out: &mut Vec<u8>) {
        let start = out.len();
        out.reserve(PREFIX + self.fields.len() + 8 * self.recalls.len() + self.payload.len());
        frame::put_header(out, Kind::Reply, self.count, seq);
        out.put_u16(self.recalls.len() as u16);
        out.put_u32(self.payload.len() as u32);
        out.append(&mut self.fields);
        for recall in self.recalls.drain(..) {
            out.put_u64(recall.node);
        }
        out.append(&mut self.payload);
        frame::finish(out, start, 0);
        self.count = 0;
    }
}

fn outcome_data<'a>(outcome: &Outcome<'a>) -> &'a [u8] {
    match outcome {
        Outcome::Opened { data, .. }
        | Outcome::Page { entries: data, .. }
        | Outcome::Data(data) => data,
        _ => &[],
    }
}

/// Reads everything, the entries of pages included.
pub(crate) fn exercise(frame: &Frame<'_>) -> bool {
    let Ok(reply) = Reply::read(frame) else {
        return false;
    };
    for outcome in reply.outcomes() {
        match outcome {
            Ok(Outcome::Page { entries, .. }) => {
                if crate::Entries::new(entries).any(|entry| entry.is_err()) {
                    return false;
                }
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    reply.outcomes().recalls().is_ok()
}
