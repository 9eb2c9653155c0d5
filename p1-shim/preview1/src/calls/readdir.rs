//! Reading directories.
//!
//! Cookie 0 takes a snapshot, which later cookies index: 0 is `.`, 1 is `..`, the names follow. A
//! program may remove what it has just read without missing the rest.

use alloc::boxed::Box;

use fs_core::{Descriptor, FileSystem, FileType, Ino, Listing};

use crate::errno::{Errno, Result};
use crate::fd_table::{Directory, Entry};
use crate::layout::dirent;
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::Fd;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Reads entries from `cookie` on. The buffer is filled to its last byte, the last entry cut
    /// if need be; less than that means the end of the directory.
    ///
    /// # Errors
    /// `BADF`, `NOTDIR`, `FAULT`.
    pub fn fd_readdir(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        buf: Ptr,
        buf_len: u32,
        cookie: u64,
        bufused: Ptr,
    ) -> Result {
        let directory = match self.fds.get_mut(fd)? {
            Entry::Directory(directory) => directory,
            Entry::File(_) | Entry::Stdio(_) => return Err(Errno::NOTDIR),
        };
        let mut buffer = GuestRange::check(memory, buf, buf_len)?;
        let bufused = GuestRange::check(memory, bufused, 4)?;
        let listing = directory.listing(cookie)?;
        let mut cookie = cookie;
        while !buffer.is_empty()
            && let Some((ino, name, file_type)) = entry_at(listing, cookie)
        {
            cookie += 1;
            buffer.put(memory, &dirent(cookie, ino, name, file_type));
            buffer.put(memory, name.as_bytes());
        }
        memory.store_u32(bufused, buf_len - buffer.len());
        Ok(())
    }
}

impl<D: Descriptor> Directory<D> {
    /// The snapshot that `cookie` belongs to. A cookie kept from another descriptor gets a new
    /// one.
    fn listing(&mut self, cookie: u64) -> Result<&Listing> {
        let kept = self.listing.take().filter(|_| cookie != 0);
        let listing = match kept {
            Some(listing) => listing,
            None => Box::new(self.descriptor.read_dir()?),
        };
        Ok(self.listing.insert(listing))
    }
}

fn entry_at(listing: &Listing, cookie: u64) -> Option<(Ino, &str, FileType)> {
    match cookie {
        0 => Some((listing.this, ".", FileType::Directory)),
        1 => Some((listing.parent, "..", FileType::Directory)),
        _ => {
            let entry = listing.entries.get(usize::try_from(cookie - 2).ok()?)?;
            Some((entry.ino, &entry.name, entry.file_type))
        }
    }
}
