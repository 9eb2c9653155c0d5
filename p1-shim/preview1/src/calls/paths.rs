//! Names: creating, linking, renaming, removing.

use fs_core::{Descriptor, FileSystem, Remove};

use crate::errno::Result;
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::Outside;
use crate::preview1::Preview1;
use crate::types::{Fd, path_flags};

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Creates a directory.
    ///
    /// # Errors
    /// Those of paths; then those of [`create_directory_at`](Descriptor::create_directory_at).
    pub fn path_create_directory(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let path = self.path.read(memory, path, path_len)?;
        Ok(directory.descriptor.create_directory_at(path)?)
    }

    /// Gives an inode one more name.
    ///
    /// # Errors
    /// Those of paths, old before new; then those of [`link_at`](Descriptor::link_at).
    pub fn path_link(
        &mut self,
        memory: &mut impl GuestMemory,
        old_fd: Fd,
        old_flags: u32,
        old_path: Ptr,
        old_path_len: u32,
        new_fd: Fd,
        new_path: Ptr,
        new_path_len: u32,
    ) -> Result {
        let old_directory = self.fds.directory(old_fd)?;
        let new_directory = self.fds.directory(new_fd)?;
        let at = path_flags(old_flags)?;
        let old_path = self.path.read(memory, old_path, old_path_len)?;
        let new_path = self.new_path.read(memory, new_path, new_path_len)?;
        Ok(old_directory
            .descriptor
            .link_at(at, old_path, &new_directory.descriptor, new_path)?)
    }

    /// The target of a symbolic link, as much of it as there is room for.
    ///
    /// # Errors
    /// Those of paths; then `INVAL` (not a link).
    pub fn path_readlink(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
        buf: Ptr,
        buf_len: u32,
        bufused: Ptr,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let mut buffer = GuestRange::check(memory, buf, buf_len)?;
        let bufused = GuestRange::check(memory, bufused, 4)?;
        let path = self.path.read(memory, path, path_len)?;
        let target = directory.descriptor.readlink_at(path)?;
        buffer.put(memory, target.as_bytes());
        memory.store_u32(bufused, buf_len - buffer.len());
        Ok(())
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// Those of paths; then those of [`remove_at`](Descriptor::remove_at).
    pub fn path_remove_directory(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
    ) -> Result {
        self.remove(memory, fd, path, path_len, Remove::Directory)
    }

    /// Moves a name, and replaces what has the new one.
    ///
    /// # Errors
    /// Those of paths, old before new; then those of [`rename_at`](Descriptor::rename_at).
    pub fn path_rename(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        old_path: Ptr,
        old_path_len: u32,
        new_fd: Fd,
        new_path: Ptr,
        new_path_len: u32,
    ) -> Result {
        let old_directory = self.fds.directory(fd)?;
        let new_directory = self.fds.directory(new_fd)?;
        let old_path = self.path.read(memory, old_path, old_path_len)?;
        let new_path = self.new_path.read(memory, new_path, new_path_len)?;
        Ok(old_directory
            .descriptor
            .rename_at(old_path, &new_directory.descriptor, new_path)?)
    }

    /// Creates a symbolic link that holds `old_path`.
    ///
    /// # Errors
    /// Those of paths, the target before the link; then those of
    /// [`symlink_at`](Descriptor::symlink_at).
    pub fn path_symlink(
        &mut self,
        memory: &mut impl GuestMemory,
        old_path: Ptr,
        old_path_len: u32,
        fd: Fd,
        new_path: Ptr,
        new_path_len: u32,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let target = self.path.read(memory, old_path, old_path_len)?;
        let path = self.new_path.read(memory, new_path, new_path_len)?;
        Ok(directory.descriptor.symlink_at(target, path)?)
    }

    /// Removes the name of a file or symbolic link.
    ///
    /// # Errors
    /// Those of paths; then those of [`remove_at`](Descriptor::remove_at).
    pub fn path_unlink_file(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
    ) -> Result {
        self.remove(memory, fd, path, path_len, Remove::File)
    }

    fn remove(
        &mut self,
        memory: &mut impl GuestMemory,
        fd: Fd,
        path: Ptr,
        path_len: u32,
        kind: Remove,
    ) -> Result {
        let directory = self.fds.directory(fd)?;
        let path = self.path.read(memory, path, path_len)?;
        Ok(directory.descriptor.remove_at(path, kind)?)
    }
}
