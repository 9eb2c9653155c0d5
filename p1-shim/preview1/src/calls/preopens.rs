//! The directories a program starts with.

use fs_core::FileSystem;

use crate::errno::{Errno, Result};
use crate::fd_table::Entry;
use crate::layout::{PRESTAT_SIZE, prestat};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::Fd;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// The length of a preopen's name.
    ///
    /// # Errors
    /// `BADF` (closed, or anything but a preopen), `FAULT`.
    pub fn fd_prestat_get(&mut self, memory: &mut impl GuestMemory, fd: Fd, record: Ptr) -> Result {
        let name = self.preopen(fd)?;
        let record = GuestRange::check(memory, record, PRESTAT_SIZE)?;
        let name_len = u32::try_from(name.len()).map_err(|_| Errno::OVERFLOW)?;
        memory.write(record, &prestat(name_len));
        Ok(())
    }

    /// The name of a preopen, without a NUL.
    ///
    /// # Errors
    /// `BADF` (closed, or anything but a preopen), `FAULT`, `NAMETOOLONG` (for the buffer).
    pub fn fd_prestat_dir_name(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
    ) -> Result {
        let name = self.preopen(fd)?;
        let mut buffer = GuestRange::check(memory, path, path_len)?;
        if name.len() > buffer.len() as usize {
            return Err(Errno::NAMETOOLONG);
        }
        buffer.put(memory, name.as_bytes());
        Ok(())
    }

    fn preopen(&self, fd: Fd) -> Result<&str> {
        match self.fds.get(fd)? {
            Entry::Directory(directory) => directory.preopen.as_deref().ok_or(Errno::BADF),
            Entry::File(_) | Entry::Stdio(_) => Err(Errno::BADF),
        }
    }
}
