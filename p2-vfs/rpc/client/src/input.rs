//! What was received: frames, one behind the other.

use rpc_protocol::{Frame, MAX_FRAME, Malformed, frame};

use crate::link::{Link, LinkError, Moment};

/// Room for a reply with some content and what is around it.
const ROOM: usize = 68 << 10;

/// Received and not yet looked at. The room stays, so that a reply of usual size costs no
/// allocation.
#[derive(Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// The first frame and its length, if all of it is there.
    ///
    /// # Errors
    /// Those of [`frame::split`].
    pub(crate) fn frame(&self, max: usize) -> Result<Option<(Frame<'_>, usize)>, Malformed> {
        frame::split(&self.bytes[self.start..self.end], max)
    }

    /// Forgets the first `len` bytes.
    pub(crate) fn consume(&mut self, len: usize) {
        self.start += len;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Receives some more.
    ///
    /// # Errors
    /// Those of [`Link::receive`].
    pub(crate) fn receive(
        &mut self,
        link: &mut (impl Link + ?Sized),
        until: Moment,
    ) -> Result<(), LinkError> {
        let announced = frame::announced(&self.bytes[self.start..self.end]);
        let wanted = announced.unwrap_or(0).clamp(ROOM, MAX_FRAME);
        if self.bytes.len() < self.start + wanted {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        self.end += link.receive(&mut self.bytes[self.end..], until)?;
        Ok(())
    }
}
