//! Starting a file system from an image.

use std::result::Result;
use std::sync::Arc;

use super::touched::{Recording, Touched};
use super::{Image, ImageError, Preopening};
use crate::clock::Clock;
use crate::error_code::ErrorCode;
use crate::file_system::Descriptor;
use crate::lower::Lower;
use crate::mem_fs::{MemFs, root_preopen};
use crate::types::FileType;

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
    pub fn from_image(clock: impl Clock + 'static, image: &Image) -> Result<Self, ImageError> {
        Self::begun(clock, image, Arc::new(image.clone()))
    }

    /// The same, noting what of the image is touched.
    ///
    /// # Errors
    /// Those of [`MemFs::from_image`].
    pub fn recording(
        clock: impl Clock + 'static,
        image: &Image,
    ) -> Result<(Self, Touched), ImageError> {
        let (lower, touched) = Recording::over(image);
        Ok((Self::begun(clock, image, lower)?, touched))
    }

    fn begun(
        clock: impl Clock + 'static,
        image: &Image,
        lower: Arc<dyn Lower>,
    ) -> Result<Self, ImageError> {
        let settings = image.settings();
        let inodes = u64::from(image.inode_count());
        let further_names = u64::from(image.entry_count()).saturating_sub(inodes - 1);
        let mut fs = Self::builder(clock)
            .limits(settings.limits)
            .preopens(Vec::new())
            .over(lower, inodes + further_names, inodes + 1)
            .map_err(|error| match error {
                ErrorCode::InsufficientSpace => ImageError::InsufficientSpace,
                _ => ImageError::Inode(0),
            })?;
        let preopens = match (settings.preopen, &settings.working_directory) {
            (Preopening::Nothing, _) => Vec::new(),
            (Preopening::Root, None) => vec![root_preopen()],
            (Preopening::Root, Some(path)) => preopens_around(&fs, path.trim_start_matches('/'))
                .map_err(|_| ImageError::WorkingDirectory)?,
        };
        // Nobody else has it yet.
        if let Some(shared) = Arc::get_mut(&mut fs.shared) {
            shared.preopens = preopens;
        }
        Ok(fs)
    }
}

fn preopens_around(
    fs: &MemFs,
    working_directory: &str,
) -> crate::error_code::Result<Vec<(String, String)>> {
    let root = fs.root();
    let mut preopens = vec![root_preopen()];
    if working_directory.is_empty() {
        return Ok(preopens);
    }
    root.create_directories(working_directory)?;
    for entry in root.read_dir()?.entries {
        if entry.file_type == FileType::Directory {
            preopens.push((["/", &entry.name].concat(), entry.name));
        }
    }
    preopens.push((".".to_owned(), working_directory.to_owned()));
    Ok(preopens)
}
