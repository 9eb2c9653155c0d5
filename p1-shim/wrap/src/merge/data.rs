//! The data section, written straight from the bytes of the inputs and the image.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{ConstExpr, DataCountSection, Encode, Section, SectionId};
use wasmparser::DataKind;

use super::index::Index;
use super::sections::{Inputs, Result};

/// The segments of the merged module, each as its encoded mode and its bytes.
///
/// `wasm_encoder::DataSection` would hold a copy of what may be hundreds of megabytes.
pub(super) struct Data<'a>(Vec<(Vec<u8>, &'a [u8])>);

/// The application's segments, the shim's, and the image as the last one.
pub(super) fn section<'m>(inputs: &Inputs<'m, 'm>) -> Result<Data<'m>> {
    let mut segments = Vec::new();
    for (module, mut renumber) in inputs.parts() {
        for datum in module.data.clone().into_iter().flatten() {
            let datum = datum?;
            let mode = match datum.kind {
                DataKind::Active {
                    memory_index,
                    offset_expr,
                } => active(
                    renumber.memory_index(memory_index)?,
                    &renumber.const_expr(offset_expr)?,
                ),
                DataKind::Passive => vec![PASSIVE],
            };
            segments.push((mode, datum.data));
        }
    }
    if !inputs.image.is_empty() {
        let memory = inputs
            .layout
            .shim
            .memories
            .get(0)
            .map_err(wasm_encoder::reencode::Error::UserError)?;
        let offset = ConstExpr::i32_const(inputs.image.offset().cast_signed());
        segments.push((active(memory.raw(), &offset), inputs.image.bytes()));
    }
    Ok(Data(segments))
}

const PASSIVE: u8 = 1;

/// The [mode](https://webassembly.github.io/spec/core/binary/modules.html#data-section) of an
/// active segment.
fn active(memory: u32, offset: &ConstExpr) -> Vec<u8> {
    let mut mode = Vec::new();
    match memory {
        0 => mode.push(0),
        _ => {
            mode.push(2);
            memory.encode(&mut mode);
        }
    }
    offset.encode(&mut mode);
    mode
}

impl Data<'_> {
    /// `memory.init` and `data.drop` of either input need the count, and it has to be that of both.
    pub(super) fn count(&self) -> DataCountSection {
        DataCountSection {
            count: self.0.len() as u32,
        }
    }
}

impl Encode for Data<'_> {
    fn encode(&self, sink: &mut Vec<u8>) {
        let length = |bytes: &[u8]| {
            let mut length = Vec::new();
            bytes.len().encode(&mut length);
            length
        };
        let mut count = Vec::new();
        self.0.len().encode(&mut count);
        let segments = self
            .0
            .iter()
            .map(|(mode, bytes)| mode.len() + length(bytes).len() + bytes.len());
        let len = count.len() + segments.sum::<usize>();
        len.encode(sink);
        sink.reserve(len);
        sink.extend(count);
        for (mode, bytes) in &self.0 {
            sink.extend(mode);
            bytes.encode(sink);
        }
    }
}

impl Section for Data<'_> {
    fn id(&self) -> u8 {
        SectionId::Data.into()
    }
}
