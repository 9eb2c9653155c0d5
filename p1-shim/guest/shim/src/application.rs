//! The application's memory.

use preview1::{GuestMemory, GuestRange};

use crate::glue;

const PAGE: u64 = 1 << 16;

/// The memory of the application that this shim was merged with.
#[derive(Clone, Copy, Debug)]
pub struct Application;

impl GuestMemory for Application {
    #[inline]
    fn size(&self) -> u64 {
        u64::from(glue::size()) * PAGE
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
