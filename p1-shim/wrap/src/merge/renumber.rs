//! The index maps of one input, applied to everything that carries an index.

use std::collections::BTreeMap;

use wasm_encoder::Instruction;
use wasm_encoder::reencode::{self, Error, Reencode};
use wasmparser::Operator;

use crate::encode::index::{
    DataIndex, ElementIndex, FuncIndex, GlobalIndex, Index, MemoryIndex, OutOfRange, Scatter,
    Shift, TableIndex, TagIndex, TypeIndex,
};

/// Where each item of one input goes.
pub(super) struct IndexMaps {
    pub(super) types: Shift<TypeIndex>,
    pub(super) functions: Scatter<FuncIndex>,
    pub(super) tables: Shift<TableIndex>,
    pub(super) memories: Shift<MemoryIndex>,
    pub(super) globals: Shift<GlobalIndex>,
    pub(super) tags: Shift<TagIndex>,
    pub(super) elements: Shift<ElementIndex>,
    pub(super) data: Shift<DataIndex>,
    /// What takes the place of a call, for those functions whose calls do not stay calls.
    pub(super) inlined: BTreeMap<u32, Instruction<'static>>,
}

impl IndexMaps {
    /// Whether anything in the merged module stands for function `old`.
    pub(super) fn keeps_function(&self, old: u32) -> bool {
        self.functions.get(old).is_ok()
    }
}

/// Re-encodes the input that the maps belong to.
#[derive(Clone, Copy)]
pub(super) struct Renumber<'m>(pub(super) &'m IndexMaps);

type Result = std::result::Result<u32, Error<OutOfRange>>;

fn raw(index: std::result::Result<impl Index, OutOfRange>) -> Result {
    index.map(Index::raw).map_err(Error::UserError)
}

impl Reencode for Renumber<'_> {
    type Error = OutOfRange;

    fn instruction<'a>(
        &mut self,
        operator: Operator<'a>,
    ) -> std::result::Result<Instruction<'a>, Error<OutOfRange>> {
        if let Operator::Call { function_index } = operator
            && let Some(instruction) = self.0.inlined.get(&function_index)
        {
            return Ok(instruction.clone());
        }
        reencode::utils::instruction(self, operator)
    }

    fn type_index(&mut self, index: u32) -> Result {
        raw(self.0.types.get(index))
    }

    fn function_index(&mut self, index: u32) -> Result {
        raw(self.0.functions.get(index))
    }

    fn table_index(&mut self, index: u32) -> Result {
        raw(self.0.tables.get(index))
    }

    fn memory_index(&mut self, index: u32) -> Result {
        raw(self.0.memories.get(index))
    }

    fn global_index(&mut self, index: u32) -> Result {
        raw(self.0.globals.get(index))
    }

    fn tag_index(&mut self, index: u32) -> Result {
        raw(self.0.tags.get(index))
    }

    fn element_index(&mut self, index: u32) -> Result {
        raw(self.0.elements.get(index))
    }

    fn data_index(&mut self, index: u32) -> Result {
        raw(self.0.data.get(index))
    }
}
