//! The protocol of a file system in another process: bytes to values and back, and nothing else.
//!
//! ```text
//! client                                   server
//!   HELLO | RESUME  ───────────────────────►
//!   ◄─────────────────────────────  CHALLENGE
//!   PROOF           ───────────────────────►
//!   ◄───────────────────────  WELCOME | FATAL
//!   COMPOUND(seq, operations, payload)  ───►      as often as the client likes, before the
//!   ◄───  REPLY(seq, outcomes, recalls, payload)  answers have come
//!   BYE             ───────────────────────►
//! ```
//!
//! There is no input and output here: [`frame::split`] finds frames in bytes that somebody received,
//! [`Compound`] and [`Reply`] read them without copying, [`CompoundBuilder`] and [`ReplyBuilder`]
//! write them. Every length is checked against the bytes that are there, so nothing that a peer says
//! is allocated. `docs/PROTOCOL.md` describes every layout.
#![no_std]

extern crate alloc;

mod compound;
mod error;
pub mod frame;
mod handshake;
mod listing;
mod operation;
mod proof;
mod reply;
mod status;
mod values;
mod wire;

pub use compound::{Compound, CompoundBuilder, Operations};
pub use error::Malformed;
pub use frame::{Frame, Kind};
pub use handshake::{
    Challenge, Fatal, Greeting, Hello, Mode, NONCE_LEN, Nonce, Reason, Resume, SessionId, Welcome,
};
pub use listing::{Entries, ListingEntry, write_entry};
pub use operation::{Code, Operation, Position, TimesOf};
pub use proof::{Key, PROOF_LEN, Proof};
pub use reply::{Outcome, Outcomes, Recall, Reply, ReplyBuilder};
pub use status::Status;
pub use values::{Attributes, FileKind, Handle, Lease, ListingId, NewTime, Seq, Space};

/// The version of the protocol that this crate speaks.
pub const VERSION: u16 = 1;

/// The largest frame, its header included.
pub const MAX_FRAME: usize = MAX_DATA + (128 << 10);

/// The largest frame that is read of a peer that has not proved who it is.
pub const MAX_GREETING: usize = 8 << 10;

/// The most bytes of content that one operation moves.
pub const MAX_DATA: usize = 1 << 20;

/// The most operations in a compound.
pub const MAX_OPERATIONS: usize = 256;

/// The longest path, in bytes: one more than a file system takes, so that it is the file system who
/// refuses it.
pub const MAX_PATH: usize = 4096;

/// The most recalls in a reply; the others wait for the next.
pub const MAX_RECALLS: usize = 256;

/// How many compounds a client may have sent and not yet seen answered.
pub const MAX_IN_FLIGHT: usize = 32;

/// Feeds bytes of a stranger to every decoder, as a fuzzer does; answers whether they are a frame.
///
/// What decodes must encode to the same values again, which is checked.
pub fn exercise(bytes: &[u8]) -> bool {
    let Ok(Some((frame, _))) = frame::split(bytes, MAX_FRAME) else {
        return false;
    };
    match frame.kind {
        Kind::Hello => Hello::read(frame.body).is_ok(),
        Kind::Resume => Resume::read(frame.body).is_ok(),
        Kind::Challenge => Challenge::read(frame.body).is_ok(),
        Kind::Proof => Proof::read(frame.body).is_ok(),
        Kind::Welcome => Welcome::read(frame.body).is_ok(),
        Kind::Fatal => Fatal::read(frame.body).is_ok(),
        Kind::Bye | Kind::Ping | Kind::Pong => frame.body.is_empty(),
        Kind::Compound => compound::exercise(&frame),
        Kind::Reply => reply::exercise(&frame),
    }
}
