//! The application's memory.

use std::sync::atomic::{AtomicU32, Ordering};

use preview1::{GuestMemory, GuestRange};

use crate::glue;

const PAGE: u64 = 1 << 16;

/// How large the memory is known to be. A look at it is cheap, but every call checks several
/// ranges.
static KNOWN_PAGES: AtomicU32 = AtomicU32::new(0);

/// The memory of the application that this shim was merged with.
#[derive(Clone, Copy, Debug)]
pub struct Application;

impl Application {
    #[cold]
    #[inline(never)]
    fn has_grown_to(self, end: u64) -> bool {
        KNOWN_PAGES.store(glue::size(), Ordering::Relaxed);
        end <= self.size()
    }
}

impl GuestMemory for Application {
    #[inline]
    fn size(&self) -> u64 {
        u64::from(glue::size()) * PAGE
    }

    #[inline]
    fn reaches(&self, end: u64) -> bool {
        end <= u64::from(KNOWN_PAGES.load(Ordering::Relaxed)) * PAGE || self.has_grown_to(end)
    }

    #[inline]
    fn read(&self, from: GuestRange, into: &mut [u8]) {
        glue::copy_from(from.start(), into);
    }

    #[inline]
    fn write(&mut self, to: GuestRange, from: &[u8]) {
        glue::copy_to(to.start(), from);
    }

    #[inline]
    fn load_u32(&self, from: GuestRange) -> u32 {
        glue::load_u32(from.start())
    }

    #[inline]
    fn load_u64(&self, from: GuestRange) -> u64 {
        glue::load_u64(from.start())
    }

    #[inline]
    fn store_u32(&mut self, to: GuestRange, value: u32) {
        glue::store_u32(to.start(), value);
    }

    #[inline]
    fn store_u64(&mut self, to: GuestRange, value: u64) {
        glue::store_u64(to.start(), value);
    }
}
