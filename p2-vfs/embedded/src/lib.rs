//! The files that a guest finds in its memory when it starts.
#![expect(unsafe_code, reason = "where they are says an imported function")]

use core::slice;

use bytes::Bytes;
use fs_core::image::{Image, ImageError, Settings};
use fs_core::{Clock, MemFs};

#[link(wasm_import_module = "glue")]
unsafe extern "C" {
    safe fn image() -> *const u8;
    safe fn image_len() -> usize;
}

/// A file system with the embedded files, and what else the program finds. The files stay where
/// they are until they are written to.
///
/// # Errors
/// The embedded image is damaged, or not of the version that this guest reads.
pub fn file_system(clock: impl Clock + 'static) -> Result<(MemFs, Settings), ImageError> {
    match embedded_image() {
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

/// The image in this guest's memory, or no bytes.
fn embedded_image() -> &'static [u8] {
    match image_len() {
        0 => &[],
        // SAFETY: the image is placed in an active data segment behind everything that the linker
        // and the allocator know of: it is there from the start, and never written.
        len => unsafe { slice::from_raw_parts(image(), len) },
    }
}
