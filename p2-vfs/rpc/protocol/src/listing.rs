//! The entries of a directory, in the payload of a reply.

use alloc::vec::Vec;

use crate::error::Malformed;
use crate::values::FileKind;
use crate::wire::{Put, Reader};

/// One name of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingEntry<'a> {
    /// The inode behind the name.
    pub node: u64,
    /// What the inode is.
    pub kind: FileKind,
    /// One path component.
    pub name: &'a str,
}

/// Appends an entry: node (u64), kind (u8), name.
pub fn write_entry(out: &mut Vec<u8>, entry: &ListingEntry<'_>) {
    out.put_u64(entry.node);
    entry.kind.write(out);
    out.put_text(entry.name);
}

/// The entries of a page.
#[derive(Clone, Debug)]
pub struct Entries<'a>(Reader<'a>);

impl<'a> Entries<'a> {
    /// Those in a payload.
    pub fn new(payload: &'a [u8]) -> Self {
        Self(Reader::new(payload))
    }

    fn entry(&mut self) -> Result<ListingEntry<'a>, Malformed> {
        Ok(ListingEntry {
            node: self.0.u64()?,
            kind: FileKind::read(&mut self.0)?,
            name: self.0.text()?,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<ListingEntry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.rest().is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_err() {
            self.0 = Reader::new(&[]);
        }
        Some(entry)
    }
}
