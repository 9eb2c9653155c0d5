//! The data section, written straight from the bytes of the inputs.

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ConstExpr, DataCountSection, Encode, Section, SectionId};
use wasmparser::DataKind;

use super::index::{Index, MemoryIndex};
use crate::module::Module;

/// The segments of the module being written, each as its encoded mode and its bytes.
///
/// `wasm_encoder::DataSection` would hold a copy of what may be hundreds of megabytes.
#[derive(Default)]
pub(crate) struct Data<'a>(Vec<(Vec<u8>, &'a [u8])>);

impl<'a> Data<'a> {
    /// Adds the segments of `module`, re-encoded by `reencoder`.
    pub(crate) fn add_module<R: Reencode>(
        &mut self,
        module: &Module<'a>,
        reencoder: &mut R,
    ) -> Result<(), reencode::Error<R::Error>> {
        for datum in module.data.clone().into_iter().flatten() {
            let datum = datum?;
            let mode = match datum.kind {
                DataKind::Active {
                    memory_index,
                    offset_expr,
                } => active(
                    reencoder.memory_index(memory_index)?,
                    &reencoder.const_expr(offset_expr)?,
                ),
                DataKind::Passive => vec![PASSIVE],
            };
            self.0.push((mode, datum.data));
        }
        Ok(())
    }

    /// Adds an active segment that fills `memory` from `offset` with `bytes`.
    pub(crate) fn add(&mut self, memory: MemoryIndex, offset: u32, bytes: &'a [u8]) {
        let offset = ConstExpr::i32_const(offset.cast_signed());
        self.0.push((active(memory.raw(), &offset), bytes));
    }

    /// `memory.init` and `data.drop` need the count of all segments, whichever input they are from.
    pub(crate) fn count(&self) -> DataCountSection {
        DataCountSection {
            count: self.0.len() as u32,
        }
    }
}

const PASSIVE: u8 = 1;

/// The [mode](https://webassembly.github.io/spec/core/binary/modules.html#data-section) of an
/// active segment.
pub(crate) fn active(memory: u32, offset: &ConstExpr) -> Vec<u8> {
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
