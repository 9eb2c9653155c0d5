//! The sections of the merged module that are neither code, data nor custom.

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    ElementSection, ExportKind, ExportSection, FunctionSection, GlobalSection, ImportSection,
    MemorySection, TableSection, TagSection, TypeSection,
};
use wasmparser::{Import, TypeRef};

use super::exit;
use super::layout::Layout;
use super::link::{AppLink, Links, ShimLink};
use super::renumber::Renumber;
use crate::Emit;
use crate::encode::code::Code;
use crate::encode::data::Data;
use crate::encode::declare_exports;
use crate::encode::index::{Index, OutOfRange};
use crate::module::Module;
use crate::shim::Shim;

pub(super) type Result<T> = std::result::Result<T, reencode::Error<OutOfRange>>;

/// All that the sections are made from.
pub(super) struct Inputs<'m, 'a> {
    pub(super) app: &'m Module<'a>,
    pub(super) shim: &'m Shim<'a>,
    pub(super) links: &'m Links,
    pub(super) layout: &'m Layout,
}

impl<'m, 'a> Inputs<'m, 'a> {
    /// Both modules with their index maps, in the order of the index spaces.
    pub(super) fn parts(&self) -> [(&'m Module<'a>, Renumber<'m>); 2] {
        [
            (self.app, Renumber(&self.layout.app)),
            (&self.shim.module, Renumber(&self.layout.shim)),
        ]
    }

    pub(super) fn types(&self) -> Result<TypeSection> {
        let mut types = TypeSection::new();
        for (module, mut renumber) in self.parts() {
            if let Some(section) = module.type_section.clone() {
                renumber.parse_type_section(&mut types, section)?;
            }
        }
        Ok(types)
    }

    /// The application's kept imports, then the shim's.
    pub(super) fn imports(&self) -> Result<ImportSection> {
        let mut imports = ImportSection::new();
        let mut links = self.links.app.iter();
        for import in &self.app.imports {
            let is_kept = match import.ty {
                TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                    matches!(links.next(), Some(AppLink::Kept))
                }
                TypeRef::Table(_) | TypeRef::Memory(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {
                    true
                }
            };
            if is_kept {
                Renumber(&self.layout.app).parse_import(&mut imports, *import)?;
            }
        }
        for ((old, import), link) in self.shim.module.function_imports().zip(&self.links.shim) {
            let name = match link {
                ShimLink::Kept => import.name,
                ShimLink::Exit => exit::EXIT,
                ShimLink::Glue(_) | ShimLink::App(_) => continue,
            };
            if self.layout.shim.keeps_function(old) {
                let import = Import { name, ..*import };
                Renumber(&self.layout.shim).parse_import(&mut imports, import)?;
            }
        }
        Ok(imports)
    }

    pub(super) fn functions(&self) -> Result<FunctionSection> {
        let mut functions = FunctionSection::new();
        for (module, mut renumber) in self.parts() {
            for old in module
                .defined_functions()
                .filter(|old| renumber.0.keeps_function(*old))
            {
                functions.function(renumber.type_index(module.function_types()[old as usize])?);
            }
        }
        for written in &self.layout.written {
            functions.function(written.ty.raw());
        }
        Ok(functions)
    }

    pub(super) fn tables(&self) -> Result<TableSection> {
        let mut tables = TableSection::new();
        for (module, mut renumber) in self.parts() {
            if let Some(section) = module.tables.clone() {
                renumber.parse_table_section(&mut tables, section)?;
            }
        }
        Ok(tables)
    }

    pub(super) fn memories(&self) -> Result<MemorySection> {
        let mut memories = MemorySection::new();
        for memory in &self.app.memories {
            memories.memory(Renumber(&self.layout.app).memory_type(*memory)?);
        }
        memories.memory(self.shim.memory.into());
        Ok(memories)
    }

    pub(super) fn tags(&self) -> Result<TagSection> {
        let mut tags = TagSection::new();
        for (module, mut renumber) in self.parts() {
            if let Some(section) = module.tags.clone() {
                renumber.parse_tag_section(&mut tags, section)?;
            }
        }
        Ok(tags)
    }

    pub(super) fn globals(&self) -> Result<GlobalSection> {
        let mut globals = GlobalSection::new();
        for (module, mut renumber) in self.parts() {
            if let Some(section) = module.globals.clone() {
                renumber.parse_global_section(&mut globals, section)?;
            }
        }
        let (ty, value) = self.layout.image.global();
        globals.global(ty, &value);
        Ok(globals)
    }

    pub(super) fn exports(&self) -> Result<ExportSection> {
        let mut exports = ExportSection::new();
        match self.shim.emit {
            Emit::Core => self.app_exports(&mut exports)?,
            Emit::Component => {
                let kept = self
                    .shim
                    .module
                    .exports
                    .iter()
                    .filter(|export| self.shim.is_kept_export(export.name));
                for export in kept {
                    Renumber(&self.layout.shim).parse_export(&mut exports, *export)?;
                }
            }
        }
        Ok(exports)
    }

    /// Preview1 hosts look the memory up as `memory`; the only memory gets that name if it has
    /// none.
    fn app_exports(&self, exports: &mut ExportSection) -> Result<()> {
        for export in &self.app.exports {
            Renumber(&self.layout.app).parse_export(exports, *export)?;
        }
        if self.app.exported_memory().is_none() {
            exports.export(
                "memory",
                ExportKind::Memory,
                Renumber(&self.layout.app).memory_index(0)?,
            );
        }
        Ok(())
    }

    pub(super) fn elements(&self) -> Result<ElementSection> {
        let mut elements = ElementSection::new();
        for (module, mut renumber) in self.parts() {
            if let Some(section) = module.elements.clone() {
                renumber.parse_element_section(&mut elements, section)?;
            }
        }
        match self.shim.emit {
            Emit::Core => {}
            Emit::Component => {
                declare_exports(&mut elements, self.app, &mut Renumber(&self.layout.app))?;
            }
        }
        Ok(elements)
    }

    /// The inputs' bodies, without the shim's dead ones, and those that the merger writes.
    pub(super) fn code(&self) -> Result<Code> {
        let mut bodies = Vec::new();
        for (module, renumber) in self.parts() {
            let functions = module.defined_functions().zip(&module.bodies);
            let kept = functions.filter(|(old, _)| renumber.0.keeps_function(*old));
            bodies.extend(kept.map(|(_, body)| (renumber, body)));
        }
        Code::new(bodies, &self.layout.written)
    }

    /// The application's segments, the shim's, and one for the image.
    pub(super) fn data(&self) -> Result<Data<'a>> {
        let mut data = Data::default();
        for (module, mut renumber) in self.parts() {
            data.add_module(module, &mut renumber)?;
        }
        let memory = self.layout.shim.memories.get(0);
        let memory = memory.map_err(reencode::Error::UserError)?;
        data.add(memory, self.layout.image.offset, &[]);
        Ok(data)
    }
}
