//! `rights`: what `fd_fdstat_get` shows, and the two bits of it that mean something at open.
//!
//! Rights cannot be dropped (`fd_fdstat_set_rights` is not supported), so they are computed from
//! what a descriptor is, never stored.

use fs_core::DescriptorFlags;

use crate::types::OFlags;

bitflags::bitflags! {
    /// `rights`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Rights: u64 {
        const FD_DATASYNC = 1 << 0;
        const FD_READ = 1 << 1;
        const FD_SEEK = 1 << 2;
        const FD_FDSTAT_SET_FLAGS = 1 << 3;
        const FD_SYNC = 1 << 4;
        const FD_TELL = 1 << 5;
        const FD_WRITE = 1 << 6;
        const FD_ADVISE = 1 << 7;
        const FD_ALLOCATE = 1 << 8;
        const PATH_CREATE_DIRECTORY = 1 << 9;
        const PATH_CREATE_FILE = 1 << 10;
        const PATH_LINK_SOURCE = 1 << 11;
        const PATH_LINK_TARGET = 1 << 12;
        const PATH_OPEN = 1 << 13;
        const FD_READDIR = 1 << 14;
        const PATH_READLINK = 1 << 15;
        const PATH_RENAME_SOURCE = 1 << 16;
        const PATH_RENAME_TARGET = 1 << 17;
        const PATH_FILESTAT_GET = 1 << 18;
        const PATH_FILESTAT_SET_TIMES = 1 << 20;
        const FD_FILESTAT_GET = 1 << 21;
        const FD_FILESTAT_SET_SIZE = 1 << 22;
        const FD_FILESTAT_SET_TIMES = 1 << 23;
        const PATH_SYMLINK = 1 << 24;
        const PATH_REMOVE_DIRECTORY = 1 << 25;
        const PATH_UNLINK_FILE = 1 << 26;
        const POLL_FD_READWRITE = 1 << 27;
    }
}

/// The rights of a descriptor, and of what is opened through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FdRights {
    pub(crate) base: Rights,
    pub(crate) inheriting: Rights,
}

impl FdRights {
    /// A directory's base rights lack `FD_WRITE` above all: programs reopen a directory with the
    /// rights they see, and a directory opened for writing is an error.
    pub(crate) const DIRECTORY: Self = {
        let base = Rights::PATH_CREATE_DIRECTORY
            .union(Rights::PATH_CREATE_FILE)
            .union(Rights::PATH_LINK_SOURCE)
            .union(Rights::PATH_LINK_TARGET)
            .union(Rights::PATH_OPEN)
            .union(Rights::FD_READDIR)
            .union(Rights::PATH_READLINK)
            .union(Rights::PATH_RENAME_SOURCE)
            .union(Rights::PATH_RENAME_TARGET)
            .union(Rights::PATH_FILESTAT_GET)
            .union(Rights::PATH_FILESTAT_SET_TIMES)
            .union(Rights::FD_FILESTAT_GET)
            .union(Rights::FD_FILESTAT_SET_TIMES)
            .union(Rights::PATH_SYMLINK)
            .union(Rights::PATH_REMOVE_DIRECTORY)
            .union(Rights::PATH_UNLINK_FILE);
        let inheriting = base
            .union(Rights::FD_DATASYNC)
            .union(Rights::FD_READ)
            .union(Rights::FD_SEEK)
            .union(Rights::FD_FDSTAT_SET_FLAGS)
            .union(Rights::FD_SYNC)
            .union(Rights::FD_TELL)
            .union(Rights::FD_WRITE)
            .union(Rights::FD_ADVISE)
            .union(Rights::FD_ALLOCATE)
            .union(Rights::FD_FILESTAT_SET_SIZE)
            .union(Rights::POLL_FD_READWRITE);
        Self { base, inheriting }
    };

    /// A file has every right there is or may ever be, but for its access mode.
    pub(crate) fn of_file(access: DescriptorFlags) -> Self {
        let mut base = Rights::from_bits_retain(u64::MAX);
        if !access.contains(DescriptorFlags::READ) {
            base.remove(Rights::FD_READ | Rights::FD_READDIR);
        }
        if !access.contains(DescriptorFlags::WRITE) {
            base.remove(Rights::FD_WRITE);
        }
        Self {
            base,
            inheriting: base,
        }
    }

    /// A standard stream has one right; with `FD_SEEK` or `FD_TELL` libc's `isatty` would say no.
    pub(crate) fn of_stream(base: Rights) -> Self {
        Self {
            base,
            inheriting: base,
        }
    }
}

/// The access mode `path_open` asks for, as wasmtime's preview 1 host understands it.
pub(crate) fn requested_access(rights_base: u64, oflags: OFlags) -> DescriptorFlags {
    let rights = Rights::from_bits_retain(rights_base);
    let write = rights.contains(Rights::FD_WRITE);
    let mut access = DescriptorFlags::empty();
    access.set(
        DescriptorFlags::READ,
        rights.contains(Rights::FD_READ) || !write,
    );
    access.set(
        DescriptorFlags::WRITE,
        write || oflags.intersects(OFlags::CREAT | OFlags::TRUNC),
    );
    access
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_the_rights_that_the_reference_shows() {
        assert_eq!(FdRights::DIRECTORY.base.bits(), 0x07b7_fe00);
        assert_eq!(FdRights::DIRECTORY.inheriting.bits(), 0x0ff7_ffff);
    }
}
