//! Files out of a file system onto the host: whole or not at all.
//!
//! Everything is made anew beside its place and renamed there at the end, so that no link of the
//! program's is ever followed and nothing half-done is left.

mod archive;
mod folder;
pub(crate) mod walk;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fs_core::{Descriptor, FileType, PathFlags};

use self::archive::Tar;
use self::folder::Folder;
use self::walk::{Stopped, Walk};
use crate::failure::Failure;

/// What becomes of what is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It is an error.
    Keep,
    Replace,
}

impl Existing {
    pub(crate) fn with_force(force: bool) -> Self {
        match force {
            true => Self::Replace,
            false => Self::Keep,
        }
    }
}

/// Whether [`export`] would refuse `target`.
///
/// # Errors
/// `Exists`
pub(crate) fn check(target: &Path, existing: Existing) -> Result<(), Failure> {
    match existing {
        Existing::Keep if fs::symlink_metadata(target).is_ok() => Err(Failure::Exists {
            path: target.to_owned(),
        }),
        Existing::Keep | Existing::Replace => Ok(()),
    }
}

/// Copies the file or tree at `path` below `root` to `target`: a directory to a directory, or into
/// an archive if the name ends in `.tar`. `mode` gives the permission bits of an inode.
///
/// # Errors
/// `Exists`, `Guest` (the path, or a damaged file), `Sparse`, `Export`.
pub(crate) fn export<D: Descriptor>(
    root: &D,
    path: &str,
    mode: impl Fn(&D) -> u32,
    target: &Path,
    existing: Existing,
) -> Result<(), Failure> {
    check(target, existing)?;
    let walk = Walk::new(path, mode);
    let exported = walk::open(root, path, PathFlags::SYMLINK_FOLLOW)
        .map_err(|code| walk.stopped("", code))
        .and_then(|source| copy(walk, &source, target, existing));
    exported.map_err(|stopped| stopped.failure(target))
}

fn copy<D: Descriptor>(
    mut walk: Walk<'_, impl Fn(&D) -> u32>,
    source: &D,
    target: &Path,
    existing: Existing,
) -> Result<(), Stopped> {
    let beside = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".monaka-wrap-");
    let stat = source.stat().map_err(|code| walk.stopped("", code))?;
    let is_archive = target.extension().is_some_and(|name| name == "tar");
    match stat.file_type {
        FileType::Directory if is_archive => {
            let file = builder
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(beside)?;
            let mut tar = Tar::new(file);
            walk.tree(source, &mut tar)?;
            persist(tar.finish()?, target, existing)?;
        }
        FileType::Directory => {
            let place = builder.tempdir_in(beside)?;
            let mut folder = Folder::new(place.path());
            walk.tree(source, &mut folder)?;
            let root = folder.finish()?;
            move_into_place(place, target, existing)?;
            folder::set_attributes(target, root)?;
        }
        FileType::RegularFile | FileType::SymbolicLink => {
            let place = builder.tempdir_in(beside)?;
            let mut folder = Folder::new(place.path());
            walk.file(source, &stat, "file", &mut folder)?;
            let made = place.path().join("file");
            match existing {
                Existing::Keep => fs::hard_link(made, target)?,
                Existing::Replace => fs::rename(made, target)?,
            }
        }
    }
    Ok(())
}

fn persist(file: tempfile::NamedTempFile, target: &Path, existing: Existing) -> io::Result<()> {
    match existing {
        Existing::Keep => file.persist_noclobber(target)?,
        Existing::Replace => file.persist(target)?,
    };
    Ok(())
}

/// Renames a directory that is complete. One that is there is moved away first, as a directory
/// cannot be replaced in one step.
fn move_into_place(place: tempfile::TempDir, target: &Path, existing: Existing) -> io::Result<()> {
    let is_there = fs::symlink_metadata(target).is_ok();
    if is_there && existing == Existing::Replace {
        let beside = place.path().parent().unwrap_or(Path::new("."));
        let old = tempfile::Builder::new()
            .prefix(".monaka-wrap-")
            .tempdir_in(beside)?;
        fs::rename(target, old.path().join("old"))?;
        if let Err(error) = fs::rename(place.path(), target) {
            fs::rename(old.path().join("old"), target)?;
            return Err(error);
        }
    } else {
        // Fails if somebody made one with names in it meanwhile.
        fs::rename(place.path(), target)?;
    }
    // It is no longer where it would be removed from.
    let _ = place.keep();
    Ok(())
}
