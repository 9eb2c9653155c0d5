//! Clocks.

use fs_core::FileSystem;

use crate::errno::Result;
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::ClockId;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// The resolution of a clock in nanoseconds.
    ///
    /// # Errors
    /// `BADF` (the CPU time clocks), `INVAL` (no clock), `FAULT`.
    pub fn clock_res_get(
        &mut self,
        memory: &mut impl GuestMemory,
        id: u32,
        resolution: Ptr,
    ) -> Result {
        let clock = ClockId::from_raw(id)?;
        let resolution = GuestRange::check(memory, resolution, 8)?;
        self.outside.clock_resolution(memory, clock, resolution)
    }

    /// The time of a clock in nanoseconds.
    ///
    /// # Errors
    /// `BADF` (the CPU time clocks), `INVAL` (no clock), `FAULT`.
    pub fn clock_time_get(
        &mut self,
        memory: &mut impl GuestMemory,
        id: u32,
        precision: u64,
        time: Ptr,
    ) -> Result {
        let clock = ClockId::from_raw(id)?;
        let time = GuestRange::check(memory, time, 8)?;
        self.outside.clock_time(memory, clock, precision, time)
    }
}
