//! From a file system back to an image.

use std::collections::HashMap;

use super::builder::{ImageBuilder, Origin};
use crate::descriptor::MemDescriptor;
use crate::error_code::{ErrorCode, Result};
use crate::file_system::Descriptor;
use crate::path::PATH_MAX;
use crate::types::{FileType, Ino, Stat};

/// How many bytes of holes are saved. A hole costs a program nothing, but takes room in an image.
const MAX_HOLES: u64 = 1 << 30;

impl ImageBuilder {
    /// Adds what `root`, a directory, holds now: files with their content, links, hard links among
    /// them, times, modes and what is read-only. What a program changes meanwhile
    /// may be in or not.
    ///
    /// # Errors
    /// `NotDirectory`, `Io` (the image below is damaged), `NameTooLong` (a path of more than 4,095
    /// bytes), `FileTooLarge` (more than a GiB of holes), `InsufficientMemory`.
    pub fn tree(&mut self, root: &MemDescriptor) -> Result<()> {
        let mut saving = Saving {
            first_names: HashMap::new(),
            room: root.usage().bytes.saturating_add(MAX_HOLES),
            image: self,
        };
        saving.inode("", root)?;
        let mut directories = vec![(String::new(), root.clone())];
        while let Some((path, directory)) = directories.pop() {
            for entry in directory.read_dir()?.entries {
                let path = match path.as_str() {
                    "" => entry.name.clone(),
                    _ => format!("{path}/{}", entry.name),
                };
                match saving.name(&directory, &entry.name, &path) {
                    Ok(Some(below)) => directories.push((path, below)),
                    // Removed meanwhile.
                    Ok(None) | Err(ErrorCode::NoEntry) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

struct Saving<'i> {
    image: &'i mut ImageBuilder,
    /// The name under which an inode with several names was added first.
    first_names: HashMap<Ino, String>,
    /// How many bytes may still be copied: a sparse file is larger than memory.
    room: u64,
}

impl Saving<'_> {
    /// Adds one name, and returns the directory behind it if it is one.
    fn name(
        &mut self,
        directory: &MemDescriptor,
        name: &str,
        path: &str,
    ) -> Result<Option<MemDescriptor>> {
        if path.len() > PATH_MAX {
            return Err(ErrorCode::NameTooLong);
        }
        let inode = directory.inode_at(name)?;
        let file_type = self.inode(path, &inode)?;
        Ok((file_type == FileType::Directory).then_some(inode))
    }

    fn inode(&mut self, path: &str, inode: &MemDescriptor) -> Result<FileType> {
        let stat = inode.stat()?;
        let origin = Origin {
            access: stat.access,
            modification: stat.modification,
            change: stat.change,
            mode: inode.mode(),
        };
        let is_linked = stat.link_count > 1 && stat.file_type != FileType::Directory;
        match self.first_names.get(&stat.ino) {
            Some(first) => self.image.hard_link(path, first),
            None => {
                self.add(path, inode, &stat, origin)?;
                if is_linked {
                    self.first_names.insert(stat.ino, path.to_owned());
                }
            }
        }
        if inode.is_read_only() {
            self.image.read_only(path);
        }
        Ok(stat.file_type)
    }

    fn add(
        &mut self,
        path: &str,
        inode: &MemDescriptor,
        stat: &Stat,
        origin: Origin,
    ) -> Result<()> {
        match stat.file_type {
            FileType::Directory => self.image.directory(path, origin),
            FileType::RegularFile => {
                let content = inode.to_bytes(&mut self.room)?;
                self.image.file(path, content, origin);
            }
            FileType::SymbolicLink => self.image.symlink(path, inode.link_target(), origin),
        }
        Ok(())
    }
}
