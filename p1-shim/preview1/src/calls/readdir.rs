//! Reading directories.
//!
//! Cookie 0 takes a snapshot, which later cookies index: 0 is `.`, 1 is `..`, the names follow. A
//! program may remove what it has just read without missing the rest.

use alloc::boxed::Box;

use fs_core::{Descriptor, FileSystem, FileType, Ino, Listing};

use crate::errno::Result;
use crate::fd_table::FdTable;
use crate::layout::dirent;
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::snapshots::{Snapshot, size_of_listing};
use crate::types::Fd;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Reads entries from `cookie` on. The buffer is filled to its last byte, the last entry cut
    /// if need be; less than that means the end of the directory.
    ///
    /// # Errors
    /// `BADF`, `NOTDIR`, `FAULT`, `NOMEM` (too many large directories are being read).
    pub fn fd_readdir(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        buf: Ptr,
        buf_len: u32,
        cookie: u64,
        bufused: Ptr,
    ) -> Result {
        self.fds.directory_to_read(fd)?;
        let mut buffer = GuestRange::check(memory, buf, buf_len)?;
        let bufused = GuestRange::check(memory, bufused, 4)?;
        let snapshot = self.fds.snapshot(fd, cookie)?;
        let mut cookie = cookie;
        while !buffer.is_empty() {
            let Some((ino, name, file_type)) = entry_at(&snapshot.listing, cookie) else {
                snapshot.is_finished = true;
                break;
            };
            cookie += 1;
            buffer.put(memory, &dirent(cookie, ino, name, file_type));
            buffer.put(memory, name.as_bytes());
        }
        memory.store_u32(bufused, buf_len - buffer.len());
        Ok(())
    }
}

impl<D: Descriptor> FdTable<D> {
    /// The snapshot that `cookie` belongs to. A cookie kept from another descriptor gets a new
    /// one.
    fn snapshot(&mut self, fd: Fd, cookie: u64) -> Result<&mut Snapshot> {
        let directory = self.directory_to_read(fd)?;
        let kept = directory.listing.take().filter(|_| cookie != 0);
        let snapshot = match kept {
            Some(snapshot) => snapshot,
            None => {
                let listing = directory.descriptor.read_dir()?;
                self.keep(listing)?
            }
        };
        Ok(self.directory_to_read(fd)?.listing.insert(snapshot))
    }

    fn keep(&mut self, listing: Listing) -> Result<Box<Snapshot>> {
        if !self.snapshots.have_room_for(size_of_listing(&listing)) {
            self.forget_finished_snapshots();
        }
        self.snapshots.keep(listing)
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
