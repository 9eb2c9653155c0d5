//! The guest's memory, and ranges of it that are known to lie inside.

use crate::errno::{Errno, Result};

/// An address in the guest's memory, as the guest passed it. It need not be aligned.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ptr(pub u32);

/// The linear memory of the guest: 32-bit, unshared, little-endian. It may grow, never shrink.
///
/// The accessors take ranges that were checked against this memory, and buffers no longer than
/// the range; anything else is a bug of the caller.
pub trait GuestMemory {
    /// Its size in bytes at this moment.
    fn size(&self) -> u64;

    /// Whether it has at least `end` bytes. As it never shrinks, what was once true may be
    /// remembered.
    #[inline]
    fn reaches(&self, end: u64) -> bool {
        end <= self.size()
    }

    /// Copies from the guest.
    fn read(&self, from: GuestRange, into: &mut [u8]);

    /// Copies to the guest.
    fn write(&mut self, to: GuestRange, from: &[u8]);

    /// The first four bytes of a range.
    #[inline]
    fn load_u32(&self, from: GuestRange) -> u32 {
        let mut bytes = [0; 4];
        self.read(from, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// The first eight bytes of a range.
    #[inline]
    fn load_u64(&self, from: GuestRange) -> u64 {
        let mut bytes = [0; 8];
        self.read(from, &mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Sets the first four bytes of a range.
    #[inline]
    fn store_u32(&mut self, to: GuestRange, value: u32) {
        self.write(to, &value.to_le_bytes());
    }

    /// Sets the first eight bytes of a range.
    #[inline]
    fn store_u64(&mut self, to: GuestRange, value: u64) {
        self.write(to, &value.to_le_bytes());
    }
}

/// Bytes of the guest's memory that exist: checked once, then trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestRange {
    start: u32,
    len: u32,
}

impl GuestRange {
    /// No bytes at all.
    pub(crate) const EMPTY: Self = Self { start: 0, len: 0 };

    /// The `len` bytes at `start`.
    ///
    /// # Errors
    /// `FAULT`: a byte lies outside the memory, or there are no bytes and `start` does.
    #[inline]
    pub fn check(memory: &impl GuestMemory, start: Ptr, len: u32) -> Result<Self> {
        if !memory.reaches(u64::from(start.0) + u64::from(len)) {
            return Err(Errno::FAULT);
        }
        Ok(Self {
            start: start.0,
            len,
        })
    }

    /// The `count` records of `size` bytes each at `start`.
    ///
    /// # Errors
    /// `FAULT`, as [`GuestRange::check`].
    #[inline]
    pub fn check_array(
        memory: &impl GuestMemory,
        start: Ptr,
        count: u32,
        size: u32,
    ) -> Result<Self> {
        let len = count.checked_mul(size).ok_or(Errno::FAULT)?;
        Self::check(memory, start, len)
    }

    /// Where it starts.
    #[inline]
    #[must_use]
    pub fn start(self) -> Ptr {
        Ptr(self.start)
    }

    /// How many bytes it has.
    #[inline]
    #[must_use]
    pub fn len(self) -> u32 {
        self.len
    }

    /// Whether it has no bytes.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Splits up to `len` bytes off the front.
    #[inline]
    pub fn take(&mut self, len: usize) -> Self {
        let len = u32::try_from(len).map_or(self.len, |len| len.min(self.len));
        let front = Self {
            start: self.start,
            len,
        };
        // A range may end at 2^32; what is left of it then is empty.
        self.start = self.start.wrapping_add(len);
        self.len -= len;
        front
    }

    /// Writes as much of `bytes` as fits to the front, and splits it off.
    #[inline]
    pub fn put(&mut self, memory: &mut impl GuestMemory, bytes: &[u8]) {
        let front = self.take(bytes.len());
        memory.write(front, &bytes[..front.len as usize]);
    }
}

/// A memory that the caller can see as one slice: a native host's, or a test's.
impl GuestMemory for &mut [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, from: GuestRange, into: &mut [u8]) {
        into.copy_from_slice(&self[from.start as usize..][..into.len()]);
    }

    fn write(&mut self, to: GuestRange, from: &[u8]) {
        self[to.start as usize..][..from.len()].copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory of the largest size there is, of which nothing is ever touched.
    struct FourGigabytes;

    impl GuestMemory for FourGigabytes {
        fn size(&self) -> u64 {
            1 << 32
        }

        fn read(&self, _: GuestRange, _: &mut [u8]) {}

        fn write(&mut self, _: GuestRange, _: &[u8]) {}
    }

    #[test]
    fn a_range_may_end_with_the_memory_and_not_behind_it() {
        let mut bytes = [0; 16];
        let memory = &mut bytes[..];
        assert!(GuestRange::check(&memory, Ptr(12), 4).is_ok());
        assert!(GuestRange::check(&memory, Ptr(16), 0).is_ok());
        assert_eq!(GuestRange::check(&memory, Ptr(13), 4), Err(Errno::FAULT));
        assert_eq!(GuestRange::check(&memory, Ptr(17), 0), Err(Errno::FAULT));
        assert_eq!(
            GuestRange::check(&memory, Ptr(u32::MAX), u32::MAX),
            Err(Errno::FAULT)
        );
    }

    #[test]
    fn an_array_larger_than_any_memory_faults() {
        assert_eq!(
            GuestRange::check_array(&FourGigabytes, Ptr(0), u32::MAX, 48),
            Err(Errno::FAULT)
        );
    }

    #[test]
    fn taking_from_the_end_of_the_address_space_leaves_an_empty_range() {
        let mut range = GuestRange::check(&FourGigabytes, Ptr(u32::MAX - 7), 8).unwrap();
        assert_eq!(range.take(8).start(), Ptr(u32::MAX - 7));
        assert!(range.is_empty());
        assert!(range.take(1).is_empty());
    }
}
