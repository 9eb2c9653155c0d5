//! What programs changed, as a list or as an archive that makes the same changes elsewhere.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fs_core::{
    Change, Descriptor, Difference, FileType, MemDescriptor, MemFs, PathFlags, Snapshot, Timestamp,
    diff,
};

use super::archive::Tar;
use super::walk::{self, Attributes, Sink, Stopped, Walk};
use super::{Existing, beside, check, persist};
use crate::failure::Failure;

/// What the name of a path begins with that an archive takes away, as in the layers of OCI images.
const WHITEOUT: &str = ".wh.";

/// Writes what is different in `files` since `before` to `target`: into an archive with what was
/// added and changed, and whiteouts, if the name ends in `.tar`; otherwise one line for each path.
///
/// # Errors
/// `Exists`, `Guest` (a damaged image below), `Sparse`, `Export`.
pub(crate) fn export_changes(
    before: &Snapshot,
    files: &MemFs,
    target: &Path,
    existing: Existing,
) -> Result<(), Failure> {
    check(target, existing)?;
    let is_archive = target.extension().is_some_and(|name| name == "tar");
    let mut walk = Walk::new("", MemDescriptor::mode);
    let written = files
        .snapshot()
        .and_then(|after| diff(before, &after))
        .map_err(|code| walk.stopped("", code))
        .and_then(|changes| match is_archive {
            true => archive(&mut walk, &files.root(), &changes, target, existing),
            false => Ok(list(&changes, target, existing)?),
        });
    written.map_err(|stopped| stopped.failure(target))
}

fn list(changes: &[Difference], target: &Path, existing: Existing) -> io::Result<()> {
    let mut file = temporary(target)?;
    for change in changes {
        let letter = match change.change {
            Change::Added => 'A',
            Change::Removed => 'D',
            Change::Content => 'C',
            Change::Metadata => 'M',
        };
        writeln!(file, "{letter} /{}", change.path.escape_default())?;
    }
    persist(file, target, existing)
}

fn archive(
    walk: &mut Walk<'_, impl Fn(&MemDescriptor) -> u32>,
    root: &MemDescriptor,
    changes: &[Difference],
    target: &Path,
    existing: Existing,
) -> Result<(), Stopped> {
    let mut tar = Tar::new(temporary(target)?);
    let mut gone: Option<&str> = None;
    for change in changes {
        let path = &change.path;
        if change.change != Change::Removed {
            add(walk, root, path, &mut tar)?;
        } else if !gone.is_some_and(|gone| is_below(path, gone)) {
            gone = Some(path);
            whiteout(path, &mut tar)?;
        }
    }
    Ok(persist(tar.finish()?, target, existing)?)
}

/// Whether a path is below a directory; what was taken away with the directory needs no more.
fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn whiteout(path: &str, tar: &mut Tar) -> io::Result<()> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let separator = if parent.is_empty() { "" } else { "/" };
    let attributes = Attributes {
        mode: 0o644,
        modification: Timestamp(0),
    };
    let path = format!("{parent}{separator}{WHITEOUT}{name}");
    tar.file(&path, &mut io::empty(), 0, attributes)
}

fn add(
    walk: &mut Walk<'_, impl Fn(&MemDescriptor) -> u32>,
    root: &MemDescriptor,
    path: &str,
    tar: &mut Tar,
) -> Result<(), Stopped> {
    let stopped = |code| Stopped::Guest(format!("/{path}"), code);
    let here = if path.is_empty() { "." } else { path };
    let stat = root.stat_at(PathFlags::empty(), here).map_err(stopped)?;
    match stat.file_type {
        FileType::SymbolicLink => walk.symlink(root, path, path, tar),
        FileType::RegularFile => {
            let file = walk::open(root, path, PathFlags::empty()).map_err(stopped)?;
            walk.file(&file, &stat, path, tar)
        }
        FileType::Directory => {
            let directory = walk::open(root, path, PathFlags::empty()).map_err(stopped)?;
            Ok(tar.directory(path, walk.attributes(&directory, &stat))?)
        }
    }
}

fn temporary(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".monaka-wrap-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(beside(target))
}
