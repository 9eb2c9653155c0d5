//! Files into a file system that is there already, such as a server's.
//!
//! A file is written beside its place and renamed there, so that others see it whole or not at all.

use std::io::{self, Read};

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, NewTimestamp, OpenFlags, PathFlags, Remove,
    Target, WriteAt,
};

use crate::export::walk::{Attributes, Sink, Stopped, Walk};
use crate::failure::Failure;

/// How much is written at once.
const CHUNK: usize = 1 << 20;

/// Copies all below `source` over what is below `target`: files replace files, directories are
/// merged.
///
/// # Errors
/// `Guest`, with the path.
pub(crate) fn upload<S: Descriptor, T: Descriptor>(source: &S, target: &T) -> Result<(), Failure> {
    let mut upload = Upload {
        root: target,
        failed: None,
        buffer: vec![0; CHUNK],
        directories: Vec::new(),
    };
    let copied = Walk::new("", |_: &S| 0o644).tree(source, &mut upload);
    let copied = copied.and_then(|()| upload.finish().map_err(Stopped::Host));
    copied.map_err(|stopped| match (upload.failed.take(), stopped) {
        (Some((path, code)), Stopped::Host(_)) | (_, Stopped::Guest(path, code)) => {
            Failure::Guest { path, code }
        }
        (_, Stopped::Sparse(path, size)) => Failure::Sparse { path, size },
        (None, Stopped::Host(source)) => Failure::Export {
            path: "/".into(),
            source,
        },
    })
}

/// A tree that is written into.
struct Upload<'t, T> {
    root: &'t T,
    /// What the file system refused, which an `io::Error` does not say.
    failed: Option<(String, ErrorCode)>,
    buffer: Vec<u8>,
    /// Their times are set when nothing more is made in them.
    directories: Vec<(String, Attributes)>,
}

impl<T: Descriptor> Upload<'_, T> {
    fn refused(&mut self, path: &str, code: ErrorCode) -> io::Error {
        self.failed = Some((format!("/{path}"), code));
        io::ErrorKind::Other.into()
    }

    fn finish(&mut self) -> io::Result<()> {
        while let Some((path, attributes)) = self.directories.pop() {
            self.set_times(&path, attributes)?;
        }
        Ok(())
    }

    fn set_times(&mut self, path: &str, attributes: Attributes) -> io::Result<()> {
        let time = NewTimestamp::At(attributes.modification);
        let target = Target::At(PathFlags::empty(), path);
        let set = self.root.set_times_at(target, time, time);
        set.map_err(|code| self.refused(path, code))
    }

    /// Makes something under a name of its own, then moves it to its place.
    fn replace(
        &mut self,
        path: &str,
        make: impl FnOnce(&mut Self, &str) -> io::Result<()>,
    ) -> io::Result<()> {
        let beside = format!("{path}.monaka-wrap");
        // Somebody may have been interrupted before.
        let _ = self.root.remove_at(&beside, Remove::File);
        let made = make(self, &beside).and_then(|()| {
            let moved = self.root.rename_at(&beside, self.root, path);
            moved.map_err(|code| self.refused(path, code))
        });
        if made.is_err() {
            // It may not have been made at all.
            let _ = self.root.remove_at(&beside, Remove::File);
        }
        made
    }

    fn write(&mut self, path: &str, content: &mut dyn Read) -> io::Result<()> {
        let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let opened = self
            .root
            .open_at(PathFlags::empty(), path, new, DescriptorFlags::WRITE);
        let file = opened.map_err(|code| self.refused(path, code))?;
        let mut offset = 0;
        loop {
            let len = fill(content, &mut self.buffer)?;
            if len == 0 {
                return Ok(());
            }
            let mut rest = &self.buffer[..len];
            let written = file.write_at(WriteAt::Offset(offset), len, |piece| {
                let (now, later) = rest.split_at(piece.len());
                piece.copy_from_slice(now);
                rest = later;
            });
            match written {
                Ok(written) if written.len == len => offset = written.end,
                Ok(_) => return Err(self.refused(path, ErrorCode::InsufficientSpace)),
                Err(code) => return Err(self.refused(path, code)),
            }
        }
    }
}

/// Reads until the buffer is full or the content ends.
fn fill(content: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match content.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

impl<T: Descriptor> Sink for Upload<'_, T> {
    fn directory(&mut self, path: &str, attributes: Attributes) -> io::Result<()> {
        if path.is_empty() {
            return Ok(());
        }
        match self.root.create_directory_at(path) {
            Ok(()) => self.directories.push((path.to_owned(), attributes)),
            Err(ErrorCode::Exist) => {
                let stat = self.root.stat_at(PathFlags::SYMLINK_FOLLOW, path);
                if !stat.is_ok_and(|stat| stat.file_type == FileType::Directory) {
                    return Err(self.refused(path, ErrorCode::Exist));
                }
            }
            Err(code) => return Err(self.refused(path, code)),
        }
        Ok(())
    }

    fn file(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        _size: u64,
        attributes: Attributes,
    ) -> io::Result<()> {
        self.replace(path, |upload, beside| {
            upload.write(beside, content)?;
            upload.set_times(beside, attributes)
        })
    }

    fn symlink(&mut self, path: &str, target: &str, attributes: Attributes) -> io::Result<()> {
        self.replace(path, |upload, beside| {
            let made = upload.root.symlink_at(target, beside);
            made.map_err(|code| upload.refused(path, code))?;
            upload.set_times(beside, attributes)
        })
    }

    fn hard_link(&mut self, path: &str, original: &str, _attributes: Attributes) -> io::Result<()> {
        self.replace(path, |upload, beside| {
            let at = PathFlags::empty();
            let made = upload.root.link_at(at, original, upload.root, beside);
            made.map_err(|code| upload.refused(path, code))
        })
    }
}
