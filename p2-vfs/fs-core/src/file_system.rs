//! The seam: one trait family, implemented by every file system, consumed by every front door.
//!
//! It mirrors the `descriptor` resource of `wasi:filesystem/types@0.2`, so that one call is one
//! remote call and every binding is translation.
//!
//! # Paths
//! A path is relative to the descriptor and resolves component by component; it never leaves the
//! descriptor's directory. Errors every operation with a path may give, in this order:
//! `BadDescriptor` (closed), `NotDirectory` (the descriptor is not a directory), `NoEntry` (empty
//! path), `Invalid` (a NUL byte), `NameTooLong` (a component over 255 bytes, the path over 4,095),
//! `NotPermitted` (absolute, or `..` beyond the descriptor's directory, directly or through a
//! link), `NoEntry` or `NotDirectory` (a component on the way), `Loop` (more than 40 links).
//!
//! # Data
//! Bytes move once, between the implementation's pages and the caller's memory, in callbacks.
//! - A *sink* gets adjacent pieces in ascending order; their sum is the count returned.
//! - A *source* must fill each piece completely.
//! - The caller checks its own range first, so callbacks cannot fail. They run under the inode's
//!   lock: they copy, and do not call the file system, block or panic.

use crate::error_code::{ErrorCode, Result};
use crate::types::{
    DescriptorFlags, FileType, Listing, NewTimestamp, OpenFlags, PathFlags, Remove, Stat,
    SyncLevel, Target, WriteAt, Written,
};

/// The most that [`Descriptor::read_to_vec`] reads at once, so that nobody can ask for a buffer of
/// any size: the content of a sparse file is larger than memory.
pub const MAX_READ: u64 = 64 << 20;

/// Up to this many bytes are asked for without a look at how many there are.
const SMALL_READ: u64 = 64 << 10;

/// A directory that a program is given before it starts.
#[derive(Clone, Debug)]
pub struct Preopen<D> {
    /// The directory.
    pub descriptor: D,
    /// The name the program knows it by, such as `/`.
    pub name: String,
}

/// A tree of files.
pub trait FileSystem {
    /// Its open file descriptions.
    type Descriptor: Descriptor;

    /// The directories a program starts with, in the order of their numbers.
    fn preopens(&self) -> Vec<Preopen<Self::Descriptor>>;
}

/// An open file description. `clone` shares it, as `dup` does; the last drop closes it.
///
/// It stands for an inode, not for a name: renaming or removing the name changes nothing for it.
pub trait Descriptor: Clone {
    /// Opens, and with [`OpenFlags::CREATE`] creates, the file or directory at `path`.
    ///
    /// # Errors
    /// `Invalid` (`DIRECTORY` with `CREATE`, `EXCLUSIVE` or `TRUNCATE`); those of paths; then
    /// `IsDirectory` (`CREATE` with a trailing slash), `Exist` (`CREATE` and `EXCLUSIVE` on any
    /// existing name), `NoEntry` (absent without `CREATE`), `NotDirectory` (`DIRECTORY` on
    /// anything else, a trailing slash on a file), `Loop` (a link in the last place that is not to
    /// be followed), `IsDirectory` (`WRITE`, `CREATE` or `TRUNCATE` on a directory), `ReadOnly`,
    /// `InsufficientSpace`.
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self>;

    /// What the description was opened for.
    fn flags(&self) -> DescriptorFlags;

    /// What the description's inode is, which never changes.
    #[inline]
    fn file_type(&self) -> Result<FileType> {
        Ok(self.stat()?.file_type)
    }

    /// The attributes of the description's inode.
    fn stat(&self) -> Result<Stat>;

    /// The attributes of the inode at `path`.
    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat>;

    /// Reads up to `len` bytes from `offset`; fewer only at the end of the file.
    ///
    /// # Errors
    /// `IsDirectory`, `BadDescriptor` (not open for reading), `Invalid` (`offset` beyond
    /// 2^63 - 1).
    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize>;

    /// Reads up to `len` bytes from `offset` into a buffer of that size; fewer only at the end of
    /// the file or beyond [`MAX_READ`].
    ///
    /// # Errors
    /// Those of [`Descriptor::read_at`], `InsufficientMemory`.
    #[inline]
    fn read_to_vec(&self, offset: u64, len: u64) -> Result<Vec<u8>> {
        let mut len = len.min(MAX_READ);
        if len > SMALL_READ {
            len = len.min(self.stat()?.size.saturating_sub(offset));
        }
        let len = len as usize;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(len)
            .map_err(|_| ErrorCode::InsufficientMemory)?;
        self.read_at(offset, len, |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    /// Writes `len` bytes. Zero bytes change neither size nor times.
    ///
    /// Room is made before `source` is first called: on `InsufficientSpace` no byte has changed;
    /// with room for a part, the count is short.
    ///
    /// # Errors
    /// `BadDescriptor` (a directory, or not open for writing), `Invalid` (an offset beyond
    /// 2^63 - 1), `FileTooLarge`, `InsufficientSpace`.
    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written>;

    /// Cuts the file to `size` bytes, or extends it with zeros.
    ///
    /// # Errors
    /// `BadDescriptor` (a directory), `Invalid` (not open for writing, or a size beyond
    /// 2^63 - 1), `FileTooLarge`.
    fn set_size(&self, size: u64) -> Result<()>;

    /// Extends the file, if it is shorter, to `offset + len` bytes.
    ///
    /// # Errors
    /// `BadDescriptor` (a directory, or not open for writing), `Invalid` (`len` is 0),
    /// `FileTooLarge`.
    fn allocate(&self, offset: u64, len: u64) -> Result<()>;

    /// Takes advice on how a range will be used. Unless said otherwise, does nothing about it.
    ///
    /// # Errors
    /// `BadDescriptor` (a directory).
    fn advise(&self, _offset: u64, _len: u64) -> Result<()> {
        match self.stat()?.file_type {
            FileType::RegularFile => Ok(()),
            FileType::Directory | FileType::SymbolicLink => Err(ErrorCode::BadDescriptor),
        }
    }

    /// Sets times, and nothing else but the time of change; with nothing to set, not even that.
    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()>;

    /// The directory at this moment.
    ///
    /// # Errors
    /// `NotDirectory`.
    fn read_dir(&self) -> Result<Listing>;

    /// Creates a directory; a trailing slash is allowed.
    ///
    /// # Errors
    /// Those of paths; then `Exist`, `ReadOnly`, `NoEntry` (the descriptor's directory was
    /// removed), `InsufficientSpace`.
    fn create_directory_at(&self, path: &str) -> Result<()>;

    /// Creates a symbolic link at `path` that holds `target` verbatim.
    ///
    /// # Errors
    /// `NoEntry` (empty target), `NotPermitted` (absolute target), `NameTooLong` (target over
    /// 4,095 bytes); those of paths; then `Exist`, `NotDirectory` (a trailing slash on an existing
    /// file), `NoEntry` (a trailing slash on an absent name), `ReadOnly`, `InsufficientSpace`.
    fn symlink_at(&self, target: &str, path: &str) -> Result<()>;

    /// What the symbolic link at `path` holds.
    ///
    /// # Errors
    /// Those of paths; then `Invalid` (not a link).
    fn readlink_at(&self, path: &str) -> Result<String>;

    /// Gives the inode at `old_path` one more name, `new_path` below `new_dir`.
    ///
    /// # Errors
    /// `CrossDevice` (another file system); `Invalid` (`SYMLINK_FOLLOW`); those of paths, old
    /// before new; then `NotPermitted` (a directory), `Exist`, `NoEntry` (a trailing slash on an
    /// absent name), `ReadOnly`, `InsufficientSpace`.
    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()>;

    /// Moves `old_path` to `new_path` below `new_dir`, replacing what is there.
    ///
    /// # Errors
    /// `CrossDevice` (another file system); those of the ways to both names, old before new; then
    /// `Busy` (`.` or `..` as the last component), `NoEntry` (no such source), `NotDirectory` (a
    /// trailing slash on a file, or a directory over a file), `Invalid` (a directory into itself),
    /// `IsDirectory` (a file over a directory), `NotEmpty` (over a directory with names in it),
    /// `ReadOnly`, `InsufficientSpace`. Two names of one inode: success, nothing changes.
    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()>;

    /// Removes a name. Descriptions of its inode live on.
    ///
    /// # Errors
    /// Those of paths; then `NoEntry`; for [`Remove::File`] `IsDirectory` (a directory),
    /// `NotDirectory` (a trailing slash on a file); for [`Remove::Directory`] `Invalid` (`.`),
    /// `NotEmpty` (`..` or names in it), `NotDirectory`; `ReadOnly`.
    fn remove_at(&self, path: &str, kind: Remove) -> Result<()>;

    /// Returns when what was written is as durable as the file system gets.
    fn sync(&self, level: SyncLevel) -> Result<()>;

    /// Whether both stand for the same inode of the same file system.
    fn is_same_object(&self, other: &Self) -> bool;
}
