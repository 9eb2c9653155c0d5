//! The files that the program starts with.

use bytes::Bytes;
use fs_core::MemFs;
use fs_core::image::{Image, ImageError};

use crate::file_clock::FileClock;
use crate::glue;

/// A file system with the embedded files, which stay where they are until they are written to.
///
/// # Errors
/// The embedded image is damaged, or not of the version that this shim reads.
pub(crate) fn file_system(clock: &'static FileClock) -> Result<MemFs, ImageError> {
    match glue::embedded_image() {
        [] => MemFs::builder(clock)
            .build()
            .map_err(|_| ImageError::InsufficientSpace),
        bytes => MemFs::from_image(clock, &Image::parse(Bytes::from_static(bytes))?),
    }
}
