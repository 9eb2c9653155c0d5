//! What the kernel has open.

use fs_core::{Descriptor, DescriptorFlags, ErrorCode, FileType, Listing, OpenFlags, Result};
use fuser::OpenAccMode;

const O_CREAT_EXCLUSIVE: i32 = 0o200;
const O_TRUNC: i32 = 0o1000;
const O_APPEND: i32 = 0o2000;

/// An open file or directory.
pub(super) enum Opened<D> {
    File(Open<D>),
    Directory(Listed),
}

/// An open file.
pub(super) struct Open<D> {
    file: D,
    appends: bool,
}

impl<D> Open<D> {
    pub(super) fn new(file: D, flags: fuser::OpenFlags) -> Self {
        Self {
            file,
            appends: flags.0 & O_APPEND != 0,
        }
    }
}

impl<D: Descriptor> Opened<D> {
    pub(super) fn file(&self) -> Result<&D> {
        match self {
            Self::File(open) => Ok(&open.file),
            Self::Directory(_) => Err(ErrorCode::IsDirectory),
        }
    }

    pub(super) fn listed(&self) -> Result<&Listed> {
        match self {
            Self::File(_) => Err(ErrorCode::NotDirectory),
            Self::Directory(listed) => Ok(listed),
        }
    }

    pub(super) fn appends(&self) -> bool {
        matches!(self, Self::File(open) if open.appends)
    }
}

/// A directory as it was when it was opened.
pub(super) struct Listed(Listing);

impl Listed {
    pub(super) fn new(listing: Listing) -> Self {
        Self(listing)
    }

    /// The entries from an offset: the offset of the next one, inode, kind and name.
    pub(super) fn from(&self, offset: u64) -> impl Iterator<Item = (u64, u64, FileType, &str)> {
        let dots = [(self.0.this, "."), (self.0.parent, "..")];
        let dots = dots.map(|(ino, name)| (ino.0, FileType::Directory, name));
        let names = self.0.entries.iter();
        let names = names.map(|entry| (entry.ino.0, entry.file_type, entry.name.as_str()));
        let numbered = (1..).zip(dots.into_iter().chain(names));
        let rest = numbered.skip(usize::try_from(offset).unwrap_or(usize::MAX));
        rest.map(|(next, (ino, file_type, name))| (next, ino, file_type, name))
    }
}

/// What is asked for by `open`, but for what belongs to creating.
pub(super) fn flags(flags: fuser::OpenFlags) -> (OpenFlags, DescriptorFlags) {
    let access = match flags.acc_mode() {
        OpenAccMode::O_RDONLY => DescriptorFlags::READ,
        OpenAccMode::O_WRONLY => DescriptorFlags::WRITE,
        OpenAccMode::O_RDWR => DescriptorFlags::READ | DescriptorFlags::WRITE,
    };
    let open = match flags.0 & O_TRUNC != 0 {
        true => OpenFlags::TRUNCATE,
        false => OpenFlags::empty(),
    };
    (open, access)
}

/// What belongs to creating.
pub(super) fn creation(flags: fuser::OpenFlags) -> OpenFlags {
    match flags.0 & O_CREAT_EXCLUSIVE != 0 {
        true => OpenFlags::EXCLUSIVE,
        false => OpenFlags::empty(),
    }
}
