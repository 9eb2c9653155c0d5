//! What an object holds: pieces that are shared, never joined.

use bytes::Bytes;

/// How much of a synthesised object is made at once.
const CHUNK: u64 = 256 * 1024;

#[derive(Clone, Debug)]
enum Piece {
    Bytes(Bytes),
    /// So many bytes, each the low byte of its offset in the object divided by 4,096.
    Synthesised {
        start: u64,
        len: u64,
    },
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Synthesised { len, .. } => *len,
        }
    }

    fn slice(&self, from: u64, len: u64) -> Self {
        match self {
            Self::Bytes(bytes) => Self::Bytes(bytes.slice(from as usize..(from + len) as usize)),
            Self::Synthesised { start, .. } => Self::Synthesised {
                start: start + from,
                len,
            },
        }
    }
}

/// The content of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pieces: Vec<Piece>,
}

impl From<Vec<Bytes>> for Body {
    fn from(chunks: Vec<Bytes>) -> Self {
        Self {
            pieces: chunks.into_iter().map(Piece::Bytes).collect(),
        }
    }
}

impl Body {
    /// A body of any size that takes no memory.
    pub(crate) fn synthesised(len: u64) -> Self {
        Self {
            pieces: vec![Piece::Synthesised { start: 0, len }],
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    pub(crate) fn append(&mut self, other: &Self) {
        self.pieces.extend(other.pieces.iter().cloned());
    }

    /// The bytes `range`, which lies within the body.
    pub(crate) fn slice(&self, range: std::ops::Range<u64>) -> Self {
        let mut pieces = Vec::new();
        let mut at = 0;
        for piece in &self.pieces {
            let from = range.start.max(at);
            let to = range.end.min(at + piece.len());
            if from < to {
                pieces.push(piece.slice(from - at, to - from));
            }
            at += piece.len();
        }
        Self { pieces }
    }

    /// The bytes in order, made as they are asked for.
    pub(crate) fn chunks(self) -> impl Iterator<Item = Bytes> + Send + Sync {
        self.pieces.into_iter().flat_map(|piece| {
            let len = piece.len();
            (0..len.div_ceil(CHUNK)).map(move |index| {
                let from = index * CHUNK;
                let len = CHUNK.min(len - from);
                match piece.slice(from, len) {
                    Piece::Bytes(bytes) => bytes,
                    Piece::Synthesised { start, len } => {
                        (start..start + len).map(|at| (at >> 12) as u8).collect()
                    }
                }
            })
        })
    }
}
