//! The embedded image: an opaque run of bytes behind everything the shim's memory holds.

use std::ops::Range;

use wasm_encoder::MemoryType;

use crate::error::Unmergeable;

const PAGE: u64 = 1 << 16;

/// Pages of a 32-bit memory.
const MAX_PAGES: u64 = 1 << 16;

/// Sections have 32-bit lengths, and the data section holds the application's segments, too.
const MAX_LEN: u64 = 1 << 31;

/// Where the image lies in the shim's memory, and how large that memory has to be.
pub(super) struct Image<'i> {
    bytes: &'i [u8],
    offset: u32,
    memory: MemoryType,
}

impl<'i> Image<'i> {
    /// Places `bytes` at the first page boundary behind the `memory` that the shim declares.
    ///
    /// Without bytes the memory stays as it is and the image lies at 0.
    ///
    /// # Errors
    /// [`Unmergeable::ImageTooLarge`] if the memory would pass 4 GiB or the image
    /// 2 GiB.
    pub(super) fn place(bytes: &'i [u8], memory: MemoryType) -> Result<Self, Unmergeable> {
        if bytes.is_empty() {
            return Ok(Self {
                bytes,
                offset: 0,
                memory,
            });
        }
        let len = bytes.len() as u64;
        let start = memory.minimum.saturating_mul(PAGE);
        let room = (MAX_PAGES * PAGE).saturating_sub(start).min(MAX_LEN);
        let (Ok(offset), true) = (u32::try_from(start), len <= room) else {
            return Err(Unmergeable::ImageTooLarge { len, room });
        };
        let pages = len.div_ceil(PAGE);
        let grown = MemoryType {
            minimum: memory.minimum + pages,
            maximum: memory
                .maximum
                .map(|maximum| maximum.saturating_add(pages).min(MAX_PAGES)),
            ..memory
        };
        Ok(Self {
            bytes,
            offset,
            memory: grown,
        })
    }

    pub(super) fn bytes(&self) -> &'i [u8] {
        self.bytes
    }

    pub(super) fn offset(&self) -> u32 {
        self.offset
    }

    /// Length in bytes, which [`Image::place`] has checked to be at most 2 GiB.
    pub(super) fn len(&self) -> u32 {
        self.bytes.len() as u32
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The image's bytes in the shim's memory.
    pub(super) fn range(&self) -> Range<u64> {
        let start = u64::from(self.offset);
        start..start + self.bytes.len() as u64
    }

    /// The shim's memory, grown by the image.
    pub(super) fn memory(&self) -> MemoryType {
        self.memory
    }
}
