//! `iovec` lists: read once, checked, then filled or emptied piece by piece.

use alloc::vec::Vec;
use core::slice;

use crate::errno::{Errno, Result};
use crate::layout::IOVEC_SIZE;
use crate::memory::{GuestMemory, GuestRange, Ptr};

/// The longest list taken, which Linux calls `IOV_MAX`: longer ones are `INVAL`.
pub const MAX_IOVECS: u32 = 1024;

/// The most bytes moved by one call: a guest's `ssize_t` holds no more, and fewer than asked are
/// always allowed.
pub const MAX_TRANSFER: u32 = i32::MAX as u32;

/// Lists up to this long are kept without allocating: a libc's buffered streams use two buffers.
/// More would make every move of [`Iovecs`] a call of `memory.copy` in wasm.
const INLINE: usize = 2;

/// The buffers of one read or write.
///
/// The list is copied, as a kernel does: a read may put its bytes over the list itself.
pub struct Iovecs {
    list: GuestRange,
    total: u32,
    inline: [GuestRange; INLINE],
    /// All of them, once there are more than [`INLINE`].
    spilled: Vec<GuestRange>,
}

impl Iovecs {
    /// The `count` buffers of the list at `list`.
    ///
    /// # Errors
    /// `INVAL`: more than [`MAX_IOVECS`]. `FAULT`: the list, or a buffer, lies outside the memory,
    /// even an empty one. `NOMEM`.
    #[inline]
    pub fn read(memory: &impl GuestMemory, list: Ptr, count: u32) -> Result<Self> {
        if count > MAX_IOVECS {
            return Err(Errno::INVAL);
        }
        let list = GuestRange::check_array(memory, list, count, IOVEC_SIZE)?;
        let mut iovecs = Self {
            list,
            total: 0,
            inline: [GuestRange::EMPTY; INLINE],
            spilled: Vec::new(),
        };
        if count as usize > INLINE {
            iovecs
                .spilled
                .try_reserve_exact(count as usize)
                .map_err(|_| Errno::NOMEM)?;
        }
        let mut records = list;
        for index in 0..count as usize {
            let buffer = read_iovec(memory, records.take(IOVEC_SIZE as usize))?;
            iovecs.total = iovecs.total.saturating_add(buffer.len());
            if count as usize > INLINE {
                iovecs.spilled.push(buffer);
            } else {
                iovecs.inline[index] = buffer;
            }
        }
        Ok(iovecs)
    }

    /// The one buffer of a list of one.
    ///
    /// # Errors
    /// `FAULT`: the list, or the buffer, lies outside the memory.
    #[inline]
    pub(crate) fn only(memory: &impl GuestMemory, list: Ptr) -> Result<GuestRange> {
        read_iovec(memory, GuestRange::check(memory, list, IOVEC_SIZE)?)
    }

    /// The list in the guest's memory, for a host that takes it as it is.
    #[must_use]
    pub fn list(&self) -> Ptr {
        self.list.start()
    }

    /// How many buffers there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.list.len() / IOVEC_SIZE
    }

    /// How many bytes to move: the sum of all buffers, up to [`MAX_TRANSFER`].
    #[inline]
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total.min(MAX_TRANSFER)
    }

    /// Starts at the first byte of the first buffer.
    #[inline]
    #[must_use]
    pub fn cursor(&self) -> IovecCursor<'_> {
        let buffers = if self.spilled.is_empty() {
            &self.inline[..]
        } else {
            &self.spilled[..]
        };
        IovecCursor {
            current: GuestRange::EMPTY,
            rest: buffers.iter(),
            total: self.total(),
        }
    }
}

#[inline]
fn read_iovec(memory: &impl GuestMemory, record: GuestRange) -> Result<GuestRange> {
    let [b0, b1, b2, b3, l0, l1, l2, l3] = memory.load_u64(record).to_le_bytes();
    let buffer = Ptr(u32::from_le_bytes([b0, b1, b2, b3]));
    GuestRange::check(memory, buffer, u32::from_le_bytes([l0, l1, l2, l3]))
}

/// A place in a list of buffers. The one place where bytes are scattered and gathered.
pub struct IovecCursor<'a> {
    current: GuestRange,
    rest: slice::Iter<'a, GuestRange>,
    total: u32,
}

impl IovecCursor<'_> {
    /// Starts at the first byte of the only buffer.
    #[inline]
    pub(crate) fn over(buffer: GuestRange) -> Self {
        Self {
            current: buffer,
            rest: [].iter(),
            total: buffer.len().min(MAX_TRANSFER),
        }
    }

    /// How many bytes there were to move at the start, up to [`MAX_TRANSFER`].
    #[inline]
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// Copies `bytes` to the guest, as much of them as there is room for.
    #[inline]
    pub fn scatter(&mut self, memory: &mut impl GuestMemory, mut bytes: &[u8]) {
        if let Some(buffer) = self.all(bytes.len()) {
            return memory.write(buffer, bytes);
        }
        while let Some(buffer) = self.next(bytes.len()) {
            let (head, tail) = bytes.split_at(buffer.len() as usize);
            memory.write(buffer, head);
            bytes = tail;
        }
    }

    /// Fills `bytes` from the guest, as far as there are any.
    #[inline]
    pub fn gather(&mut self, memory: &impl GuestMemory, mut bytes: &mut [u8]) {
        if let Some(buffer) = self.all(bytes.len()) {
            return memory.read(buffer, bytes);
        }
        while let Some(buffer) = self.next(bytes.len()) {
            let (head, tail) = bytes.split_at_mut(buffer.len() as usize);
            memory.read(buffer, head);
            bytes = tail;
        }
    }

    /// The next `len` bytes, if they lie together in the current buffer.
    #[inline]
    fn all(&mut self, len: usize) -> Option<GuestRange> {
        (len != 0 && len <= self.current.len() as usize).then(|| self.current.take(len))
    }

    /// The next bytes that lie together, at most `len` of them.
    #[inline]
    fn next(&mut self, len: usize) -> Option<GuestRange> {
        if len == 0 {
            return None;
        }
        while self.current.is_empty() {
            self.current = *self.rest.next()?;
        }
        Some(self.current.take(len))
    }
}
