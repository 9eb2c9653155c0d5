//! Changing the files of a server.

use std::path::Path;

use fs_core::image::{Image, Settings};
use fs_core::{Descriptor, ErrorCode, FileType, MemFs, PathFlags, Remove};

use super::{dot, guest, open, relative};
use crate::args::{MountArgs, Verbosity};
use crate::content::{self, Epoch};
use crate::failure::Failure;
use crate::mount::Mount;
use crate::progress::Spinner;
use crate::upload::upload;

/// Copies a file or tree of the host to `path`.
pub(super) fn put<D: Descriptor>(
    root: &D,
    host: &Path,
    path: &str,
    verbosity: &Verbosity,
) -> Result<(), Failure> {
    let name = host.file_name().unwrap_or_default().to_string_lossy();
    let path = match path.ends_with('/') {
        true => format!("{path}{name}"),
        false => path.to_owned(),
    };
    let mount = Mount::new(&relative(&path)?, host);
    let mounts = MountArgs {
        mount: vec![mount],
        skip_unreadable: false,
        mtime: None,
    };
    import(root, &mounts, verbosity)
}

/// Copies what the mounts name over what is there.
pub(super) fn import<D: Descriptor>(
    root: &D,
    mounts: &MountArgs,
    verbosity: &Verbosity,
) -> Result<(), Failure> {
    let spinner = Spinner::start("copying".to_owned(), verbosity);
    let content = content::collect(None, mounts, &Settings::default())?;
    content
        .warnings
        .iter()
        .for_each(|text| spinner.warnings(verbosity)(text));
    let image = Image::parse(content.image)?;
    let files = MemFs::from_image(Epoch, &image)?;
    upload(&files.root(), root)
}

pub(super) fn make_directories<D: Descriptor>(
    root: &D,
    paths: &[String],
    with_parents: bool,
) -> Result<(), Failure> {
    for path in paths {
        let path = relative(path)?;
        let above = path.match_indices('/').map(|(end, _)| &path[..end]);
        if with_parents {
            for directory in above.chain([path.as_str()]) {
                match root.create_directory_at(directory) {
                    Ok(()) => {}
                    Err(ErrorCode::Exist) if is_directory(root, directory) => {}
                    Err(code) => return Err(guest(directory, code)),
                }
            }
        } else {
            let made = root.create_directory_at(dot(&path));
            made.map_err(|code| guest(&path, code))?;
        }
    }
    Ok(())
}

fn is_directory<D: Descriptor>(root: &D, path: &str) -> bool {
    let stat = root.stat_at(PathFlags::SYMLINK_FOLLOW, path);
    stat.is_ok_and(|stat| stat.file_type == FileType::Directory)
}

pub(super) fn rename<D: Descriptor>(root: &D, from: &str, to: &str) -> Result<(), Failure> {
    let from = relative(from)?;
    let renamed = root.rename_at(&from, root, &relative(to)?);
    renamed.map_err(|code| guest(&from, code))
}

pub(super) fn remove<D: Descriptor>(
    root: &D,
    paths: &[String],
    is_recursive: bool,
) -> Result<(), Failure> {
    for path in paths {
        let path = relative(path)?;
        let removed = match root.remove_at(&path, Remove::File) {
            Err(ErrorCode::IsDirectory) if is_recursive => remove_tree(root, &path),
            removed => removed,
        };
        removed.map_err(|code| guest(&path, code))?;
    }
    Ok(())
}

/// Removes a directory and all below it; links are removed, not followed.
fn remove_tree<D: Descriptor>(root: &D, path: &str) -> fs_core::Result<()> {
    let mut pending = vec![path.to_owned()];
    while let Some(path) = pending.last().cloned() {
        let mut has_directories = false;
        for entry in open(root, &path)?.read_dir()?.entries {
            let below = format!("{path}/{}", entry.name);
            match entry.file_type {
                FileType::Directory => {
                    has_directories = true;
                    pending.push(below);
                }
                FileType::RegularFile | FileType::SymbolicLink => {
                    root.remove_at(&below, Remove::File)?;
                }
            }
        }
        if !has_directories {
            root.remove_at(&path, Remove::Directory)?;
            pending.pop();
        }
    }
    Ok(())
}
