//! The custom section `monaka-wrap`, by which an artifact says that it has been wrapped, by what,
//! and where its embedded image lies.
//!
//! Contents, numbers little-endian:
//!
//! | bytes | |
//! | --- | --- |
//! | 1 | format version, [`FORMAT`] |
//! | 1 | what the shim asks of the host: 1 = preview1 (core module), 2 = WASI 0.2 (component) |
//! | 8 | where the image begins in the shim's memory, a multiple of 64 KiB |
//! | 8 | where it ends; with none, where it begins; with no place for one, both are 0 |
//! | rest | version of this crate, UTF-8 |
//!
//! The image is the last data segment of the module, and its length the last global.

use std::borrow::Cow;
use std::ops::Range;

use wasm_encoder::CustomSection;

use crate::Emit;

/// The section's name.
pub(crate) const SECTION: &str = "monaka-wrap";

/// The format described above. Readers refuse any other.
const FORMAT: u8 = 2;

/// How a missing place is written: a shim's memory begins with something else than an image.
const NOWHERE: Range<u64> = 0..0;

/// The version that this library writes into what it makes.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the section says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) emit: Emit,
    /// The image's bytes in the shim's memory; empty without one, `None` without a place for one.
    pub(crate) image: Option<Range<u64>>,
    pub(crate) version: String,
}

impl Marker {
    pub(crate) fn new(emit: Emit, image: Option<Range<u64>>) -> Self {
        Self {
            emit,
            image,
            version: VERSION.to_owned(),
        }
    }

    /// The section as it is written.
    pub(crate) fn section(&self) -> CustomSection<'static> {
        let flavour = match self.emit {
            Emit::Core => 1,
            Emit::Component => 2,
        };
        let mut data = vec![FORMAT, flavour];
        let image = self.image.clone().unwrap_or(NOWHERE);
        data.extend(image.start.to_le_bytes());
        data.extend(image.end.to_le_bytes());
        data.extend(self.version.as_bytes());
        CustomSection {
            name: Cow::Borrowed(SECTION),
            data: Cow::Owned(data),
        }
    }

    /// Reads the section's contents; `None` for another format and for anything that is not as
    /// described.
    pub(crate) fn read(data: &[u8]) -> Option<Self> {
        let ([FORMAT, flavour], rest) = data.split_first_chunk()? else {
            return None;
        };
        let emit = match flavour {
            1 => Emit::Core,
            2 => Emit::Component,
            _ => return None,
        };
        let (start, rest) = rest.split_first_chunk()?;
        let (end, version) = rest.split_first_chunk()?;
        let image = u64::from_le_bytes(*start)..u64::from_le_bytes(*end);
        let version = std::str::from_utf8(version).ok()?.to_owned();
        Some(Self {
            emit,
            image: (image != NOWHERE).then_some(image),
            version,
        })
    }

    /// The tool named by the section's contents, for messages; its version only where the format is
    /// known.
    pub(crate) fn author(data: &[u8]) -> String {
        match Self::read(data) {
            Some(marker) => format!("{SECTION} {}", marker.version),
            None => SECTION.to_owned(),
        }
    }
}
