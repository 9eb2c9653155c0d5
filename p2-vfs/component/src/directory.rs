//! Directories as streams of entries.

use core::cell::RefCell;
use std::vec;

use fs_core::{DirEntry, Listing};

use crate::bindings::exports::wasi::filesystem::types::{
    DirectoryEntry, ErrorCode, GuestDirectoryEntryStream,
};

/// What is left of a directory as it was when it was opened for reading.
pub struct Entries(RefCell<vec::IntoIter<DirEntry>>);

impl Entries {
    pub(crate) fn new(listing: Listing) -> Self {
        Self(RefCell::new(listing.entries.into_iter()))
    }
}

impl GuestDirectoryEntryStream for Entries {
    fn read_directory_entry(&self) -> Result<Option<DirectoryEntry>, ErrorCode> {
        let entry = self.0.borrow_mut().next();
        Ok(entry.map(|entry| DirectoryEntry {
            type_: entry.file_type.into(),
            name: entry.name,
        }))
    }
}
