//! Several operations in one frame.
//!
//! Body: ack (u64), length of the payload (u32), the operations, the payload. An operation: code
//! (u16), length of its fields (u16), fields. Content is in the payload, in the order of the
//! operations that it belongs to.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::frame::{self, Frame, Kind};
use crate::operation::Operation;
use crate::values::Seq;
use crate::wire::{Put, Reader};

const PREFIX: usize = frame::HEADER + 12;

/// A compound that was received.
#[derive(Clone, Copy, Debug)]
pub struct Compound<'a> {
    /// Which one.
    pub seq: Seq,
    /// The client has the replies up to this one.
    pub ack: Seq,
    /// How many operations there are.
    pub count: u16,
    fields: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Compound<'a> {
    /// Reads a frame of the kind [`Kind::Compound`].
    ///
    /// # Errors
    /// [`Malformed::OverLimit`], [`Malformed::Truncated`].
    pub fn read(frame: &Frame<'a>) -> Result<Self, Malformed> {
        if usize::from(frame.count) > crate::MAX_OPERATIONS {
            return Err(Malformed::OverLimit {
                what: "operations",
                count: frame.count.into(),
            });
        }
        let mut reader = Reader::new(frame.body);
        let ack = Seq(reader.u64()?);
        let payload_len = reader.u32()? as usize;
        let rest = reader.rest();
        let fields = rest.len().checked_sub(payload_len);
        let (fields, payload) = rest.split_at(fields.ok_or(Malformed::Truncated)?);
        Ok(Self {
            seq: frame.seq,
            ack,
            count: frame.count,
            fields,
            payload,
        })
    }

    /// The operations, in their order.
    pub fn operations(&self) -> Operations<'a> {
        Operations {
            rest: self.count,
            fields: Reader::new(self.fields),
            payload: Reader::new(self.payload),
        }
    }
}

/// The operations of a compound. After an error there are no more.
#[derive(Clone, Debug)]
pub struct Operations<'a> {
    rest: u16,
    fields: Reader<'a>,
    payload: Reader<'a>,
}

impl<'a> Operations<'a> {
    fn operation(&mut self) -> Result<Operation<'a>, Malformed> {
        let code = self.fields.u16()?;
        let len = self.fields.u16()?;
        let fields = self.fields.bytes(len.into())?;
        Operation::read(code, fields, &mut self.payload)
    }
}

impl<'a> Iterator for Operations<'a> {
    type Item = Result<Operation<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(rest) = self.rest.checked_sub(1) else {
            let left = [self.fields, self.payload];
            self.fields = Reader::new(&[]);
            self.payload = Reader::new(&[]);
            let end = left.into_iter().try_for_each(Reader::end);
            return end.err().map(Err);
        };
        self.rest = rest;
        let operation = self.operation();
        if operation.is_err() {
            self.rest = 0;
            self.fields = Reader::new(&[]);
            self.payload = Reader::new(&[]);
        }
        Some(operation)
    }
}

/// A compound to be sent.
#[derive(Debug, Default)]
pub struct CompoundBuilder {
    count: u16,
    fields: Vec<u8>,
    payload: Vec<u8>,
}

impl CompoundBuilder {
    /// How many operations are in it.
    pub fn count(&self) -> u16 {
        self.count
    }

    /// How many bytes are in it.
    #[expect(clippy::len_without_is_empty, reason = "`count` says that")]
    pub fn len(&self) -> usize {
        self.fields.len() + self.payload.len()
    }

    /// Whether one more operation with so much content fits.
    pub fn has_room(&self, content: usize) -> bool {
        usize::from(self.count) < crate::MAX_OPERATIONS
            && self.payload.len() + content <= crate::MAX_DATA
            && self.fields.len() + 3 * crate::MAX_PATH
                <= crate::MAX_FRAME - crate::MAX_DATA - PREFIX
    }

    /// Adds an operation.
    pub fn push(&mut self, operation: &Operation<'_>) {
        self.count += 1;
        self.fields.put_u16(operation.code());
        let at = self.fields.len();
        self.fields.put_u16(0);
        operation.write_fields(&mut self.fields);
        let len = (self.fields.len() - at - 2) as u16;
        self.fields[at..at + 2].copy_from_slice(&len.to_le_bytes());
        if let Operation::Write { data, .. } = operation {
            self.payload.put(data);
        }
    }

    /// Appends the frame and starts over.
    pub fn finish(&mut self, seq: Seq, ack: Seq, out: &mut Vec<u8>) {
        let start = out.len();
        out.reserve(PREFIX + self.fields.len() + self.payload.len());
        frame::put_header(out, Kind::Compound, self.count, seq);
        out.put_u64(ack.0);
        out.put_u32(self.payload.len() as u32);
        out.append(&mut self.fields);
        out.append(&mut self.payload);
        frame::finish(out, start, 0);
        self.count = 0;
    }
}

/// Reads everything, and writes and reads it again.
pub(crate) fn exercise(frame: &Frame<'_>) -> bool {
    let Ok(compound) = Compound::read(frame) else {
        return false;
    };
    let Ok(operations) = compound.operations().collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    let mut again = CompoundBuilder::default();
    for operation in &operations {
        if matches!(operation, Operation::Unknown(_) | Operation::NotText(_)) {
            return true;
        }
        again.push(operation);
    }
    let mut bytes = Vec::new();
    again.finish(compound.seq, compound.ack, &mut bytes);
    let (frame, _) = frame::split(&bytes, usize::MAX)
        .expect("a frame that was just written")
        .expect("all of it");
    let read = Compound::read(&frame).expect("a compound that was just written");
    let read: Result<Vec<_>, _> = read.operations().collect();
    assert_eq!(read.as_deref(), Ok(&operations[..]));
    true
}
