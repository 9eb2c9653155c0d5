//! Starting a file system from an image.

use std::sync::Arc;

use super::{Image, ImageError, Preopening, Settings};
use crate::clock::Clock;
use crate::error_code::{ErrorCode, Result};
use crate::file_system::{Descriptor, Preopen};
use crate::mem_fs::{MemFs, root_preopen};
use crate::types::{DescriptorFlags, FileType, OpenFlags, PathFlags};

impl MemFs {
    /// A file system that begins as the image says: with its files, read in place, its limits and
    /// its preopens. What it takes does not depend on how much the image holds.
    ///
    /// With a working directory, the preopens are the root, every directory in it by its absolute
    /// name, and the working directory as `.`: a libc matches the longest name first.
    ///
    /// # Errors
    /// `Inode` (the root is none that makes sense), `WorkingDirectory` (a file is in the way),
    /// `InsufficientSpace` (the limit of inodes).
    pub fn from_image(
        clock: impl Clock + 'static,
        image: &Image,
    ) -> core::result::Result<Self, ImageError> {
        let settings = image.settings();
        let inodes = u64::from(image.inode_count());
        let further_names = u64::from(image.name_count()).saturating_sub(inodes - 1);
        let mut fs = Self::builder(clock)
            .limits(settings.limits)
            .preopens(Vec::new())
            .over(Arc::new(image.clone()), inodes + further_names, inodes + 1)
            .map_err(|error| match error {
                ErrorCode::InsufficientSpace => ImageError::InsufficientSpace,
                _ => ImageError::Inode(0),
            })?;
        let preopens = match (settings.preopen, &settings.working_directory) {
            (Preopening::Nothing, _) => Vec::new(),
            (Preopening::Root, None) => vec![root_preopen()],
            (Preopening::Root, Some(path)) => {
                preopens_around(&fs.root(), path.trim_start_matches('/'))
                    .map_err(|_| ImageError::WorkingDirectory)?
            }
        };
        // Nobody else has it yet.
        if let Some(shared) = Arc::get_mut(&mut fs.shared) {
            shared.preopens = preopens;
        }
        Ok(fs)
    }
}

impl Settings {
    /// The directories that a program is given of the file system of `root`, wherever that is.
    ///
    /// # Errors
    /// Those of opening, and of creating the working directory.
    pub fn preopens<D: Descriptor>(&self, root: &D) -> Result<Vec<Preopen<D>>> {
        let named = match (self.preopen, &self.working_directory) {
            (Preopening::Nothing, _) => return Ok(Vec::new()),
            (Preopening::Root, None) => vec![root_preopen()],
            (Preopening::Root, Some(path)) => preopens_around(root, path.trim_start_matches('/'))?,
        };
        let open = |(name, path): (String, String)| {
            let descriptor = root.open_at(
                PathFlags::SYMLINK_FOLLOW,
                &path,
                OpenFlags::DIRECTORY,
                DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            )?;
            Ok(Preopen { descriptor, name })
        };
        named.into_iter().map(open).collect()
    }
}

fn preopens_around<D: Descriptor>(
    root: &D,
    working_directory: &str,
) -> Result<Vec<(String, String)>> {
    let mut preopens = vec![root_preopen()];
    if working_directory.is_empty() {
        return Ok(preopens);
    }
    create_directories(root, working_directory)?;
    for entry in root.read_dir()?.entries {
        if entry.file_type == FileType::Directory {
            preopens.push((["/", &entry.name].concat(), entry.name));
        }
    }
    preopens.push((".".to_owned(), working_directory.to_owned()));
    Ok(preopens)
}

/// Creates a directory and those above it, unless they are there.
fn create_directories<D: Descriptor>(root: &D, path: &str) -> Result<()> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    for end in ends.chain([path.len()]) {
        match root.create_directory_at(&path[..end]) {
            Ok(()) | Err(ErrorCode::Exist) => {}
            Err(error) => return Err(error),
        }
    }
    let directory = root.stat_at(PathFlags::SYMLINK_FOLLOW, path)?;
    match directory.file_type {
        FileType::Directory => Ok(()),
        FileType::RegularFile | FileType::SymbolicLink => Err(ErrorCode::NotDirectory),
    }
}
