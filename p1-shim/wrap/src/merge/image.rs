//! The place of the embedded image, left empty: [`embedded`](crate::embedded) fills it.

use wasm_encoder::{ConstExpr, GlobalType, ValType};
use wasmparser::MemoryType;

use crate::encode::index::{GlobalIndex, Index};
use crate::module::Counts;

const PAGE: u64 = 1 << 16;

/// Where an image goes: behind everything that the shim's memory holds, in the last segment of all
/// data. The last of all globals is its length.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImagePlace {
    /// In the shim's memory.
    pub(super) offset: u32,
    pub(super) len: GlobalIndex,
}

impl ImagePlace {
    /// The place behind a shim's `memory` and the `globals` of both modules.
    pub(super) fn new(memory: MemoryType, globals: [Counts; 2]) -> Self {
        let globals = globals.map(|counts| counts.globals);
        Self {
            // A memory of 4 GiB has no room for an image, wherever it goes.
            offset: u32::try_from(memory.initial.saturating_mul(PAGE)).unwrap_or(u32::MAX),
            len: GlobalIndex::new(globals.into_iter().fold(0, u32::saturating_add)),
        }
    }

    /// The length of no image.
    pub(super) fn global(self) -> (GlobalType, ConstExpr) {
        let ty = GlobalType {
            val_type: ValType::I32,
            mutable: false,
            shared: false,
        };
        (ty, ConstExpr::i32_const(0))
    }
}
