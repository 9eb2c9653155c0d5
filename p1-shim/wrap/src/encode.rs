//! Writing core modules: what the merger and the stock path share.

pub(crate) mod code;
pub(crate) mod custom;
pub(crate) mod data;
pub(crate) mod index;
mod stub;

use std::collections::BTreeSet;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ElementSection, Elements, Function, InstructionSink, Section};
use wasmparser::ExternalKind;

use self::index::{FuncIndex, TypeIndex};
use crate::module::Module;

pub(crate) use stub::Stub;

/// A function that no input has.
pub(crate) struct Written {
    pub(crate) ty: TypeIndex,
    pub(crate) body: Function,
    pub(crate) index: FuncIndex,
    /// For the name section.
    pub(crate) name: String,
}

/// A function without locals of its own; `write` leaves its results on the stack.
pub(crate) fn body(write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    write(&mut function.instructions());
    function.instructions().end();
    function
}

/// Appends a section that is a vector, or a vector's length, unless it is empty: a runtime that
/// lacks a proposal refuses the proposal's section even without items.
pub(crate) fn append(module: &mut Vec<u8>, section: &impl Section) {
    let start = module.len();
    section.append_to(module);
    let is_empty = module[start + 1..] == [1, 0];
    if is_empty {
        module.truncate(start);
    }
}

/// Declares the functions that `module` exports, for a result that does not export them: code may
/// take references to functions that are exported or in an element segment only.
pub(crate) fn declare_exports<R: Reencode>(
    elements: &mut ElementSection,
    module: &Module<'_>,
    reencoder: &mut R,
) -> Result<(), reencode::Error<R::Error>> {
    let mut functions = BTreeSet::new();
    for export in &module.exports {
        if let ExternalKind::Func | ExternalKind::FuncExact = export.kind {
            functions.insert(reencoder.function_index(export.index)?);
        }
    }
    if !functions.is_empty() {
        let functions: Vec<_> = functions.into_iter().collect();
        elements.declared(Elements::Functions(functions.into()));
    }
    Ok(())
}
