//! A tree as a directory of the host.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};

use super::walk::{Attributes, Sink};

/// How much is copied at once; a hole of this size stays one.
const CHUNK: usize = 1 << 18;

/// A directory that nobody else has yet.
pub(super) struct Folder {
    root: PathBuf,
    /// What directories get when nothing more is made in them; the root is the first.
    directories: Vec<(PathBuf, Attributes)>,
    buffer: Vec<u8>,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            directories: Vec::new(),
            buffer: vec![0; CHUNK],
        }
    }

    /// Gives the directories their attributes, the inner ones first, and returns the root's: one
    /// that nobody may write to cannot be moved.
    pub(super) fn finish(self) -> io::Result<Attributes> {
        let [(_, root), below @ ..] = self.directories.as_slice() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        for (path, attributes) in below.iter().rev() {
            set_attributes(path, *attributes)?;
        }
        Ok(*root)
    }

    fn place(&self, path: &str) -> PathBuf {
        match path {
            "" => self.root.clone(),
            path => self.root.join(path),
        }
    }

    fn copy(&mut self, content: &mut dyn Read, file: &mut File) -> io::Result<()> {
        loop {
            let len = content.read(&mut self.buffer)?;
            match &self.buffer[..len] {
                [] => return Ok(()),
                zeros if zeros.iter().all(|byte| *byte == 0) => {
                    file.seek(SeekFrom::Current(len as i64))?;
                }
                bytes => file.write_all(bytes)?,
            }
        }
    }
}

impl Sink for Folder {
    fn directory(&mut self, path: &str, attributes: Attributes) -> io::Result<()> {
        let place = self.place(path);
        if !path.is_empty() {
            fs::create_dir(&place)?;
        }
        self.directories.push((place, attributes));
        Ok(())
    }

    fn file(
        &mut self,
        path: &str,
        content: &mut dyn Read,
        size: u64,
        attributes: Attributes,
    ) -> io::Result<()> {
        let place = self.place(path);
        let mut file = File::create_new(&place)?;
        self.copy(content, &mut file)?;
        file.set_len(size)?;
        file.set_permissions(Permissions::from_mode(attributes.mode))?;
        set_time(&place, attributes)
    }

    fn symlink(&mut self, path: &str, target: &str, attributes: Attributes) -> io::Result<()> {
        let place = self.place(path);
        symlink(target, &place)?;
        set_time(&place, attributes)
    }

    fn hard_link(&mut self, path: &str, original: &str, _: Attributes) -> io::Result<()> {
        fs::hard_link(self.place(original), self.place(path))
    }
}

/// Sets the time of modification and the permissions.
pub(super) fn set_attributes(path: &Path, attributes: Attributes) -> io::Result<()> {
    set_time(path, attributes)?;
    fs::set_permissions(path, Permissions::from_mode(attributes.mode))
}

/// Sets the time of modification, of a link itself.
fn set_time(path: &Path, attributes: Attributes) -> io::Result<()> {
    let (seconds, nanoseconds) = attributes.modification.parts();
    let times = Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: Timespec {
            tv_sec: seconds.cast_signed(),
            tv_nsec: nanoseconds.into(),
        },
    };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}
