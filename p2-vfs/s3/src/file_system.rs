//! The file system: files in memory, and a store that gets to know what changes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileSystem, FileType, Ino, Listing, MemDescriptor,
    NewTimestamp, OpenFlags, PathFlags, Preopen, Remove, Result, Stat, SyncLevel, Target, WriteAt,
    Written,
};

use crate::file::File;
use crate::names::Names;
use crate::shared::Shared;
use crate::sync_core::Goal;

/// Files that are kept in a store. `clone` shares them.
///
/// Everything is decided by the files in memory; this sees to it that content is there before it is
/// read, and notes what changes. Several names of one inode are `Unsupported`: the layout has no
/// place for them.
#[derive(Clone)]
pub struct S3Fs {
    pub(crate) shared: Arc<Shared>,
}

impl FileSystem for S3Fs {
    type Descriptor = S3Descriptor;

    fn preopens(&self) -> Vec<Preopen<S3Descriptor>> {
        let preopens = self.shared.memory.preopens().into_iter();
        preopens
            .map(|preopen| Preopen {
                descriptor: S3Descriptor {
                    memory: preopen.descriptor,
                    file: None,
                    shared: self.shared.clone(),
                },
                name: preopen.name,
            })
            .collect()
    }
}

/// An open file description of an [`S3Fs`].
#[derive(Clone)]
pub struct S3Descriptor {
    memory: MemDescriptor,
    /// `None` for directories.
    file: Option<Arc<Open>>,
    shared: Arc<Shared>,
}

/// A file that is open, counted.
struct Open {
    ino: Ino,
    file: Arc<File>,
}

impl Open {
    fn new(ino: Ino, file: Arc<File>) -> Arc<Self> {
        file.opens.fetch_add(1, Ordering::AcqRel);
        Arc::new(Self { ino, file })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.file.opens.fetch_sub(1, Ordering::AcqRel);
    }
}

impl S3Descriptor {
    /// The description of what was opened at `path`, while all names stay as they are.
    fn opened(&self, memory: MemDescriptor, at: PathFlags, path: &str) -> Result<Self> {
        let stat = memory.stat()?;
        let file = match stat.file_type {
            FileType::RegularFile => Some(match self.shared.file(stat.ino) {
                Some(file) => file,
                None => {
                    let all = DescriptorFlags::READ | DescriptorFlags::WRITE;
                    let content = self.memory.open_at(at, path, OpenFlags::empty(), all)?;
                    let file = Arc::new(File::new(content));
                    self.shared.add(stat.ino, file.clone());
                    file
                }
            }),
            FileType::Directory | FileType::SymbolicLink => None,
        };
        Ok(Self {
            memory,
            file: file.map(|file| Open::new(stat.ino, file)),
            shared: self.shared.clone(),
        })
    }

    /// The inode of the directory that `path` names something in, and that name.
    fn parent<'p>(&self, path: &'p str) -> Option<(Ino, &'p str)> {
        let path = path.trim_end_matches('/');
        let (way, name) = path.rsplit_once('/').unwrap_or((".", path));
        let stat = self.memory.stat_at(PathFlags::SYMLINK_FOLLOW, way).ok()?;
        Some((stat.ino, name))
    }

    fn touch_name(&self, names: &mut Names, path: &str) {
        if let Some((directory, name)) = self.parent(path) {
            names.touch(directory, name);
        }
    }

    /// Fetches what is about to lose its name while somebody has it open: the store may forget it.
    fn rescue(&self, path: &str) -> Result<()> {
        let Ok(stat) = self.memory.stat_at(PathFlags::empty(), path) else {
            return Ok(());
        };
        match self.shared.file(stat.ino) {
            Some(file) if file.opens.load(Ordering::Acquire) > 0 => {
                self.shared.load(&file, 0..u64::MAX)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Fetches all of the file before it is changed: what is written is a whole object.
    fn prepare(&self) -> Result<()> {
        if let Some(open) = &self.file
            && self.memory.flags().contains(DescriptorFlags::WRITE)
        {
            self.shared.load(&open.file, 0..u64::MAX)?;
        }
        Ok(())
    }

    fn touched(&self, bytes: u64) {
        if let Some(open) = &self.file {
            self.shared.touch(open.ino, &open.file, bytes);
        }
    }

    fn shown(&self, stat: Stat) -> Stat {
        match stat.file_type {
            FileType::RegularFile => match self.shared.file(stat.ino) {
                Some(file) => file.shown(stat),
                None => stat,
            },
            FileType::Directory | FileType::SymbolicLink => stat,
        }
    }
}

impl Descriptor for S3Descriptor {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        if !open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE) {
            let _names = self.shared.names();
            return self.opened(self.memory.open_at(at, path, open, access)?, at, path);
        }
        let mut names = self.shared.names_mut();
        let before = self.memory.stat_at(at, path).ok();
        let known = before.and_then(|stat| self.shared.file(stat.ino));
        let memory = match &known {
            Some(file) if open.contains(OpenFlags::TRUNCATE) => {
                let mut held = file.hold();
                let opened = self.memory.open_at(at, path, open, access)?;
                file.cut(&mut held, 0);
                opened
            }
            Some(_) | None => self.memory.open_at(at, path, open, access)?,
        };
        let opened = self.opened(memory, at, path)?;
        if before.is_none() {
            match self.memory.stat_at(PathFlags::empty(), path) {
                // Made where a link leads to.
                Ok(stat) if stat.file_type == FileType::SymbolicLink => names.touch_all()?,
                Ok(_) | Err(_) => self.touch_name(&mut names, path),
            }
        } else if open.contains(OpenFlags::TRUNCATE) {
            opened.touched(0);
        }
        Ok(opened)
    }

    fn flags(&self) -> DescriptorFlags {
        self.memory.flags()
    }

    fn stat(&self) -> Result<Stat> {
        let Some(open) = &self.file else {
            return self.memory.stat();
        };
        if !open.file.is_partial() {
            return Ok(open.file.shown(self.memory.stat()?));
        }
        // Not in between a piece that arrives and its time.
        let _held = open.file.hold();
        Ok(open.file.shown(self.memory.stat()?))
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        let stat = self.memory.stat_at(at, path)?;
        match self.shared.file(stat.ino) {
            Some(file) if file.is_partial() => {
                let _held = file.hold();
                Ok(file.shown(self.memory.stat_at(at, path)?))
            }
            Some(_) | None => Ok(self.shown(stat)),
        }
    }

    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize> {
        if let Some(open) = &self.file
            && open.file.is_partial()
            && self.memory.flags().contains(DescriptorFlags::READ)
        {
            let end = offset.saturating_add(len as u64);
            self.shared.load(&open.file, offset..end)?;
        }
        self.memory.read_at(offset, len, sink)
    }

    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written> {
        self.prepare()?;
        self.shared.make_room()?;
        let written = self.memory.write_at(at, len, source)?;
        if written.len > 0 {
            self.touched(written.len as u64);
            let durable =
                DescriptorFlags::FILE_INTEGRITY_SYNC | DescriptorFlags::DATA_INTEGRITY_SYNC;
            if self.memory.flags().intersects(durable) {
                self.sync(SyncLevel::Data)?;
            }
        }
        Ok(written)
    }

    fn set_size(&self, size: u64) -> Result<()> {
        match &self.file {
            Some(open) => {
                let mut held = open.file.hold();
                self.memory.set_size(size)?;
                open.file.cut(&mut held, size);
            }
            None => self.memory.set_size(size)?,
        }
        self.touched(0);
        Ok(())
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        let before = self.memory.stat()?.size;
        self.prepare()?;
        self.memory.allocate(offset, len)?;
        if self.memory.stat()?.size != before {
            self.touched(0);
        }
        Ok(())
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let _names = self.shared.names();
        let stat = match target {
            Target::This => self.memory.stat()?,
            Target::At(at, path) => self.memory.stat_at(at, path)?,
        };
        let file = self.shared.file(stat.ino);
        let held = file.as_ref().map(|file| file.hold());
        self.memory.set_times_at(target, access, modification)?;
        drop(held);
        // Times of access are not kept.
        if let Some(file) = file.filter(|_| modification != NewTimestamp::NoChange) {
            self.shared.touch(stat.ino, &file, 0);
        }
        Ok(())
    }

    fn read_dir(&self) -> Result<Listing> {
        self.memory.read_dir()
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        let mut names = self.shared.names_mut();
        self.memory.create_directory_at(path)?;
        self.touch_name(&mut names, path);
        Ok(())
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        let mut names = self.shared.names_mut();
        self.memory.symlink_at(target, path)?;
        self.touch_name(&mut names, path);
        Ok(())
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        self.memory.readlink_at(path)
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        if at.contains(PathFlags::SYMLINK_FOLLOW) {
            return Err(ErrorCode::Invalid);
        }
        self.memory.stat_at(PathFlags::empty(), old_path)?;
        match new_dir.memory.stat_at(PathFlags::empty(), new_path) {
            Ok(_) => Err(ErrorCode::Exist),
            Err(ErrorCode::NoEntry) => Err(ErrorCode::Unsupported),
            Err(error) => Err(error),
        }
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        let mut names = self.shared.names_mut();
        new_dir.rescue(new_path)?;
        // Where the names are is found before they move.
        let places = [self.parent(old_path), new_dir.parent(new_path)];
        self.memory.rename_at(old_path, &new_dir.memory, new_path)?;
        for (directory, name) in places.into_iter().flatten() {
            names.touch(directory, name);
        }
        Ok(())
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        let mut names = self.shared.names_mut();
        self.rescue(path)?;
        let place = self.parent(path);
        self.memory.remove_at(path, kind)?;
        if let Some((directory, name)) = place {
            names.touch(directory, name);
        }
        Ok(())
    }

    fn sync(&self, _level: SyncLevel) -> Result<()> {
        let goal = match &self.file {
            // What was written before this call has a number that is not higher.
            Some(open) => Goal::Inode(open.ino, open.file.generation()),
            None => {
                self.shared.tell();
                let ino = self.memory.stat()?.ino;
                match self.shared.names().path(ino) {
                    Some(path) => Goal::Below(path),
                    // Removed.
                    None => return Ok(()),
                }
            }
        };
        self.shared.wait(goal).map_err(|problem| problem.code())
    }

    fn is_same_object(&self, other: &Self) -> bool {
        self.memory.is_same_object(&other.memory)
    }
}
