//! Writing core modules: what the merger and the stock path share.

pub(crate) mod code;
pub(crate) mod custom;
pub(crate) mod data;
pub(crate) mod index;
mod stub;

use wasm_encoder::{Function, InstructionSink, Section};

use self::index::{FuncIndex, TypeIndex};

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
