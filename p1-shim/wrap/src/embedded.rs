//! The embedded image of an artifact, found again.

use wasmparser::{Data, DataKind, DataSectionReader, Operator, Parser, Payload};

use crate::error::Error;
use crate::marker::{self, Marker};

/// The image that [`wrap`](crate::wrap) embedded in `artifact`, a module or a component.
///
/// `None` for what carries no image, whether it was wrapped or not.
///
/// # Errors
/// [`Error::Malformed`] for what does not parse as a binary module or component.
pub fn embedded_image(artifact: &[u8]) -> Result<Option<&[u8]>, Error> {
    let mut data = None;
    for payload in Parser::new(0).parse_all(artifact) {
        match payload? {
            Payload::DataSection(section) => data = Some(section),
            // The marker follows the data of the module that it is about.
            Payload::CustomSection(section) if section.name() == marker::SECTION => {
                if let (Some(marker), Some(data)) = (Marker::read(section.data()), data.take())
                    && let Some(image) = find(data, &marker)?
                {
                    return Ok(Some(image));
                }
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The segment that fills exactly the image's place in the shim's memory, the last of all memories.
fn find<'a>(data: DataSectionReader<'a>, marker: &Marker) -> wasmparser::Result<Option<&'a [u8]>> {
    let Some(last) = data.into_iter().last().transpose()? else {
        return Ok(None);
    };
    let len = marker.image.end.saturating_sub(marker.image.start);
    let is_image = len > 0
        && last.data.len() as u64 == len
        && offset(&last).is_some_and(|offset| u64::from(offset) == marker.image.start);
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
