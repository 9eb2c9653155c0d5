//! A memory that the application believes to be smaller than it is.
//!
//! Programs whose allocators own everything up to `memory.size`, those of Go and AssemblyScript
//! among them, overwrite the pages that the adapter takes by `memory.grow`. So the memory has its
//! final size from the start, `memory.size` and `memory.grow` answer from a variable that never
//! passes a limit, and the adapter is given what lies above it by a `cabi_realloc`, which it
//! prefers to `memory.grow`. A memory that cannot grow is served as well.
//!
//! The price: accesses between the size that the application knows and the limit no longer trap.

use wasm_encoder::{BlockType, ConstExpr, Function, GlobalType, Instruction, MemoryType, ValType};
use wasmparser::ValType::I32;
use wasmparser::{FuncType, MemoryType as ParsedMemory};

use crate::encode::body;
use crate::encode::index::{FuncIndex, GlobalIndex, Index, MemoryIndex};
use crate::error::Unmergeable;
use crate::module::Module;

const PAGE: u64 = 1 << 16;

/// What the adapter asks for: a page of stack, a page of state.
const ADAPTER_PAGES: u32 = 2;

/// Pages that an application can have so that the end of the adapter's is a 32-bit number.
const MAX_PAGES: u64 = (1 << 16) - 1 - ADAPTER_PAGES as u64;

/// The name by which the adapter finds an allocator.
pub(super) const REALLOC: &str = "cabi_realloc";

/// `cabi_realloc(old, old_size, align, size) -> pointer`
pub(super) fn realloc_type() -> FuncType {
    FuncType::new([I32; 4], [I32])
}

/// The type of what stands for `memory.grow`.
pub(super) fn grow_type() -> FuncType {
    FuncType::new([I32], [I32])
}

/// How much of its memory an application has, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    initial: u32,
    limit: u32,
    /// The application would go on beyond the limit.
    is_cut: bool,
}

impl Extent {
    /// The extent of the memory of `app` if it may have at most `bytes`; `None` if `app` brings an
    /// allocator that the adapter can use.
    ///
    /// # Errors
    /// [`Unmergeable::GuestMemory`] if it begins with more.
    pub(super) fn needed(app: &Module<'_>, bytes: u64) -> Result<Option<Self>, Unmergeable> {
        if app.realloc().is_some() {
            return Ok(None);
        }
        let index = app.preview1_memory() as usize;
        let memory = app.memories.get(index).ok_or(Unmergeable::NoMemory)?;
        let allowed = (bytes / PAGE).min(MAX_PAGES);
        if memory.initial > allowed {
            return Err(Unmergeable::GuestMemory {
                len: memory.initial.saturating_mul(PAGE),
                limit: allowed * PAGE,
            });
        }
        // What passes `allowed` is bounded by it, and a maximum below the initial size is invalid.
        let limit = memory.maximum.unwrap_or(allowed).min(allowed);
        Ok(Some(Self {
            initial: memory.initial as u32,
            limit: limit.max(memory.initial) as u32,
            is_cut: memory.maximum.is_none_or(|maximum| maximum > allowed),
        }))
    }

    /// Where the adapter's pages end, in bytes.
    fn end(self) -> u32 {
        (self.limit + ADAPTER_PAGES) * PAGE as u32
    }

    /// The limit in KiB, if the application would go on beyond.
    pub(super) fn cut(self) -> Option<u32> {
        self.is_cut.then_some(self.limit * (PAGE / 1024) as u32)
    }

    /// The memory's type: all of it is there from the start.
    pub(super) fn memory_type(self, declared: ParsedMemory) -> MemoryType {
        let pages = u64::from(self.limit + ADAPTER_PAGES);
        MemoryType {
            minimum: pages,
            maximum: declared.maximum.map(|_| pages),
            memory64: false,
            shared: false,
            page_size_log2: None,
        }
    }

    /// Two variables: the size in pages that the application knows, and the first byte above the
    /// limit that has not been given away.
    pub(super) fn globals(self) -> [(GlobalType, ConstExpr); 2] {
        let variable = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        [self.initial, self.limit * PAGE as u32]
            .map(|value| (variable, ConstExpr::i32_const(value.cast_signed())))
    }

    /// `grow(pages) -> old size, or -1`
    pub(super) fn grow_body(self, size: GlobalIndex) -> Function {
        const PAGES: u32 = 0;
        let (size, limit) = (size.raw(), self.limit.cast_signed());
        body(|code| {
            // The size never passes the limit, so the difference does not wrap around.
            code.local_get(PAGES);
            code.i32_const(limit).global_get(size).i32_sub();
            code.i32_gt_u().if_(BlockType::Empty);
            code.i32_const(-1).return_();
            code.end();
            code.global_get(size);
            code.global_get(size).local_get(PAGES).i32_add();
            code.global_set(size);
        })
    }

    /// `cabi_realloc(old, old size, align, size) -> pointer`, which never moves or frees and traps
    /// when nothing is left. What it gives is aligned to 8 bytes.
    pub(super) fn realloc_body(self, bump: GlobalIndex) -> Function {
        const OLD: u32 = 0;
        const SIZE: u32 = 3;
        let (bump, end) = (bump.raw(), self.end().cast_signed());
        body(|code| {
            code.local_get(OLD).if_(BlockType::Empty);
            code.unreachable();
            code.end();
            code.local_get(SIZE);
            code.i32_const(end).global_get(bump).i32_sub();
            code.i32_gt_u().if_(BlockType::Empty);
            code.unreachable();
            code.end();
            code.global_get(bump);
            // Bump and end are multiples of 8, so rounding up does not pass the end.
            code.local_get(SIZE).i32_const(7).i32_add();
            code.i32_const(-8).i32_and();
            code.global_get(bump).i32_add().global_set(bump);
        })
    }

    /// What was done, in one line.
    pub(super) fn note(self) -> String {
        let Self { initial, limit, .. } = self;
        format!(
            "the module exports no {REALLOC}: it gets a memory of {limit} pages, of which it knows \
             {initial} at first, and the adapter the {ADAPTER_PAGES} pages above",
        )
    }
}

/// The rewritten memory and what stands for its size.
pub(super) struct VirtualMemory {
    pub(super) index: MemoryIndex,
    pub(super) extent: Extent,
    /// The size in pages that the application knows.
    pub(super) size: GlobalIndex,
    /// The function in place of `memory.grow`.
    pub(super) grow: FuncIndex,
}

impl VirtualMemory {
    pub(super) fn size_instruction<'a>(&self) -> Instruction<'a> {
        Instruction::GlobalGet(self.size.raw())
    }

    pub(super) fn grow_instruction<'a>(&self) -> Instruction<'a> {
        Instruction::Call(self.grow.raw())
    }
}
