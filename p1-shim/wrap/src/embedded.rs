//! The embedded image of an artifact: found again, and replaced.
//!
//! An image is the last data segment of the module that the marker is in. What else depends on it
//! is that segment's length: the shim's memory, the global that tells the shim, the marker, and the
//! size of every section around.

mod replace;
mod sections;

use std::ops::Range;

use bytes::Bytes;
use wasmparser::{Data, DataKind, DataSectionReader, Operator};

use self::sections::{Inner, Section, SectionId};
use crate::Emit;
use crate::artifact::Artifact;
use crate::error::{Error, Unmergeable};
use crate::marker::{self, Marker};

/// What the component model's engines load as one module.
const MAX_INNER_MODULE: u64 = 1 << 30;

/// How deeply components are searched. Composition nests two deep.
const MAX_DEPTH: u32 = 16;

/// The image that [`wrap`](crate::wrap) embedded in `artifact`, a module or a component.
///
/// `None` for what carries no image, whether it was wrapped or not.
///
/// # Errors
/// [`Error::Malformed`] for what does not parse as a binary module or component.
pub fn embedded_image(artifact: &Bytes) -> Result<Option<Bytes>, Error> {
    let Some(module) = find(artifact, MAX_DEPTH)? else {
        return Ok(None);
    };
    let Some((data, place)) = data_and_place(&module)? else {
        return Ok(None);
    };
    let image = image_in(data, &place)?;
    Ok(image.map(|image| artifact.slice_ref(image)))
}

/// `artifact`, which [`wrap`](crate::wrap) made, with another image; only what depends on the image
/// changes.
///
/// # Errors
/// [`Error::Malformed`] for what does not parse, [`Error::NoImagePlace`] for what was not wrapped,
/// [`Unmergeable::ImageTooLarge`].
pub fn embed(artifact: &Bytes, image: &[Bytes]) -> Result<Artifact, Error> {
    let mut embedded = Artifact::default();
    match embed_within(artifact, image, MAX_DEPTH)? {
        Some(pieces) => embedded.extend(pieces),
        None => return Err(Error::NoImagePlace),
    }
    Ok(embedded)
}

/// The module with the marker that names a place, as it lies in `binary` or in what is nested there.
fn find(binary: &Bytes, depth: u32) -> Result<Option<Bytes>, Error> {
    for section in sections::of(binary)? {
        let Section { id, range, .. } = section?;
        let found = match sections::inner(binary, id) {
            Inner::Marker if place(&binary[range.clone()]).is_some() => Some(binary.clone()),
            Inner::Nested if depth > 0 => find(&binary.slice(range), depth - 1)?,
            Inner::Marker | Inner::Nested | Inner::Other => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn embed_within(binary: &Bytes, image: &[Bytes], depth: u32) -> Result<Option<Vec<Bytes>>, Error> {
    for section in sections::of(binary)? {
        let section = section?;
        let content = binary.slice(section.range.clone());
        match sections::inner(binary, section.id) {
            Inner::Marker if place(&content).is_some() => {
                return replace::image(binary, image).map(Some);
            }
            Inner::Nested if depth > 0 => {
                let Some(pieces) = embed_within(&content, image, depth - 1)? else {
                    continue;
                };
                check_inner(&pieces, image)?;
                return replace::section(binary, &section, pieces).map(Some);
            }
            Inner::Marker | Inner::Nested | Inner::Other => {}
        }
    }
    Ok(None)
}

/// A component of 4 GiB and more could not even be written down, and a module in it has to be
/// smaller.
fn check_inner(pieces: &[Bytes], image: &[Bytes]) -> Result<(), Unmergeable> {
    let whole = len(pieces);
    if whole > MAX_INNER_MODULE {
        let len = len(image);
        let room = MAX_INNER_MODULE.saturating_sub(whole - len);
        return Err(Unmergeable::ImageTooLarge { len, room });
    }
    Ok(())
}

fn len(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

/// The place of an image in the shim's memory, from the whole content of a custom section: only the
/// marker names one, and not that of a shim whose files are elsewhere.
fn place(section: &[u8]) -> Option<Place> {
    let section = section.strip_prefix(&[marker::SECTION.len() as u8])?;
    let Marker { emit, image, .. } =
        Marker::read(section.strip_prefix(marker::SECTION.as_bytes())?)?;
    image.map(|image| Place { emit, image })
}

/// What the marker says of an image.
struct Place {
    emit: Emit,
    image: Range<u64>,
}

fn data_and_place(module: &Bytes) -> Result<Option<(DataSectionReader<'_>, Place)>, Error> {
    let mut data = None;
    for section in sections::of(module)? {
        let Section { id, range, .. } = section?;
        match id {
            SectionId::DATA => data = Some(sections::reader(module, range)?),
            SectionId::CUSTOM => {
                if let Some(place) = place(&module[range]) {
                    return Ok(data.map(|data| (data, place)));
                }
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The segment that fills exactly the image's place in the shim's memory, the last of all memories.
fn image_in<'a>(
    data: DataSectionReader<'a>,
    place: &Place,
) -> wasmparser::Result<Option<&'a [u8]>> {
    let Some(last) = data.into_iter().last().transpose()? else {
        return Ok(None);
    };
    let Range { start, end } = place.image;
    let len = end.saturating_sub(start);
    let is_image = len > 0
        && last.data.len() as u64 == len
        && offset(&last).is_some_and(|offset| u64::from(offset) == start);
    Ok(is_image.then_some(last.data))
}

/// Where an active segment with a constant offset goes.
fn offset(segment: &Data<'_>) -> Option<u32> {
    let DataKind::Active { offset_expr, .. } = &segment.kind else {
        return None;
    };
    match offset_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(value.cast_unsigned()),
        _ => None,
    }
}
