//! When to ask for what will be read next.

use rpc_protocol::MAX_DATA;

use crate::cache::BLOCK;

/// The first window.
const FIRST: usize = 64 << 10;

/// How an open file is read.
#[derive(Debug, Default)]
pub(crate) struct Readahead {
    /// Where the last read ended.
    next: u64,
    /// How many reads have followed one another.
    run: u32,
    /// How much is asked for at once; nothing, unless the file is read in its order.
    window: usize,
    /// Everything before this was asked for.
    requested: u64,
}

impl Readahead {
    /// Notes a read that begins at `offset`.
    pub(crate) fn begin(&mut self, offset: u64) {
        if offset == self.next {
            self.run += 1;
        } else {
            *self = Self::default();
        }
        if self.run >= 2 {
            self.window = (2 * self.window).clamp(FIRST, MAX_DATA);
        }
    }

    /// Notes where it ended.
    pub(crate) fn end(&mut self, offset: u64) {
        self.next = offset;
    }

    /// How much to ask for when what is read is not there.
    pub(crate) fn window(&self) -> usize {
        self.window
    }

    /// Notes that everything before `offset` was asked for.
    pub(crate) fn asked(&mut self, offset: u64) {
        self.requested = self.requested.max(offset);
    }

    /// What to ask for now, if anything, from the start of a block: what is to come must not run short.
    pub(crate) fn ahead(&mut self, size: u64) -> Option<(u64, usize)> {
        let start = self.requested.max(self.next);
        let start = start - start % BLOCK as u64;
        let is_short = start < self.next + self.window as u64;
        if self.window == 0 || !is_short || start >= size {
            return None;
        }
        let len = self.window.min((size - start) as usize);
        self.requested = start + len as u64;
        Some((start, len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_read_in_its_order_is_asked_for_in_growing_pieces() {
        let mut readahead = Readahead::default();
        let mut asked = Vec::new();
        for offset in (0..1u64 << 22).step_by(FIRST) {
            readahead.begin(offset);
            readahead.end(offset + FIRST as u64);
            asked.extend(readahead.ahead(1 << 22));
        }
        assert_eq!(asked[0], (2 * FIRST as u64, FIRST));
        assert!(
            asked.is_sorted()
                && asked.windows(2).all(|pair| {
                    let (start, len) = pair[0];
                    start + len as u64 == pair[1].0
                })
        );
        assert_eq!(asked.iter().map(|(_, len)| *len).max(), Some(MAX_DATA));
    }

    #[test]
    fn whole_blocks_are_asked_for_wherever_reads_end() {
        let mut readahead = Readahead::default();
        for offset in (0..1u64 << 20).step_by(1000) {
            readahead.begin(offset);
            readahead.end(offset + 1000);
            if let Some((start, _)) = readahead.ahead(1 << 22) {
                assert_eq!(start % BLOCK as u64, 0);
            }
        }
    }

    #[test]
    fn a_jump_ends_it() {
        let mut readahead = Readahead::default();
        for offset in [0, 4096, 8192, 1 << 20] {
            readahead.begin(offset);
            readahead.end(offset + 4096);
        }
        assert_eq!(readahead.ahead(1 << 22), None);
    }
}
