//! The sections of a binary one by one, without a look into them.

use std::ops::Range;

use wasmparser::{BinaryReader, FromReader, SectionLimited};

use crate::error::Error;

/// The number of a section, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SectionId(pub(super) u8);

impl SectionId {
    pub(super) const CUSTOM: Self = Self(0);
    pub(super) const MEMORY: Self = Self(5);
    pub(super) const GLOBAL: Self = Self(6);
    pub(super) const DATA: Self = Self(11);
    /// In a component, a core module.
    const MODULE: Self = Self(1);
    /// In a component, a component.
    const COMPONENT: Self = Self(4);
}

/// A section: where it starts, its number, and where its content is.
pub(super) struct Section {
    pub(super) start: usize,
    pub(super) id: SectionId,
    pub(super) range: Range<usize>,
}

/// What may be inside a section.
pub(super) enum Inner {
    /// The marker, if its name says so.
    Marker,
    /// A module or component.
    Nested,
    Other,
}

const HEADER: usize = 8;
const MODULE_VERSION: [u8; 4] = [1, 0, 0, 0];

/// What section `id` of `binary` may be.
pub(super) fn inner(binary: &[u8], id: SectionId) -> Inner {
    let is_module = binary[4..HEADER] == MODULE_VERSION;
    match id {
        SectionId::CUSTOM if is_module => Inner::Marker,
        SectionId::MODULE | SectionId::COMPONENT if !is_module => Inner::Nested,
        _ => Inner::Other,
    }
}

/// The sections of a module or component, up to the first that is cut off.
///
/// # Errors
/// [`Error::Malformed`] for what is neither; the items', for a section that is cut off.
pub(super) fn of(binary: &[u8]) -> Result<impl Iterator<Item = Result<Section, Error>>, Error> {
    if binary.len() < HEADER || !binary.starts_with(b"\0asm") {
        return Err(Error::Malformed {
            message: "neither a module nor a component".to_owned(),
            offset: 0,
        });
    }
    let mut reader = BinaryReader::new(&binary[HEADER..], HEADER as u64);
    Ok(std::iter::from_fn(move || {
        (!reader.eof()).then(|| {
            let section = read(&mut reader).map_err(Error::from);
            if section.is_err() {
                reader = BinaryReader::new(&[], 0);
            }
            section
        })
    }))
}

fn read(reader: &mut BinaryReader<'_>) -> wasmparser::Result<Section> {
    let position = |reader: &BinaryReader<'_>| reader.original_position() as usize;
    let start = position(reader);
    let id = SectionId(reader.read_u8()?);
    let len = reader.read_var_u32()? as usize;
    let content = position(reader);
    reader.read_bytes(len)?;
    Ok(Section {
        start,
        id,
        range: content..content + len,
    })
}

/// The items of a section of `module`.
///
/// # Errors
/// [`Error::Malformed`]
pub(super) fn reader<'a, T: FromReader<'a>>(
    module: &'a [u8],
    range: Range<usize>,
) -> Result<SectionLimited<'a, T>, Error> {
    let start = range.start as u64;
    Ok(SectionLimited::new(BinaryReader::new(
        &module[range],
        start,
    ))?)
}
