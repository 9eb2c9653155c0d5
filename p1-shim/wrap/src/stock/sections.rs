//! The sections of the rewritten application that are not custom.

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    ElementSection, EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection,
    ImportSection, MemorySection, TableSection, TagSection, TypeSection,
};

use super::Rewriter;
use super::layout::Layout;
use super::memory::REALLOC;
use crate::encode::code::Code;
use crate::encode::data::Data;
use crate::encode::declare_exports;
use crate::encode::index::{Index, OutOfRange};
use crate::module::Module;

pub(super) type Result<T> = std::result::Result<T, reencode::Error<OutOfRange>>;

/// All that the sections are made from.
pub(super) struct Sections<'l, 'a> {
    pub(super) app: &'l Module<'a>,
    pub(super) layout: &'l Layout,
    pub(super) rewriter: Rewriter<'l>,
}

impl<'a> Sections<'_, 'a> {
    pub(super) fn types(&self) -> Result<TypeSection> {
        let mut types = TypeSection::new();
        if let Some(section) = self.app.type_section.clone() {
            let mut rewriter = self.rewriter;
            rewriter.parse_type_section(&mut types, section)?;
        }
        for ty in &self.layout.types {
            let mut rewriter = self.rewriter;
            types.ty().func_type(&rewriter.func_type(ty.clone())?);
        }
        Ok(types)
    }

    pub(super) fn imports(&self) -> ImportSection {
        let mut imports = ImportSection::new();
        for import in &self.layout.imports {
            let ty = EntityType::Function(import.ty.raw());
            imports.import(import.module, import.name, ty);
        }
        imports
    }

    pub(super) fn functions(&self) -> FunctionSection {
        let mut functions = FunctionSection::new();
        for old in self.app.defined_functions() {
            functions.function(self.app.function_types()[old as usize]);
        }
        for written in &self.layout.written {
            functions.function(written.ty.raw());
        }
        functions
    }

    pub(super) fn tables(&self) -> Result<TableSection> {
        let mut tables = TableSection::new();
        if let Some(section) = self.app.tables.clone() {
            let mut rewriter = self.rewriter;
            rewriter.parse_table_section(&mut tables, section)?;
        }
        Ok(tables)
    }

    pub(super) fn memories(&self) -> Result<MemorySection> {
        let mut memories = MemorySection::new();
        for (index, declared) in (0..).zip(&self.app.memories) {
            let mut rewriter = self.rewriter;
            memories.memory(match &self.layout.memory {
                Some(memory) if memory.index.raw() == index => memory.extent.memory_type(*declared),
                Some(_) | None => rewriter.memory_type(*declared)?,
            });
        }
        Ok(memories)
    }

    pub(super) fn tags(&self) -> Result<TagSection> {
        let mut tags = TagSection::new();
        if let Some(section) = self.app.tags.clone() {
            let mut rewriter = self.rewriter;
            rewriter.parse_tag_section(&mut tags, section)?;
        }
        Ok(tags)
    }

    pub(super) fn globals(&self) -> Result<GlobalSection> {
        let mut globals = GlobalSection::new();
        if let Some(section) = self.app.globals.clone() {
            let mut rewriter = self.rewriter;
            rewriter.parse_global_section(&mut globals, section)?;
        }
        for (ty, value) in &self.layout.globals {
            globals.global(*ty, value);
        }
        Ok(globals)
    }

    /// What the component encoder looks for. Other exports are of no use inside a component, and
    /// their names may mean something to the encoder.
    pub(super) fn exports(&self) -> ExportSection {
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, self.app.preview1_memory());
        exports.export("_start", ExportKind::Func, self.layout.entry.raw());
        exports.export(REALLOC, ExportKind::Func, self.layout.realloc.raw());
        exports
    }

    pub(super) fn elements(&self) -> Result<ElementSection> {
        let mut elements = ElementSection::new();
        let mut rewriter = self.rewriter;
        if let Some(section) = self.app.elements.clone() {
            rewriter.parse_element_section(&mut elements, section)?;
        }
        declare_exports(&mut elements, self.app, &mut rewriter)?;
        Ok(elements)
    }

    pub(super) fn code(&self) -> Result<Code> {
        let bodies = self.app.bodies.iter().map(|body| (self.rewriter, body));
        Code::new(bodies.collect(), &self.layout.written)
    }

    pub(super) fn data(&self) -> Result<Data<'a>> {
        let mut data = Data::default();
        let mut rewriter = self.rewriter;
        data.add_module(self.app, &mut rewriter)?;
        Ok(data)
    }
}
