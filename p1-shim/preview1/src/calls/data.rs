//! The content of files: reading, writing, positions, size.

use fs_core::{Descriptor, DescriptorFlags, FileSystem, SyncLevel, WriteAt, Written};

use crate::errno::{Errno, Result};
use crate::fd_table::{Entry, File};
use crate::iovec::{IovecCursor, Iovecs};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::{Outside, Stdio};
use crate::preview1::Preview1;
use crate::types::{Fd, FdFlags, Whence, check_advice};

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Reads at the position and moves it on.
    ///
    /// # Errors
    /// `BADF` (closed, or not readable), `ISDIR`, `INVAL` (over [`MAX_IOVECS`] buffers), `FAULT`.
    ///
    /// [`MAX_IOVECS`]: crate::MAX_IOVECS
    #[inline]
    pub fn fd_read(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        iovs: Ptr,
        iovs_len: u32,
        nread: Ptr,
    ) -> Result {
        match self.fds.get_mut(fd)? {
            Entry::File(file) => {
                file.require(DescriptorFlags::READ)?;
                let count = file.read(memory, file.position, (iovs, iovs_len), nread)?;
                file.position += u64::from(count);
                Ok(())
            }
            Entry::Stdio(Stdio::Input) => {
                let (buffers, nread) = transfer(memory, iovs, iovs_len, nread)?;
                self.outside.read_stdin(memory, &buffers, nread)
            }
            Entry::Stdio(Stdio::Output(_)) => Err(Errno::BADF),
            Entry::Directory(_) => Err(Errno::ISDIR),
        }
    }

    /// Reads at `offset` and leaves the position.
    ///
    /// # Errors
    /// `BADF` (closed, or not readable), `ISDIR`, `SPIPE` (a standard stream), `INVAL` (over
    /// [`MAX_IOVECS`] buffers), `FAULT`, `INVAL` (`offset` over 2^63 - 1).
    ///
    /// [`MAX_IOVECS`]: crate::MAX_IOVECS
    #[inline]
    pub fn fd_pread(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        iovs: Ptr,
        iovs_len: u32,
        offset: u64,
        nread: Ptr,
    ) -> Result {
        let file = match self.fds.get(fd)? {
            Entry::File(file) => file,
            Entry::Stdio(_) => return Err(Errno::SPIPE),
            Entry::Directory(_) => return Err(Errno::ISDIR),
        };
        file.require(DescriptorFlags::READ)?;
        file.read(memory, offset, (iovs, iovs_len), nread)?;
        Ok(())
    }

    /// Writes at the position, or with `APPEND` at the end, and moves the position behind it.
    ///
    /// # Errors
    /// `BADF` (closed, a directory, or not writable), `INVAL` (over [`MAX_IOVECS`] buffers),
    /// `FAULT`, `FBIG`, `NOSPC`.
    ///
    /// [`MAX_IOVECS`]: crate::MAX_IOVECS
    #[inline]
    pub fn fd_write(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        iovs: Ptr,
        iovs_len: u32,
        nwritten: Ptr,
    ) -> Result {
        match self.fds.get_mut(fd)? {
            Entry::File(file) => {
                file.require(DescriptorFlags::WRITE)?;
                let at = file.position;
                let written = file.write(memory, at, (iovs, iovs_len), nwritten)?;
                if written.len > 0 {
                    file.position = written.end;
                }
                Ok(())
            }
            Entry::Stdio(Stdio::Output(output)) => {
                let output = *output;
                let (buffers, nwritten) = transfer(memory, iovs, iovs_len, nwritten)?;
                self.outside
                    .write_output(memory, output, &buffers, nwritten)
            }
            Entry::Stdio(Stdio::Input) | Entry::Directory(_) => Err(Errno::BADF),
        }
    }

    /// Writes at `offset`, or with `APPEND` at the end as on Linux, and leaves the position.
    ///
    /// # Errors
    /// `BADF` (closed, a directory, or not writable), `SPIPE` (a standard stream), `INVAL` (over
    /// [`MAX_IOVECS`] buffers), `FAULT`, `INVAL` (`offset` over 2^63 - 1), `FBIG`, `NOSPC`.
    ///
    /// [`MAX_IOVECS`]: crate::MAX_IOVECS
    #[inline]
    pub fn fd_pwrite(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        iovs: Ptr,
        iovs_len: u32,
        offset: u64,
        nwritten: Ptr,
    ) -> Result {
        let file = match self.fds.get(fd)? {
            Entry::File(file) => file,
            Entry::Stdio(_) => return Err(Errno::SPIPE),
            Entry::Directory(_) => return Err(Errno::BADF),
        };
        file.require(DescriptorFlags::WRITE)?;
        file.write(memory, offset, (iovs, iovs_len), nwritten)?;
        Ok(())
    }

    /// Moves the position, beyond the end too.
    ///
    /// # Errors
    /// `BADF` (closed, or a directory), `SPIPE` (a standard stream), `INVAL` (`whence`), `FAULT`,
    /// `INVAL` (a position below 0 or over 2^63 - 1); then the position stays.
    pub fn fd_seek(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        offset: i64,
        whence: u32,
        new_offset: Ptr,
    ) -> Result {
        let file = self.positioned(fd)?;
        let whence = Whence::from_raw(whence)?;
        let new_offset = GuestRange::check(memory, new_offset, 8)?;
        let origin = match whence {
            Whence::Set => 0,
            Whence::Current => file.position,
            Whence::End => file.descriptor.stat()?.size,
        };
        file.position = origin
            .checked_add_signed(offset)
            .filter(|&position| position <= i64::MAX as u64)
            .ok_or(Errno::INVAL)?;
        memory.store_u64(new_offset, file.position);
        Ok(())
    }

    /// The position.
    ///
    /// # Errors
    /// `BADF` (closed, or a directory), `SPIPE` (a standard stream), `FAULT`.
    pub fn fd_tell(&mut self, memory: &mut impl GuestMemory, fd: Fd, offset: Ptr) -> Result {
        let position = self.positioned(fd)?.position;
        let offset = GuestRange::check(memory, offset, 8)?;
        memory.store_u64(offset, position);
        Ok(())
    }

    /// Takes advice and does nothing about it.
    ///
    /// # Errors
    /// `BADF` (closed, or a directory), `SPIPE` (a standard stream), `INVAL` (`advice`).
    pub fn fd_advise(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        _offset: u64,
        _len: u64,
        advice: u32,
    ) -> Result {
        self.positioned(fd)?;
        check_advice(advice)
    }

    /// Extends a file to `offset + len`, if it is shorter.
    ///
    /// # Errors
    /// `BADF` (closed, a directory, or not writable), `INVAL` (a standard stream, or `len` is 0),
    /// `FBIG`, `NOSPC`.
    pub fn fd_allocate(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        offset: u64,
        len: u64,
    ) -> Result {
        Ok(self.sized(fd)?.descriptor.allocate(offset, len)?)
    }

    /// Cuts a file, or extends it with zeros; the position stays.
    ///
    /// # Errors
    /// `BADF` (closed, or a directory), `INVAL` (a standard stream, or not writable), `FBIG`,
    /// `NOSPC`.
    pub fn fd_filestat_set_size(
        &mut self,
        _memory: &mut impl GuestMemory,
        fd: Fd,
        size: u64,
    ) -> Result {
        Ok(self.sized(fd)?.descriptor.set_size(size)?)
    }

    /// Returns when the content is durable. Works on what is only readable, and on directories,
    /// which databases sync.
    ///
    /// # Errors
    /// `BADF`, `INVAL` (a standard stream), `IO`.
    pub fn fd_datasync(&mut self, _memory: &mut impl GuestMemory, fd: Fd) -> Result {
        self.sync(fd, SyncLevel::Data)
    }

    /// Returns when the content and the attributes are durable, as [`Preview1::fd_datasync`].
    ///
    /// # Errors
    /// `BADF`, `INVAL` (a standard stream), `IO`.
    pub fn fd_sync(&mut self, _memory: &mut impl GuestMemory, fd: Fd) -> Result {
        self.sync(fd, SyncLevel::All)
    }

    fn sync(&self, fd: Fd, level: SyncLevel) -> Result {
        let descriptor = match self.fds.get(fd)? {
            Entry::File(file) => &file.descriptor,
            Entry::Directory(directory) => &directory.descriptor,
            Entry::Stdio(_) => return Err(Errno::INVAL),
        };
        Ok(descriptor.sync(level)?)
    }

    /// What has a position.
    fn positioned(&mut self, fd: Fd) -> Result<&mut File<F::Descriptor>> {
        match self.fds.get_mut(fd)? {
            Entry::File(file) => Ok(file),
            Entry::Stdio(_) => Err(Errno::SPIPE),
            Entry::Directory(_) => Err(Errno::BADF),
        }
    }

    /// What has a size that can be set.
    fn sized(&self, fd: Fd) -> Result<&File<F::Descriptor>> {
        match self.fds.get(fd)? {
            Entry::File(file) => Ok(file),
            Entry::Stdio(_) => Err(Errno::INVAL),
            Entry::Directory(_) => Err(Errno::BADF),
        }
    }
}

/// The guest's side of a read or write: the buffers, and where the count goes.
#[inline]
fn transfer(
    memory: &impl GuestMemory,
    iovs: Ptr,
    iovs_len: u32,
    count: Ptr,
) -> Result<(Iovecs, GuestRange)> {
    let buffers = Iovecs::read(memory, iovs, iovs_len)?;
    let count = GuestRange::check(memory, count, 4)?;
    Ok((buffers, count))
}

/// A guest's list of buffers: where it is, and how long.
type List = (Ptr, u32);

/// Has `act` fill or empty the buffers and store the count.
///
/// Most lists are of one, and those cost neither a call nor a move of the list.
#[inline(always)]
fn over<M: GuestMemory, T>(
    memory: &mut M,
    (iovs, iovs_len): List,
    count: Ptr,
    act: impl FnOnce(&mut M, IovecCursor<'_>, GuestRange) -> Result<T>,
) -> Result<T> {
    if iovs_len != 1 {
        return over_list(memory, (iovs, iovs_len), count, act);
    }
    let buffer = Iovecs::only(memory, iovs)?;
    let count = GuestRange::check(memory, count, 4)?;
    act(memory, IovecCursor::over(buffer), count)
}

#[inline(never)]
fn over_list<M: GuestMemory, T>(
    memory: &mut M,
    (iovs, iovs_len): List,
    count: Ptr,
    act: impl FnOnce(&mut M, IovecCursor<'_>, GuestRange) -> Result<T>,
) -> Result<T> {
    let (buffers, count) = transfer(memory, iovs, iovs_len, count)?;
    act(memory, buffers.cursor(), count)
}

impl<D: Descriptor> File<D> {
    /// Fills the buffers from `offset` and stores the count.
    #[inline]
    fn read(
        &self,
        memory: &mut impl GuestMemory,
        offset: u64,
        list: List,
        nread: Ptr,
    ) -> Result<u32> {
        over(memory, list, nread, |memory, cursor, nread| {
            self.read_into(memory, offset, cursor, nread)
        })
    }

    #[inline(never)]
    fn read_into(
        &self,
        memory: &mut impl GuestMemory,
        offset: u64,
        mut cursor: IovecCursor<'_>,
        nread: GuestRange,
    ) -> Result<u32> {
        let len = cursor.total() as usize;
        let count = self
            .descriptor
            .read_at(offset, len, |piece| cursor.scatter(memory, piece))?;
        memory.store_u32(nread, count as u32);
        Ok(count as u32)
    }

    /// Writes the buffers at `offset`, or with `APPEND` at the end, and stores the count. All
    /// buffers are one write, so that an append is never torn.
    #[inline]
    fn write(
        &self,
        memory: &mut impl GuestMemory,
        offset: u64,
        list: List,
        nwritten: Ptr,
    ) -> Result<Written> {
        let at = if self.flags.contains(FdFlags::APPEND) {
            WriteAt::End
        } else {
            WriteAt::Offset(offset)
        };
        over(memory, list, nwritten, |memory, cursor, nwritten| {
            self.write_from(memory, at, cursor, nwritten)
        })
    }

    #[inline(never)]
    fn write_from(
        &self,
        memory: &mut impl GuestMemory,
        at: WriteAt,
        mut cursor: IovecCursor<'_>,
        nwritten: GuestRange,
    ) -> Result<Written> {
        let len = cursor.total() as usize;
        let written = self
            .descriptor
            .write_at(at, len, |piece| cursor.gather(memory, piece))?;
        memory.store_u32(nwritten, written.len as u32);
        Ok(written)
    }
}
