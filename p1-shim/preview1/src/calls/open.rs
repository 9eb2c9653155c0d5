//! Opening.

use fs_core::{Descriptor, FileSystem, FileType};

use crate::errno::Result;
use crate::fd_table::{Directory, Entry, File};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::rights::requested_access;
use crate::types::{Fd, FdFlags, OFlags, path_flags};

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Opens a file or directory at the lowest closed number.
    ///
    /// Of the rights only `FD_READ` and `FD_WRITE` in `rights_base` mean anything: they are the
    /// access mode. Without either the descriptor can be read; with `CREAT` or `TRUNC` it can be
    /// written.
    ///
    /// # Errors
    /// Those of paths, with `MFILE` before the path is resolved; then those of
    /// [`open_at`](Descriptor::open_at). `NOMEM`.
    pub fn path_open(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        dirflags: u32,
        path: Ptr,
        path_len: u32,
        oflags: u32,
        rights_base: u64,
        _rights_inheriting: u64,
        fdflags: u32,
        opened: Ptr,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let at = path_flags(dirflags)?;
        let oflags = OFlags::from_raw(oflags)?;
        let flags = FdFlags::from_raw(fdflags)?;
        let opened = GuestRange::check(memory, opened, 4)?;
        let path = self.path.read(memory, path, path_len)?;
        let number = self.fds.vacant()?;

        let access = requested_access(rights_base, oflags) | flags.descriptor_flags();
        let descriptor = directory
            .descriptor
            .open_at(at, path, oflags.open_flags(), access)?;
        let entry = open_entry(descriptor, flags)?;
        self.fds.open(number, entry)?;
        memory.store_u32(opened, number.0);
        Ok(())
    }
}

fn open_entry<D: Descriptor>(descriptor: D, flags: FdFlags) -> Result<Entry<D>> {
    Ok(match descriptor.file_type()? {
        FileType::Directory => Entry::Directory(Directory {
            descriptor,
            preopen: None,
            listing: None,
        }),
        FileType::RegularFile | FileType::SymbolicLink => Entry::File(File {
            access: descriptor.flags(),
            descriptor,
            flags,
            position: 0,
        }),
    })
}
