//! Descriptors as such: their flags and rights, closing and renumbering.

use fs_core::FileSystem;

use crate::errno::{Errno, Result};
use crate::fd_table::Entry;
use crate::layout::{FDSTAT_SIZE, fdstat};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::{Outside, Stdio};
use crate::preview1::Preview1;
use crate::rights::{FdRights, Rights};
use crate::types::{Fd, FdFlags, Filetype};

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Closes a descriptor of any kind, preopens and standard streams included.
    ///
    /// # Errors
    /// `BADF`.
    pub fn fd_close(&mut self, _memory: &mut impl GuestMemory, fd: Fd) -> Result {
        self.fds.close(fd)
    }

    /// Moves a descriptor of any kind to the number of another one, which is closed.
    ///
    /// # Errors
    /// `BADF`: one of them is closed. Both the same: success, nothing changes.
    pub fn fd_renumber(&mut self, _memory: &mut impl GuestMemory, fd: Fd, to: Fd) -> Result {
        self.fds.renumber(fd, to)
    }

    /// The kind, the flags and the rights of a descriptor.
    ///
    /// # Errors
    /// `BADF`, `FAULT`.
    pub fn fd_fdstat_get(&mut self, memory: &mut impl GuestMemory, fd: Fd, stat: Ptr) -> Result {
        let entry = self.fds.get(fd)?;
        let stat = GuestRange::check(memory, stat, FDSTAT_SIZE)?;
        let record = match entry {
            Entry::File(file) => fdstat(
                Filetype::RegularFile,
                file.flags,
                FdRights::of_file(file.access),
            ),
            Entry::Directory(_) => {
                fdstat(Filetype::Directory, FdFlags::empty(), FdRights::DIRECTORY)
            }
            Entry::Stdio(stream) => {
                let filetype = if self.outside.is_terminal(memory, *stream, stat) {
                    Filetype::CharacterDevice
                } else {
                    Filetype::Unknown
                };
                let rights = match stream {
                    Stdio::Input => Rights::FD_READ,
                    Stdio::Output(_) => Rights::FD_WRITE,
                };
                fdstat(filetype, FdFlags::empty(), FdRights::of_stream(rights))
            }
        };
        memory.write(stat, &record);
        Ok(())
    }

    /// Sets or clears `APPEND` and `NONBLOCK` of a file. Streams and directories take the flags,
    /// which change nothing for them.
    ///
    /// # Errors
    /// `BADF`, `INVAL` (another flag that the descriptor was not opened with).
    pub fn fd_fdstat_set_flags(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        flags: u32,
    ) -> Result {
        let entry = self.fds.get_mut(fd)?;
        let requested = FdFlags::from_raw(flags)?;
        let fixed = match entry {
            Entry::File(file) => file.flags.difference(FdFlags::STATUS),
            Entry::Directory(_) | Entry::Stdio(_) => FdFlags::empty(),
        };
        // The flags a file was opened with come back from programs that read, change and write.
        if !FdFlags::STATUS.union(fixed).contains(requested) {
            return Err(Errno::INVAL);
        }
        if let Entry::File(file) = entry {
            file.flags = fixed.union(requested);
        }
        Ok(())
    }

    /// Refuses: a layer that lets rights be dropped has to enforce them all.
    ///
    /// # Errors
    /// `BADF`, `NOTSUP`.
    pub fn fd_fdstat_set_rights(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        _base: u64,
        _inheriting: u64,
    ) -> Result {
        self.fds.get(fd)?;
        Err(Errno::NOTSUP)
    }
}
