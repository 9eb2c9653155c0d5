//! Paths from the guest's memory.

use alloc::vec::Vec;

use crate::errno::{Errno, Result};
use crate::memory::{GuestMemory, GuestRange, Ptr};

/// The longest path taken, in bytes; one more than a file system resolves, so that it is the one
/// to refuse what is too long for it.
const MAX_PATH: u32 = 4096;

/// Room for one path, reused from call to call.
#[derive(Default)]
pub(crate) struct PathBuffer(Vec<u8>);

impl PathBuffer {
    /// # Errors
    /// `NAMETOOLONG`, `FAULT`, `ILSEQ`.
    pub(crate) fn read(&mut self, memory: &impl GuestMemory, path: Ptr, len: u32) -> Result<&str> {
        if len > MAX_PATH {
            return Err(Errno::NAMETOOLONG);
        }
        let range = GuestRange::check(memory, path, len)?;
        self.0.resize(len as usize, 0);
        memory.read(range, &mut self.0);
        core::str::from_utf8(&self.0).map_err(|_| Errno::ILSEQ)
    }
}
