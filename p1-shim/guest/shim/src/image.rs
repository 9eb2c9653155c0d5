//! The files that the program starts with.

use bytes::Bytes;
use fs_core::MemFs;
use fs_core::image::{Image, ImageError, Settings};

use crate::file_clock::FileClock;
use crate::glue;

/// A file system with the embedded files, and what else the program finds. The files stay where
/// they are until they are written to.
///
/// # Errors
/// The embedded image is damaged, or not of the version that this shim reads.
pub(crate) fn file_system(clock: &'static FileClock) -> Result<(MemFs, Settings), ImageError> {
    match glue::embedded_image() {
        [] => {
            let files = MemFs::builder(clock).build();
            let files = files.map_err(|_| ImageError::InsufficientSpace)?;
            Ok((files, Settings::default()))
        }
        bytes => {
            let image = Image::parse(Bytes::from_static(bytes))?;
            Ok((MemFs::from_image(clock, &image)?, image.settings().clone()))
        }
    }
}
