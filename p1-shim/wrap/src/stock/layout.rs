//! The index spaces of the rewritten application: of functions, imports come first, then its own,
//! then those that are written; of types and globals, its own come first.

use std::collections::BTreeMap;

use wasm_encoder::{ConstExpr, Function, GlobalType};
use wasmparser::FuncType;

use super::exit;
use super::guard::{Guard, Surroundings};
use super::memory::{self, Extent, VirtualMemory};
use crate::ExitStatus;
use crate::encode::index::{
    FuncIndex, GlobalIndex, Index, MemoryIndex, OutOfRange, Scatter, TypeIndex,
};
use crate::encode::{Stub, Written, body};
use crate::module::Module;
use crate::preview1::{self, function_of};

/// Where everything goes and what is added.
pub(super) struct Layout {
    /// What stands for each of the application's functions.
    pub(super) functions: Scatter<FuncIndex>,
    /// All imports; they are functions.
    pub(super) imports: Vec<Imported>,
    /// Types behind the application's.
    pub(super) types: Vec<FuncType>,
    /// Globals behind the application's.
    pub(super) globals: Vec<(GlobalType, ConstExpr)>,
    /// Functions behind the application's.
    pub(super) written: Vec<Written>,
    pub(super) memory: Option<VirtualMemory>,
    /// The preview1 functions with a guard.
    pub(super) guarded: Vec<&'static str>,
    /// What is exported as `_start`.
    pub(super) entry: FuncIndex,
    /// What is exported as `cabi_realloc`.
    pub(super) realloc: FuncIndex,
}

/// A function import. No other has its names.
pub(super) struct Imported {
    pub(super) module: &'static str,
    pub(super) name: &'static str,
    pub(super) ty: TypeIndex,
}

impl Layout {
    /// Numbers everything and writes what is added. An index that `app` does not have is an error.
    pub(super) fn new(
        app: &Module<'_>,
        extent: Option<Extent>,
        exit: ExitStatus,
    ) -> Result<Self, OutOfRange> {
        let mut draft = Draft {
            app,
            functions: Scatter::new(app.function_types().len()),
            imports: Vec::new(),
            types: Vec::new(),
            globals: Vec::new(),
            written: Vec::new(),
        };
        let adapter = draft.import(exit);
        draft.number_definitions();
        let guarded = draft.bind(&adapter);
        let (memory, realloc) = match extent {
            Some(extent) => {
                let (memory, realloc) = draft.write_memory(extent);
                (Some(memory), realloc)
            }
            None => (None, draft.own(app.realloc())?),
        };
        let entry = draft.write_entry()?;
        Ok(Self {
            functions: draft.functions,
            imports: draft.imports,
            types: draft.types,
            globals: draft.globals,
            written: draft.written,
            memory,
            guarded,
            entry,
            realloc,
        })
    }
}

/// A layout in the making.
struct Draft<'m, 'a> {
    app: &'m Module<'a>,
    functions: Scatter<FuncIndex>,
    imports: Vec<Imported>,
    types: Vec<FuncType>,
    globals: Vec<(GlobalType, ConstExpr)>,
    written: Vec<Written>,
}

impl Draft<'_, '_> {
    /// Imports what the application calls of preview1, or its guards; gives the index of each
    /// function by its name in preview1.
    fn import(&mut self, exit: ExitStatus) -> BTreeMap<&'static str, FuncIndex> {
        let mut imported = BTreeMap::new();
        for (_, import) in self.app.function_imports() {
            let Some(function) = function_of(import) else {
                continue;
            };
            let own = [function.name];
            let callees = match Guard::of(function.name) {
                Some(guard) => guard.callees(),
                None => own.as_slice(),
            };
            for function in callees.iter().copied().filter_map(preview1::function) {
                imported
                    .entry(function.name)
                    .or_insert_with(|| self.import_function(function, exit));
            }
        }
        imported
    }

    fn import_function(&mut self, function: &preview1::Function, exit: ExitStatus) -> FuncIndex {
        let (module, name) = match (function.name, exit) {
            ("proc_exit", ExitStatus::Code) => (exit::MODULE, exit::FUNCTION),
            (name, ExitStatus::Code | ExitStatus::Outcome) => (preview1::MODULE, name),
        };
        let ty = self.type_of(function.ty());
        self.imports.push(Imported { module, name, ty });
        FuncIndex::new(self.imports.len() as u32 - 1)
    }

    fn number_definitions(&mut self) {
        let first = self.imports.len() as u32;
        for (new, old) in (first..).zip(self.app.defined_functions()) {
            self.functions.set(old, FuncIndex::new(new));
        }
    }

    /// Points every import of the application at what stands for it; gives the names of those that
    /// are guarded.
    fn bind(&mut self, adapter: &BTreeMap<&'static str, FuncIndex>) -> Vec<&'static str> {
        let at = Surroundings {
            adapter,
            memory: MemoryIndex::new(self.app.preview1_memory()),
        };
        let mut guards = BTreeMap::new();
        for (old, import) in self.app.function_imports() {
            let new = if let Some(function) = function_of(import) {
                match Guard::of(function.name) {
                    Some(guard) => *guards.entry(function.name).or_insert_with(|| {
                        let body = guard.body(function, &at);
                        self.write(function.ty(), body, function.name)
                    }),
                    None => adapter[function.name],
                }
            } else if let Some(stub) = Stub::of(import, self.app.signature(old)) {
                self.write(stub.ty(), stub.body(), import.name)
            } else {
                // Refused before the rewrite; the result would not validate.
                continue;
            };
            self.functions.set(old, new);
        }
        guards.into_keys().collect()
    }

    fn write_memory(&mut self, extent: Extent) -> (VirtualMemory, FuncIndex) {
        let [size, bump] = extent.globals().map(|global| self.global(global));
        let index = MemoryIndex::new(self.app.preview1_memory());
        let grow = self.write(memory::grow_type(), extent.grow_body(size), "memory.grow");
        let realloc = self.write(
            memory::realloc_type(),
            extent.realloc_body(bump),
            memory::REALLOC,
        );
        let memory = VirtualMemory {
            index,
            extent,
            size,
            grow,
        };
        (memory, realloc)
    }

    /// The start function runs before anything can be called that calls the adapter. What it does
    /// is done at the beginning of `_start` instead.
    fn write_entry(&mut self) -> Result<FuncIndex, OutOfRange> {
        let entry = self.own(self.app.exported_function("_start"))?;
        if self.app.start.is_none() {
            return Ok(entry);
        }
        let start = self.own(self.app.start)?;
        let both = body(|code| {
            code.call(start.raw()).call(entry.raw());
        });
        Ok(self.write(FuncType::new([], []), both, "start"))
    }

    /// What stands for the application's function `old`.
    fn own(&self, old: Option<u32>) -> Result<FuncIndex, OutOfRange> {
        self.functions.get(old.unwrap_or(u32::MAX))
    }

    /// The index of a type behind the application's.
    fn type_of(&mut self, ty: FuncType) -> TypeIndex {
        let known = self.types.iter().position(|known| *known == ty);
        let position = known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        });
        TypeIndex::new(self.app.counts().types + position as u32)
    }

    fn global(&mut self, global: (GlobalType, ConstExpr)) -> GlobalIndex {
        self.globals.push(global);
        GlobalIndex::new(self.app.counts().globals + self.globals.len() as u32 - 1)
    }

    fn write(&mut self, ty: FuncType, body: Function, name: &str) -> FuncIndex {
        let before = self.imports.len() + self.app.bodies.len() + self.written.len();
        let index = FuncIndex::new(before as u32);
        let ty = self.type_of(ty);
        self.written.push(Written {
            ty,
            body,
            index,
            name: name.to_owned(),
        });
        index
    }
}
