//! A tree as a tar archive.

use std::io::{self, BufWriter, Read, Write};

use tar::{Builder, EntryType, Header};
use tempfile::NamedTempFile;

use super::walk::{Attributes, Sink};

pub(super) struct Tar(Builder<BufWriter<NamedTempFile>>);

impl Tar {
    pub(super) fn new(file: NamedTempFile) -> Self {
        Self(Builder::new(BufWriter::with_capacity(1 << 18, file)))
    }

    /// Writes the end of the archive.
    pub(super) fn finish(self) -> io::Result<NamedTempFile> {
        let mut file = self.0.into_inner()?;
        file.flush()?;
        Ok(file.into_inner()?)
    }
}

impl Sink for Tar {
    fn directory(&mut self, path: &str, attributes: Attributes) -> io::Result<()> {
        let path = match path {
            "" => "./",
            path => path,
        };
        let mut header = header(EntryType::Directory, 0, attributes);
        self.0.append_data(&mut header, path, io::empty())
    }

    fn file(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        size: u64,
        attributes: Attributes,
    ) -> io::Result<()> {
        let mut header = header(EntryType::Regular, size, attributes);
        self.0.append_data(&mut header, path, content.take(size))
    }

    fn symlink(&mut self, path: &str, target: &str, attributes: Attributes) -> io::Result<()> {
        let mut header = header(EntryType::Symlink, 0, attributes);
        self.0.append_link(&mut header, path, target)
    }

    fn hard_link(&mut self, path: &str, original: &str, attributes: Attributes) -> io::Result<()> {
        let mut header = header(EntryType::Link, 0, attributes);
        self.0.append_link(&mut header, path, original)
    }
}

/// A header without names: those of no user, and whole seconds, which is what the format has.
fn header(kind: EntryType, size: u64, attributes: Attributes) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(attributes.mode);
    header.set_mtime(attributes.modification.parts().0);
    header.set_uid(0);
    header.set_gid(0);
    header
}
