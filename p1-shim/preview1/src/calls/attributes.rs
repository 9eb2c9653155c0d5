//! The attributes of inodes: stat and times.

use fs_core::{Descriptor, FileSystem, Target};

use crate::errno::{Errno, Result};
use crate::fd_table::Entry;
use crate::layout::{FILESTAT_SIZE, filestat, filestat_of_stream};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::{Fd, NewTimes, path_flags};

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// The attributes of an open file or directory; all zero for a standard stream.
    ///
    /// # Errors
    /// `BADF`, `FAULT`.
    pub fn fd_filestat_get(&mut self, memory: &mut impl GuestMemory, fd: Fd, stat: Ptr) -> Result {
        let entry = self.fds.get(fd)?;
        let range = GuestRange::check(memory, stat, FILESTAT_SIZE)?;
        let record = match entry {
            Entry::File(file) => filestat(&file.descriptor.stat()?),
            Entry::Directory(directory) => filestat(&directory.descriptor.stat()?),
            Entry::Stdio(_) => filestat_of_stream(),
        };
        memory.write(range, &record);
        Ok(())
    }

    /// Sets times of an open file or directory.
    ///
    /// # Errors
    /// `BADF`, `INVAL` (a standard stream; a time given twice; an unknown flag), `ROFS`.
    pub fn fd_filestat_set_times(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        atim: u64,
        mtim: u64,
        fst_flags: u32,
    ) -> Result {
        let descriptor = match self.fds.get(fd)? {
            Entry::File(file) => &file.descriptor,
            Entry::Directory(directory) => &directory.descriptor,
            Entry::Stdio(_) => return Err(Errno::INVAL),
        };
        let times = NewTimes::from_raw(atim, mtim, fst_flags)?;
        Ok(descriptor.set_times_at(Target::This, times.access, times.modification)?)
    }

    /// The attributes of the inode at a path.
    ///
    /// # Errors
    /// Those of paths.
    pub fn path_filestat_get(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        flags: u32,
        path: Ptr,
        path_len: u32,
        stat: Ptr,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let at = path_flags(flags)?;
        let range = GuestRange::check(memory, stat, FILESTAT_SIZE)?;
        let path = self.path.read(memory, path, path_len)?;
        let stat = directory.descriptor.stat_at(at, path)?;
        memory.write(range, &filestat(&stat));
        Ok(())
    }

    /// Sets times of the inode at a path.
    ///
    /// # Errors
    /// Those of paths, with `INVAL` for a time given twice; then `ROFS`.
    pub fn path_filestat_set_times(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        flags: u32,
        path: Ptr,
        path_len: u32,
        atim: u64,
        mtim: u64,
        fst_flags: u32,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let at = path_flags(flags)?;
        let times = NewTimes::from_raw(atim, mtim, fst_flags)?;
        let path = self.path.read(memory, path, path_len)?;
        Ok(directory.descriptor.set_times_at(
            Target::At(at, path),
            times.access,
            times.modification,
        )?)
    }
}
