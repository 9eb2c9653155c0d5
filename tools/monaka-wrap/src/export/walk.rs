//! A tree of the file system, node by node.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Ino, OpenFlags, PathFlags, Stat, Timestamp,
};

use crate::failure::Failure;

/// The largest file that is copied. Programs can make one of 16 TiB that is nothing but a hole.
const MAX_FILE: u64 = 64 << 30;

/// What is kept of an inode.
#[derive(Clone, Copy)]
pub(crate) struct Attributes {
    pub(crate) mode: u32,
    pub(crate) modification: Timestamp,
}

/// Where a tree goes; a directory comes before what is in it. Paths are relative to the tree's
/// root, which is the empty one.
pub(crate) trait Sink {
    fn directory(&mut self, path: &str, attributes: Attributes) -> io::Result<()>;

    /// `content` has `size` bytes.
    fn file(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        size: u64,
        attributes: Attributes,
    ) -> io::Result<()>;

    fn symlink(&mut self, path: &str, target: &str, attributes: Attributes) -> io::Result<()>;

    /// One more name of a file.
    fn hard_link(&mut self, path: &str, original: &str, attributes: Attributes) -> io::Result<()>;
}

/// Why a copy ended early.
pub(crate) enum Stopped {
    /// The file system refused something, at this path of it.
    Guest(String, ErrorCode),
    Sparse(String, u64),
    Host(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Host(error)
    }
}

impl Stopped {
    pub(crate) fn failure(self, target: &Path) -> Failure {
        match self {
            Self::Guest(path, code) => Failure::Guest { path, code },
            Self::Sparse(path, size) => Failure::Sparse { path, size },
            Self::Host(source) => Failure::Export {
                path: target.to_owned(),
                source,
            },
        }
    }
}

/// Opens the file or directory at `path` for reading.
pub(crate) fn open<D: Descriptor>(root: &D, path: &str, at: PathFlags) -> fs_core::Result<D> {
    let path = match path {
        "" => ".",
        path => path,
    };
    root.open_at(at, path, OpenFlags::empty(), DescriptorFlags::READ)
}

pub(crate) struct Walk<'w, M> {
    /// Where the tree is in the file system.
    base: &'w str,
    mode: M,
    /// The path under which an inode with several names came first.
    first_names: HashMap<Ino, String>,
}

impl<'w, M> Walk<'w, M> {
    pub(crate) fn new(base: &'w str, mode: M) -> Self {
        Self {
            base,
            mode,
            first_names: HashMap::new(),
        }
    }

    pub(crate) fn stopped(&self, path: &str, code: ErrorCode) -> Stopped {
        Stopped::Guest(self.full(path), code)
    }

    fn full(&self, path: &str) -> String {
        let parts = [self.base, path]
            .into_iter()
            .filter(|part| !part.is_empty());
        format!("/{}", parts.collect::<Vec<_>>().join("/"))
    }

    /// Gives the directory `root` and all below it to `sink`.
    pub(crate) fn tree<D: Descriptor>(
        &mut self,
        root: &D,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped>
    where
        M: Fn(&D) -> u32,
    {
        let mut pending = vec![(String::new(), root.clone())];
        while let Some((path, directory)) = pending.pop() {
            let stat = directory.stat().map_err(|code| self.stopped(&path, code))?;
            sink.directory(&path, self.attributes(&directory, &stat))?;
            let listing = directory
                .read_dir()
                .map_err(|code| self.stopped(&path, code))?;
            for entry in listing.entries {
                let below = match path.as_str() {
                    "" => entry.name.clone(),
                    path => format!("{path}/{}", entry.name),
                };
                match entry.file_type {
                    FileType::SymbolicLink => {
                        self.symlink(&directory, &entry.name, &below, sink)?
                    }
                    FileType::Directory | FileType::RegularFile => {
                        let inode = open(&directory, &entry.name, PathFlags::empty())
                            .map_err(|code| self.stopped(&below, code))?;
                        let stat = inode.stat().map_err(|code| self.stopped(&below, code))?;
                        match stat.file_type {
                            FileType::Directory => pending.push((below, inode)),
                            FileType::RegularFile | FileType::SymbolicLink => {
                                self.file(&inode, &stat, &below, sink)?;
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives one file to `sink`, as `path`.
    pub(crate) fn file<D: Descriptor>(
        &mut self,
        file: &D,
        stat: &Stat,
        path: &str,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped>
    where
        M: Fn(&D) -> u32,
    {
        let attributes = self.attributes(file, stat);
        if stat.link_count > 1 {
            if let Some(first) = self.first_names.get(&stat.ino) {
                return Ok(sink.hard_link(path, first, attributes)?);
            }
            self.first_names.insert(stat.ino, path.to_owned());
        }
        if stat.size > MAX_FILE {
            return Err(Stopped::Sparse(self.full(path), stat.size));
        }
        let mut content = Content {
            file,
            offset: 0,
            failed: None,
        };
        let copied = sink.file(path, &mut content, stat.size, attributes);
        match content.failed {
            Some(code) => Err(self.stopped(path, code)),
            None => Ok(copied?),
        }
    }

    fn symlink<D: Descriptor>(
        &self,
        directory: &D,
        name: &str,
        path: &str,
        sink: &mut impl Sink,
    ) -> Result<(), Stopped> {
        let stat = directory.stat_at(PathFlags::empty(), name);
        let stat = stat.map_err(|code| self.stopped(path, code))?;
        let target = directory.readlink_at(name);
        let target = target.map_err(|code| self.stopped(path, code))?;
        let attributes = Attributes {
            mode: 0o777,
            modification: stat.modification,
        };
        Ok(sink.symlink(path, &target, attributes)?)
    }

    fn attributes<D>(&self, inode: &D, stat: &Stat) -> Attributes
    where
        M: Fn(&D) -> u32,
    {
        Attributes {
            mode: (self.mode)(inode),
            modification: stat.modification,
        }
    }
}

/// The content of a file, from its start.
struct Content<'d, D> {
    file: &'d D,
    offset: u64,
    /// Why a read failed, which an `io::Error` does not say.
    failed: Option<ErrorCode>,
}

impl<D: Descriptor> Read for Content<'_, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        let read = self.file.read_at(self.offset, buffer.len(), |piece| {
            buffer[filled..filled + piece.len()].copy_from_slice(piece);
            filled += piece.len();
        });
        match read {
            Ok(len) => {
                self.offset += len as u64;
                Ok(len)
            }
            Err(code) => {
                self.failed = Some(code);
                Err(io::ErrorKind::Other.into())
            }
        }
    }
}
