//! Functions that neither input has and the merger writes: the shim's way into the application's
//! memory.

use wasm_encoder::{Function, Instruction, MemArg, MemArgTarget};
use wasmparser::ValType::{self, I32, I64};

use super::image::ImagePlace;
use crate::encode::index::{Index, MemoryIndex};

/// The module that a shim imports the functions below from.
pub(super) const MODULE: &str = "glue";

/// A function of the module `glue`. Pointers named `app` are into the application's memory, `my`
/// into the shim's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glue {
    /// `load(my, app, len)` copies to the shim.
    Load,
    /// `store(app, my, len)` copies to the application.
    Store,
    /// `size()` is the application's memory in pages.
    Size,
    /// `load_u32(app)`
    LoadU32,
    /// `load_u64(app)`
    LoadU64,
    /// `store_u32(app, value)`
    StoreU32,
    /// `store_u64(app, value)`
    StoreU64,
    /// `image()` is where the embedded image begins in the shim's memory.
    Image,
    /// `image_len()` is its length in bytes.
    ImageLen,
}

/// The two memories that glue works between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memories {
    pub(super) app: MemoryIndex,
    pub(super) shim: MemoryIndex,
}

impl Glue {
    /// The function imported as `name`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "load" => Self::Load,
            "store" => Self::Store,
            "size" => Self::Size,
            "load_u32" => Self::LoadU32,
            "load_u64" => Self::LoadU64,
            "store_u32" => Self::StoreU32,
            "store_u64" => Self::StoreU64,
            "image" => Self::Image,
            "image_len" => Self::ImageLen,
            _ => return None,
        })
    }

    pub(super) fn signature(self) -> (&'static [ValType], &'static [ValType]) {
        match self {
            Self::Load | Self::Store => (&[I32, I32, I32], &[]),
            Self::Size | Self::Image | Self::ImageLen => (&[], &[I32]),
            Self::LoadU32 => (&[I32], &[I32]),
            Self::LoadU64 => (&[I32], &[I64]),
            Self::StoreU32 => (&[I32, I32], &[]),
            Self::StoreU64 => (&[I32, I64], &[]),
        }
    }

    /// What the function does: one instruction, which finds the parameters on the stack and leaves
    /// the result there. It takes the place of a call.
    pub(super) fn instruction(self, memories: Memories, image: ImagePlace) -> Instruction<'static> {
        let (app, shim) = (memories.app.raw(), memories.shim.raw());
        // The pointers are a program's; nothing says that they are aligned.
        let at = MemArg {
            offset: 0,
            align: 0,
            target: MemArgTarget::Memory(app),
            ordering: None,
        };
        match self {
            Self::Load => Instruction::MemoryCopy {
                src_mem: app,
                dst_mem: shim,
            },
            Self::Store => Instruction::MemoryCopy {
                src_mem: shim,
                dst_mem: app,
            },
            Self::Size => Instruction::MemorySize(app),
            Self::LoadU32 => Instruction::I32Load(at),
            Self::LoadU64 => Instruction::I64Load(at),
            Self::StoreU32 => Instruction::I32Store(at),
            Self::StoreU64 => Instruction::I64Store(at),
            Self::Image => Instruction::I32Const(image.offset.cast_signed()),
            Self::ImageLen => Instruction::GlobalGet(image.len.raw()),
        }
    }

    /// The function itself, for what is not a call: a table, a `ref.func`, a tail call.
    pub(super) fn body(self, instruction: &Instruction<'_>) -> Function {
        let mut function = Function::new([]);
        for (local, _) in (0..).zip(self.signature().0) {
            function.instructions().local_get(local);
        }
        function
            .instruction(instruction)
            .instruction(&Instruction::End);
        function
    }
}
