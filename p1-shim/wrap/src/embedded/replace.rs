//! A module with another image.

use std::ops::Range;

use bytes::Bytes;
use wasm_encoder::{ConstExpr, Encode, GlobalType, Section as _, ValType};
use wasmparser::{Data, DataKind, FromReader, Global, MemoryType, SectionLimited};

use super::sections::{self, Section, SectionId};
use super::{Place, len, place};
use crate::encode::data::active;
use crate::error::{Error, Unmergeable};
use crate::marker::Marker;

const PAGE: u64 = 1 << 16;

/// Pages of a 32-bit memory.
const MAX_PAGES: u64 = 1 << 16;

/// `module`, in which the marker is, with `image`.
pub(super) fn image(module: &Bytes, image: &[Bytes]) -> Result<Vec<Bytes>, Error> {
    let old = place_of(module)?.ok_or(Error::NoImagePlace)?;
    let change = Change::new(&old, len(image))?;
    let mut pieces = vec![module.slice(..8)];
    for section in sections::of(module)? {
        let Section { id, range, .. } = section?;
        let content = match id {
            SectionId::MEMORY => vec![change.memories(sections::reader(module, range)?)?],
            SectionId::GLOBAL => change.globals(module, range)?,
            SectionId::DATA => change.data(module, range, image)?,
            SectionId::CUSTOM if place(&module[range.clone()]).is_some() => {
                let marker = Marker::new(old.emit, Some(change.image()));
                let mut section = Vec::new();
                marker.section().append_to(&mut section);
                pieces.push(section.into());
                continue;
            }
            _ => vec![module.slice(range)],
        };
        pieces.extend(framed(id, content)?);
    }
    Ok(pieces)
}

/// `binary` with other `content` in one of its sections.
pub(super) fn section(
    binary: &Bytes,
    section: &Section,
    content: Vec<Bytes>,
) -> Result<Vec<Bytes>, Error> {
    let mut pieces = vec![binary.slice(..section.start)];
    pieces.extend(framed(section.id, content)?);
    pieces.push(binary.slice(section.range.end..));
    Ok(pieces)
}

/// A section's number and length, and its content.
fn framed(id: SectionId, content: Vec<Bytes>) -> Result<impl Iterator<Item = Bytes>, Error> {
    let size = len(&content);
    let size = u32::try_from(size).map_err(|_| Unmergeable::ImageTooLarge {
        len: size,
        room: u64::from(u32::MAX),
    })?;
    let mut frame = vec![id.0];
    size.encode(&mut frame);
    Ok([Bytes::from(frame)].into_iter().chain(content))
}

fn place_of(module: &Bytes) -> Result<Option<Place>, Error> {
    for section in sections::of(module)? {
        let Section { id, range, .. } = section?;
        if id != SectionId::CUSTOM {
            continue;
        }
        if let Some(place) = place(&module[range]) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// How the place of an image changes.
struct Change {
    start: u64,
    /// Bytes of the new image.
    len: u32,
    /// How many pages the old one takes.
    old_pages: u64,
}

impl Change {
    fn new(old: &Place, len: u64) -> Result<Self, Unmergeable> {
        let Range { start, end } = old.image;
        let room = (MAX_PAGES * PAGE).saturating_sub(start);
        let fitting = u32::try_from(len).ok().filter(|_| len <= room);
        Ok(Self {
            start,
            len: fitting.ok_or(Unmergeable::ImageTooLarge { len, room })?,
            old_pages: end.saturating_sub(start).div_ceil(PAGE),
        })
    }

    fn image(&self) -> Range<u64> {
        self.start..self.start + u64::from(self.len)
    }

    /// How many pages a memory of `pages` has with the new image in place of the old one.
    fn resized(&self, pages: u64) -> u64 {
        let new_pages = u64::from(self.len).div_ceil(PAGE);
        (pages.saturating_sub(self.old_pages) + new_pages).min(MAX_PAGES)
    }

    /// The last memory is the shim's, and the image at its end.
    fn memories(&self, section: SectionLimited<'_, MemoryType>) -> Result<Bytes, Error> {
        let mut content = Vec::new();
        section.count().encode(&mut content);
        let last = section.count().saturating_sub(1);
        for (index, memory) in (0..).zip(section) {
            let mut memory = memory?;
            if index == last {
                memory.initial = self.resized(memory.initial);
                memory.maximum = memory.maximum.map(|pages| self.resized(pages));
            }
            wasm_encoder::MemoryType::from(memory).encode(&mut content);
        }
        Ok(content.into())
    }

    /// The last global is the image's length.
    fn globals(&self, module: &Bytes, range: Range<usize>) -> Result<Vec<Bytes>, Error> {
        let globals: SectionLimited<'_, Global<'_>> = sections::reader(module, range.clone())?;
        let last = last_offset(globals)?.ok_or(Error::NoImagePlace)?;
        let ty = GlobalType {
            val_type: ValType::I32,
            mutable: false,
            shared: false,
        };
        let mut global = Vec::new();
        ty.encode(&mut global);
        ConstExpr::i32_const(self.len.cast_signed()).encode(&mut global);
        Ok(vec![module.slice(range.start..last), global.into()])
    }

    /// The last segment is the image.
    fn data(
        &self,
        module: &Bytes,
        range: Range<usize>,
        image: &[Bytes],
    ) -> Result<Vec<Bytes>, Error> {
        let segments: SectionLimited<'_, Data<'_>> = sections::reader(module, range.clone())?;
        let last = last_offset(segments.clone())?.ok_or(Error::NoImagePlace)?;
        let Some(DataKind::Active { memory_index, .. }) = segments
            .into_iter()
            .last()
            .transpose()?
            .map(|data| data.kind)
        else {
            return Err(Error::NoImagePlace);
        };
        let start = ConstExpr::i32_const((self.start as u32).cast_signed());
        let mut segment = active(memory_index, &start);
        self.len.encode(&mut segment);
        let mut pieces = vec![module.slice(range.start..last), segment.into()];
        pieces.extend_from_slice(image);
        Ok(pieces)
    }
}

/// Where the last item of a section begins.
fn last_offset<'a, T: FromReader<'a>>(
    section: SectionLimited<'a, T>,
) -> wasmparser::Result<Option<usize>> {
    let last = section.into_iter_with_offsets().last().transpose()?;
    Ok(last.map(|(offset, _)| offset as usize))
}
