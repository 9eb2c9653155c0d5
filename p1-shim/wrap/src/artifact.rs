//! What is made: bytes in pieces, as an embedded image may be larger than everything else and is
//! not copied.

use std::fmt;
use std::io;

use bytes::Bytes;

/// The bytes of a module or component, in pieces that follow each other.
#[derive(Clone, Default)]
pub struct Artifact(Vec<Bytes>);

impl Artifact {
    /// All of it, one piece after the other; none is empty.
    pub fn pieces(&self) -> &[Bytes] {
        &self.0
    }

    /// How many bytes it has.
    #[expect(clippy::len_without_is_empty, reason = "no artifact is empty")]
    pub fn len(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }

    /// All bytes in one piece: a copy, unless they are in one already.
    pub fn to_bytes(&self) -> Bytes {
        match self.0.as_slice() {
            [piece] => piece.clone(),
            pieces => pieces.concat().into(),
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Those of `output`.
    pub fn write_to(&self, output: &mut impl io::Write) -> io::Result<()> {
        self.0.iter().try_for_each(|piece| output.write_all(piece))
    }

    pub(crate) fn push(&mut self, piece: impl Into<Bytes>) {
        let piece = piece.into();
        if !piece.is_empty() {
            self.0.push(piece);
        }
    }
}

impl From<Vec<u8>> for Artifact {
    fn from(bytes: Vec<u8>) -> Self {
        let mut artifact = Self::default();
        artifact.push(bytes);
        artifact
    }
}

impl From<Bytes> for Artifact {
    fn from(bytes: Bytes) -> Self {
        let mut artifact = Self::default();
        artifact.push(bytes);
        artifact
    }
}

impl Extend<Bytes> for Artifact {
    fn extend<I: IntoIterator<Item = Bytes>>(&mut self, pieces: I) {
        for piece in pieces {
            self.push(piece);
        }
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.len())
    }
}
