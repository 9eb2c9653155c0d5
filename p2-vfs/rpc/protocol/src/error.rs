//! Why bytes are not what they should be.

use thiserror::Error;

/// What is wrong with a frame. The peer that sent it is not one to go on talking to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// A length says that more follows than does.
    #[error("the frame ends within a value")]
    Truncated,
    /// Bytes are left over.
    #[error("the frame has bytes behind its last value")]
    Trailing,
    /// The frame's length is less than a header or more than is allowed.
    #[error("a frame of {len} bytes, where up to {max} are allowed")]
    FrameLength {
        /// The length it gives.
        len: u32,
        /// The most that is allowed here.
        max: usize,
    },
    /// No frame has this kind.
    #[error("frames of the kind {0} do not exist")]
    Kind(u16),
    /// More operations, recalls or bytes than the protocol allows in one place.
    #[error("{what}: {count}, over the limit")]
    OverLimit {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// A number that stands for nothing.
    #[error("{0} has no such value")]
    Value(&'static str),
    /// A name or a path that is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}
