//! The index spaces of the merged module: kept imports first, then the application's items, then
//! the shim's, then the functions that the merger writes.

use wasm_encoder::Function;

use super::glue::{Memories, body};
use super::image::Image;
use super::index::{FuncIndex, Index, OutOfRange, Scatter, Shift, TypeIndex};
use super::link::{AppLink, Links, ShimLink};
use super::live::Live;
use super::renumber::IndexMaps;
use crate::module::{Counts, Module};
use crate::shim::Shim;

/// Where everything goes.
pub(super) struct Layout {
    pub(super) app: IndexMaps,
    pub(super) shim: IndexMaps,
    /// Functions behind those of the two inputs.
    pub(super) written: Vec<Written>,
    /// The start function.
    pub(super) start: Option<FuncIndex>,
}

/// A function that the merger writes.
pub(super) struct Written {
    pub(super) ty: TypeIndex,
    pub(super) body: Function,
    pub(super) index: FuncIndex,
    /// For the name section.
    pub(super) name: String,
}

impl Layout {
    /// Numbers everything. An index of an input that the input does not have is an error.
    pub(super) fn new(
        app: &Module<'_>,
        shim: &Shim<'_>,
        links: &Links,
        live: &Live,
        image: &Image<'_>,
    ) -> Result<Self, OutOfRange> {
        let mut layout = Self {
            app: shifts(app, Counts::default()),
            shim: shifts(&shim.module, app.counts()),
            written: Vec::new(),
            start: None,
        };
        let memories = Memories {
            app: layout
                .app
                .memories
                .get(app.exported_memory().unwrap_or(0))?,
            shim: layout.shim.memories.get(0)?,
        };
        let mut next = NextFunction(0);
        layout.number_functions(app, shim, links, live, &mut next);
        layout.write_glue(shim, links, live, memories, image, &mut next)?;
        layout.write_stubs(app, links, &mut next)?;
        layout.link(links, live)?;
        layout.set_start(app, &shim.module, &mut next)?;
        Ok(layout)
    }

    /// Numbers the functions that come out of an input: kept imports, then bodies.
    fn number_functions(
        &mut self,
        app: &Module<'_>,
        shim: &Shim<'_>,
        links: &Links,
        live: &Live,
        next: &mut NextFunction,
    ) {
        for (old, link) in (0..).zip(&links.app) {
            match link {
                AppLink::Kept => self.app.functions.set(old, next.take()),
                AppLink::Shim(_) | AppLink::Stub(_) => {}
            }
        }
        for (old, link) in live.imports(links) {
            match link {
                ShimLink::Kept => self.shim.functions.set(old, next.take()),
                ShimLink::Glue(_) | ShimLink::App(_) => {}
            }
        }
        for old in defined_functions(app) {
            self.app.functions.set(old, next.take());
        }
        for old in defined_functions(&shim.module).filter(|old| live.contains(*old)) {
            self.shim.functions.set(old, next.take());
        }
    }

    fn write_glue(
        &mut self,
        shim: &Shim<'_>,
        links: &Links,
        live: &Live,
        memories: Memories,
        image: &Image<'_>,
        next: &mut NextFunction,
    ) -> Result<(), OutOfRange> {
        let types = shim.module.function_types();
        for ((old, import), ty) in shim.module.function_imports().zip(types) {
            let Some(ShimLink::Glue(glue)) =
                links.shim.get(old as usize).filter(|_| live.contains(old))
            else {
                continue;
            };
            let index = next.take();
            self.shim.functions.set(old, index);
            let ty = self.shim.types.get(*ty)?;
            let name = format!("{}.{}", import.module, import.name);
            self.written.push(Written {
                ty,
                body: glue.body(memories, image),
                index,
                name,
            });
        }
        Ok(())
    }

    fn write_stubs(
        &mut self,
        app: &Module<'_>,
        links: &Links,
        next: &mut NextFunction,
    ) -> Result<(), OutOfRange> {
        for (((old, import), ty), link) in app
            .function_imports()
            .zip(app.function_types())
            .zip(&links.app)
        {
            let AppLink::Stub(stub) = link else {
                continue;
            };
            let index = next.take();
            self.app.functions.set(old, index);
            let ty = self.app.types.get(*ty)?;
            let name = format!("{}.{}", import.module, import.name);
            self.written.push(Written {
                ty,
                body: stub.body(),
                index,
                name,
            });
        }
        Ok(())
    }

    /// Points the imports that one input satisfies for the other at what satisfies them.
    fn link(&mut self, links: &Links, live: &Live) -> Result<(), OutOfRange> {
        for (old, link) in live.imports(links) {
            match link {
                ShimLink::App(start) => self
                    .shim
                    .functions
                    .set(old, self.app.functions.get(*start)?),
                ShimLink::Kept | ShimLink::Glue(_) => {}
            }
        }
        for (old, link) in (0..).zip(&links.app) {
            match link {
                AppLink::Shim(function) => self
                    .app
                    .functions
                    .set(old, self.shim.functions.get(*function)?),
                AppLink::Kept | AppLink::Stub(_) => {}
            }
        }
        Ok(())
    }

    /// A module has one start function. The shim's runs first, as the application's may already
    /// call it.
    fn set_start(
        &mut self,
        app: &Module<'_>,
        shim: &Module<'_>,
        next: &mut NextFunction,
    ) -> Result<(), OutOfRange> {
        let of_app = app
            .start
            .map(|start| self.app.functions.get(start))
            .transpose()?;
        let of_shim = shim
            .start
            .map(|start| self.shim.functions.get(start))
            .transpose()?;
        self.start = match (of_shim, of_app) {
            (Some(first), Some(second)) => {
                let old = app
                    .start
                    .and_then(|start| app.function_types().get(start as usize));
                let index = next.take();
                let ty = self.app.types.get(old.copied().unwrap_or(u32::MAX))?;
                let body = body(|code| {
                    code.call(first.raw()).call(second.raw());
                });
                self.written.push(Written {
                    ty,
                    body,
                    index,
                    name: "start".to_owned(),
                });
                Some(index)
            }
            (first, second) => first.or(second),
        };
        Ok(())
    }
}

/// The next free function index.
struct NextFunction(u32);

impl NextFunction {
    fn take(&mut self) -> FuncIndex {
        let index = FuncIndex::new(self.0);
        self.0 += 1;
        index
    }
}

/// The indices of the functions that `module` defines.
pub(super) fn defined_functions(module: &Module<'_>) -> impl Iterator<Item = u32> {
    (0..)
        .take(module.function_types().len())
        .skip(module.imported_functions() as usize)
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
    }
}
