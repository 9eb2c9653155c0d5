//! The index spaces of the merged module: kept imports first, then the application's items, then
//! the shim's, then the functions that the merger writes.

use std::collections::BTreeMap;

use wasm_encoder::Function;
use wasmparser::Import;

use super::exit;
use super::glue::Memories;
use super::image::ImagePlace;
use super::link::{AppLink, Links, ShimLink};
use super::live::Live;
use super::renumber::IndexMaps;
use crate::encode::index::{FuncIndex, Index, OutOfRange, Scatter, Shift, TypeIndex};
use crate::encode::{Written, body};
use crate::module::{Counts, Module};

/// Where everything goes.
pub(super) struct Layout {
    pub(super) app: IndexMaps,
    pub(super) shim: IndexMaps,
    /// Functions behind those of the two inputs.
    pub(super) written: Vec<Written>,
    /// The start function.
    pub(super) start: Option<FuncIndex>,
    pub(super) image: ImagePlace,
}

impl Layout {
    /// Numbers everything. An index of an input that the input does not have is an error.
    pub(super) fn new(
        app: &Module<'_>,
        shim: &Module<'_>,
        links: &Links,
        live: &Live,
        image: ImagePlace,
    ) -> Result<Self, OutOfRange> {
        let layout = Self {
            app: shifts(app, Counts::default()),
            shim: shifts(shim, app.counts()),
            written: Vec::new(),
            start: None,
            image,
        };
        let mut numbering = Numbering {
            app,
            shim,
            links,
            live,
            layout,
            next: 0,
        };
        numbering.number_inputs();
        numbering.write_glue()?;
        numbering.write_stubs()?;
        numbering.write_exit()?;
        numbering.link()?;
        numbering.set_start()?;
        Ok(numbering.layout)
    }
}

/// A layout in the making.
struct Numbering<'m, 'a> {
    app: &'m Module<'a>,
    shim: &'m Module<'a>,
    links: &'m Links,
    live: &'m Live,
    layout: Layout,
    /// The next free function index.
    next: u32,
}

impl Numbering<'_, '_> {
    fn next(&mut self) -> FuncIndex {
        let index = FuncIndex::new(self.next);
        self.next += 1;
        index
    }

    /// Numbers the functions that come out of the inputs: kept imports, then bodies.
    fn number_inputs(&mut self) {
        for (old, link) in (0..).zip(&self.links.app) {
            if let AppLink::Kept = link {
                let new = self.next();
                self.layout.app.functions.set(old, new);
            }
        }
        for (old, link) in self.live.imports(self.links) {
            if let ShimLink::Kept | ShimLink::Exit = link {
                let new = self.next();
                self.layout.shim.functions.set(old, new);
            }
        }
        for old in self.app.defined_functions() {
            let new = self.next();
            self.layout.app.functions.set(old, new);
        }
        for old in self
            .shim
            .defined_functions()
            .filter(|old| self.live.contains(*old))
        {
            let new = self.next();
            self.layout.shim.functions.set(old, new);
        }
    }

    fn write_glue(&mut self) -> Result<(), OutOfRange> {
        let shim = self.layout.shim.memories.get(0)?;
        let app = match self.app.memories.as_slice() {
            // Nothing is copied then.
            [] => shim,
            _ => self.layout.app.memories.get(self.app.preview1_memory())?,
        };
        let memories = Memories { app, shim };
        for ((old, import), link) in self.shim.function_imports().zip(&self.links.shim) {
            let ShimLink::Glue(glue) = link else { continue };
            let instruction = glue.instruction(memories, self.layout.image);
            if self.live.contains(old) {
                let ty = type_of(self.shim, &self.layout.shim, old)?;
                let index = self.write(ty, glue.body(&instruction), qualified(import));
                self.layout.shim.functions.set(old, index);
            }
            self.layout.shim.inlined.insert(old, instruction);
        }
        Ok(())
    }

    fn write_stubs(&mut self) -> Result<(), OutOfRange> {
        for ((old, import), link) in self.app.function_imports().zip(&self.links.app) {
            if let AppLink::Stub(stub) = link {
                let ty = type_of(self.app, &self.layout.app, old)?;
                let index = self.write(ty, stub.body(), qualified(import));
                self.layout.app.functions.set(old, index);
            }
        }
        Ok(())
    }

    /// Puts a function in front of the import that takes the place of `exit-with-code`.
    fn write_exit(&mut self) -> Result<(), OutOfRange> {
        for (old, link) in self.live.imports(self.links) {
            if let ShimLink::Exit = link {
                let ty = type_of(self.shim, &self.layout.shim, old)?;
                let body = exit::with_code(self.layout.shim.functions.get(old)?);
                let index = self.write(ty, body, "exit-with-code".to_owned());
                self.layout.shim.functions.set(old, index);
            }
        }
        Ok(())
    }

    /// Points the imports that one input satisfies for the other at what satisfies them.
    fn link(&mut self) -> Result<(), OutOfRange> {
        for (old, link) in self.live.imports(self.links) {
            if let ShimLink::App(entry) = link {
                let entry = self.entry(*entry)?;
                self.layout.shim.functions.set(old, entry);
            }
        }
        let Layout { app, shim, .. } = &mut self.layout;
        for (old, link) in (0..).zip(&self.links.app) {
            if let AppLink::Shim(function) = link {
                app.functions.set(old, shim.functions.get(*function)?);
            }
        }
        Ok(())
    }

    /// What the shim calls as the application's entry point `old`. A component's imports cannot be
    /// called before it is complete, so the start function is called there.
    fn entry(&mut self, old: u32) -> Result<FuncIndex, OutOfRange> {
        let entry = self.layout.app.functions.get(old)?;
        let Some(start) = self.app.start else {
            return Ok(entry);
        };
        let start = self.layout.app.functions.get(start)?;
        let ty = type_of(self.app, &self.layout.app, old)?;
        let both = body(|code| {
            code.call(start.raw()).call(entry.raw());
        });
        Ok(self.write(ty, both, "start".to_owned()))
    }

    /// A module has one start function. The shim's runs first, as the application's may already
    /// call it.
    fn set_start(&mut self) -> Result<(), OutOfRange> {
        let of = |input: &Module<'_>, maps: &IndexMaps| {
            input
                .start
                .map(|start| maps.functions.get(start))
                .transpose()
        };
        let of_shim = of(self.shim, &self.layout.shim)?;
        let is_entry = |link: &ShimLink| matches!(link, ShimLink::App(_));
        let of_app = match self.links.shim.iter().any(is_entry) {
            true => None,
            false => of(self.app, &self.layout.app)?,
        };
        self.layout.start = match (of_shim, self.app.start.zip(of_app)) {
            (Some(first), Some((old, second))) => {
                let ty = type_of(self.app, &self.layout.app, old)?;
                let both = body(|code| {
                    code.call(first.raw()).call(second.raw());
                });
                Some(self.write(ty, both, "start".to_owned()))
            }
            (first, _) => first.or(of_app),
        };
        Ok(())
    }

    fn write(&mut self, ty: TypeIndex, body: Function, name: String) -> FuncIndex {
        let index = self.next();
        self.layout.written.push(Written {
            ty,
            body,
            index,
            name,
        });
        index
    }
}

/// The merged module's index for the type of function `old` of `input`.
fn type_of(input: &Module<'_>, maps: &IndexMaps, old: u32) -> Result<TypeIndex, OutOfRange> {
    let ty = input.function_types().get(old as usize).copied();
    maps.types.get(ty.unwrap_or(u32::MAX))
}

fn qualified(import: &Import<'_>) -> String {
    format!("{}.{}", import.module, import.name)
}

/// Every space but that of functions stays in one piece, behind the items counted in `before`.
fn shifts(module: &Module<'_>, before: Counts) -> IndexMaps {
    let counts = module.counts();
    IndexMaps {
        types: Shift::new(before.types, counts.types),
        functions: Scatter::new(module.function_types().len()),
        tables: Shift::new(before.tables, counts.tables),
        memories: Shift::new(before.memories, counts.memories),
        globals: Shift::new(before.globals, counts.globals),
        tags: Shift::new(before.tags, counts.tags),
        elements: Shift::new(before.elements, counts.elements),
        data: Shift::new(before.data, counts.data),
        inlined: BTreeMap::new(),
    }
}
