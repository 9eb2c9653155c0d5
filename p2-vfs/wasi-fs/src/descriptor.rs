//! Open file descriptions of the other side.

use std::rc::Rc;

use fs_core::{
    DescriptorFlags, DirEntry, ErrorCode, Listing, NewTimestamp, OpenFlags, PathFlags, Remove,
    Result, Stat, SyncLevel, Target, WriteAt, Written,
};

use crate::append::Append;
use crate::bindings::wasi::filesystem::types as wasi;
use crate::convert;

/// The most that is asked for or given at once: what is under way lies in the guest's memory.
const AT_ONCE: usize = 1 << 20;

/// An open file description of a [`WasiFs`](crate::WasiFs).
#[derive(Clone, Debug)]
pub struct WasiDescriptor(Rc<wasi::Descriptor>);

impl WasiDescriptor {
    pub(crate) fn new(descriptor: wasi::Descriptor) -> Self {
        Self(Rc::new(descriptor))
    }
}

impl fs_core::Descriptor for WasiDescriptor {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        let opened = self
            .0
            .open_at(at.into(), path, open.into(), access.into())?;
        Ok(Self::new(opened))
    }

    fn flags(&self) -> DescriptorFlags {
        // There is no reason to fail for what is open.
        let flags = self.0.get_flags();
        flags.map_or(DescriptorFlags::empty(), DescriptorFlags::from)
    }

    fn stat(&self) -> Result<Stat> {
        Ok(convert::stat(&self.0.stat()?, self.0.metadata_hash()?))
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        let stat = self.0.stat_at(at.into(), path)?;
        let hash = self.0.metadata_hash_at(at.into(), path)?;
        Ok(convert::stat(&stat, hash))
    }

    fn read_at(&self, offset: u64, len: usize, mut sink: impl FnMut(&[u8])) -> Result<usize> {
        let mut done = 0;
        loop {
            let wanted = (len - done).min(AT_ONCE);
            let at = offset.saturating_add(done as u64);
            let (mut bytes, is_end) = match self.0.read(wanted as u64, at) {
                Ok(read) => read,
                // What was read before counts.
                Err(_) if done > 0 => return Ok(done),
                Err(error) => return Err(error.into()),
            };
            bytes.truncate(wanted);
            sink(&bytes);
            done += bytes.len();
            if done == len || bytes.is_empty() || is_end {
                return Ok(done);
            }
        }
    }

    fn write_at(
        &self,
        at: WriteAt,
        len: usize,
        mut source: impl FnMut(&mut [u8]),
    ) -> Result<Written> {
        let mut target = WriteTarget::new(&self.0, at)?;
        let mut buffer = Vec::new();
        let mut done = 0;
        loop {
            let piece = (len - done).min(AT_ONCE);
            resize(&mut buffer, piece)?;
            source(&mut buffer);
            let stopped = match target.write(&buffer) {
                Ok(()) => {
                    done += piece;
                    done == len
                }
                Err((written, error)) if done + written == 0 => return Err(error),
                Err((written, _)) => {
                    done += written;
                    true
                }
            };
            if stopped {
                return Ok(Written {
                    len: done,
                    end: target.offset,
                });
            }
        }
    }

    fn set_size(&self, size: u64) -> Result<()> {
        Ok(self.0.set_size(size)?)
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        if !self.flags().contains(DescriptorFlags::WRITE) {
            return Err(ErrorCode::BadDescriptor);
        }
        if len == 0 {
            return Err(ErrorCode::Invalid);
        }
        let end = offset.checked_add(len).ok_or(ErrorCode::FileTooLarge)?;
        if self.0.stat()?.size < end {
            self.0.set_size(end)?;
        }
        Ok(())
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let (access, modification) = (access.into(), modification.into());
        Ok(match target {
            Target::This => self.0.set_times(access, modification)?,
            Target::At(at, path) => self.0.set_times_at(at.into(), path, access, modification)?,
        })
    }

    fn read_dir(&self) -> Result<Listing> {
        let this = convert::ino(self.0.metadata_hash()?);
        let stream = self.0.read_directory()?;
        let mut entries = Vec::new();
        while let Some(entry) = stream.read_directory_entry()? {
            let hash = match self
                .0
                .metadata_hash_at(wasi::PathFlags::empty(), &entry.name)
            {
                Ok(hash) => hash,
                // Somebody else has removed it since.
                Err(wasi::ErrorCode::NoEntry) => continue,
                Err(error) => return Err(error.into()),
            };
            entries.push(DirEntry {
                ino: convert::ino(hash),
                file_type: convert::file_type(entry.type_),
                name: entry.name,
            });
        }
        Ok(Listing {
            this,
            // No path leads there.
            parent: this,
            entries,
        })
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        Ok(self.0.create_directory_at(path)?)
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        Ok(self.0.symlink_at(target, path)?)
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        Ok(self.0.readlink_at(path)?)
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        Ok(self.0.link_at(at.into(), old_path, &new_dir.0, new_path)?)
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        Ok(self.0.rename_at(old_path, &new_dir.0, new_path)?)
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        Ok(match kind {
            Remove::File => self.0.unlink_file_at(path)?,
            Remove::Directory => self.0.remove_directory_at(path)?,
        })
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        Ok(match level {
            SyncLevel::Data => self.0.sync_data()?,
            SyncLevel::All => self.0.sync()?,
        })
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.0.is_same_object(&other.0)
    }
}

/// Where the pieces of a write go.
struct WriteTarget<'f> {
    file: &'f wasi::Descriptor,
    /// Where the next piece goes, or will have gone.
    offset: u64,
    /// What appends, if the pieces go to the end.
    append: Option<Append>,
}

impl<'f> WriteTarget<'f> {
    fn new(file: &'f wasi::Descriptor, at: WriteAt) -> Result<Self> {
        let (offset, append) = match at {
            WriteAt::Offset(offset) => (offset, None),
            WriteAt::End => {
                let append = Append::to(file)?;
                (file.stat()?.size, Some(append))
            }
        };
        Ok(Self {
            file,
            offset,
            append,
        })
    }

    /// Writes all of a piece, or says how much and why not more.
    fn write(&mut self, piece: &[u8]) -> core::result::Result<(), (usize, ErrorCode)> {
        match &self.append {
            Some(append) => match append.write(piece) {
                Ok(()) => self.offset = self.offset.saturating_add(piece.len() as u64),
                Err(error) => return Err((self.appended(piece.len()), error)),
            },
            None => self.write_at_offset(piece)?,
        }
        Ok(())
    }

    /// How much of a piece of `len` bytes was appended before an error.
    fn appended(&mut self, len: usize) -> usize {
        let size = self.file.stat().map_or(self.offset, |stat| stat.size);
        let written = size.saturating_sub(self.offset).min(len as u64);
        self.offset = self.offset.saturating_add(written);
        written as usize
    }

    fn write_at_offset(&mut self, piece: &[u8]) -> core::result::Result<(), (usize, ErrorCode)> {
        let mut written = 0;
        loop {
            let rest = piece.get(written..).unwrap_or_default();
            match self.file.write(rest, self.offset) {
                Ok(0) if !rest.is_empty() => return Err((written, ErrorCode::InsufficientSpace)),
                Ok(count) => {
                    written += count as usize;
                    self.offset = self.offset.saturating_add(count);
                }
                Err(error) => return Err((written, error.into())),
            }
            if written >= piece.len() {
                return Ok(());
            }
        }
    }
}

/// Makes a buffer of `len` bytes.
fn resize(buffer: &mut Vec<u8>, len: usize) -> Result<()> {
    let more = len.saturating_sub(buffer.len());
    buffer
        .try_reserve_exact(more)
        .map_err(|_| ErrorCode::InsufficientMemory)?;
    buffer.resize(len, 0);
    Ok(())
}
