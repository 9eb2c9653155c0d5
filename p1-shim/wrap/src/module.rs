//! A core module taken apart into its sections, function bodies unread.

use wasmparser::{
    CompositeInnerType, CustomSectionReader, DataSectionReader, ElementSectionReader, Encoding,
    Export, ExternalKind, FuncType, FunctionBody, GlobalSectionReader, Import, MemoryType, Parser,
    Payload, RecGroup, SubType, TableSectionReader, TagSectionReader, TypeRef, TypeSectionReader,
};

use crate::error::Error;

/// The sections of one core module. Indices are those of the module's own index spaces, imports
/// first.
#[derive(Default)]
pub(crate) struct Module<'a> {
    pub(crate) type_section: Option<TypeSectionReader<'a>>,
    pub(crate) imports: Vec<Import<'a>>,
    pub(crate) tables: Option<TableSectionReader<'a>>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) tags: Option<TagSectionReader<'a>>,
    pub(crate) globals: Option<GlobalSectionReader<'a>>,
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: Option<ElementSectionReader<'a>>,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) data: Option<DataSectionReader<'a>>,
    pub(crate) customs: Vec<CustomSectionReader<'a>>,
    types: Vec<DefinedType>,
    functions: Vec<u32>,
    imported: Imported,
}

/// A type of the type section, whether it stands alone, and so can equal a type of another module.
struct DefinedType {
    subtype: SubType,
    alone: bool,
}

/// How many items each index space has; of tables and memories, only what is defined.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) types: u32,
    pub(crate) tables: u32,
    pub(crate) memories: u32,
    pub(crate) globals: u32,
    pub(crate) tags: u32,
    pub(crate) elements: u32,
    pub(crate) data: u32,
}

/// How many items of each index space are imported.
#[derive(Default)]
struct Imported {
    functions: u32,
    globals: u32,
    tags: u32,
}

impl<'a> Module<'a> {
    /// Reads the section headers and all sections that are not code, data or custom.
    ///
    /// What is read is well-formed; whether it is valid is left to the validator.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.read(payload?)?;
        }
        Ok(module)
    }

    fn read(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(section) => {
                self.type_section = Some(section.clone());
                for group in section {
                    self.add_types(group?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.add_import(import?);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    self.exports.push(export?);
                }
            }
            Payload::TableSection(section) => self.tables = Some(section),
            Payload::TagSection(section) => self.tags = Some(section),
            Payload::GlobalSection(section) => self.globals = Some(section),
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => self.elements = Some(section),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => self.data = Some(section),
            Payload::CustomSection(section) => self.customs.push(section),
            Payload::Version {
                encoding: Encoding::Module,
                ..
            }
            | Payload::DataCountSection { .. }
            | Payload::CodeSectionStart { .. }
            | Payload::End(_) => {}
            other => return Err(unexpected(&other)),
        }
        Ok(())
    }

    fn add_types(&mut self, group: RecGroup) {
        let alone = group.types().len() == 1;
        self.types.extend(
            group
                .into_types()
                .map(|subtype| DefinedType { subtype, alone }),
        );
    }

    fn add_import(&mut self, import: Import<'a>) {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                self.imported.functions += 1;
            }
            TypeRef::Global(_) => self.imported.globals += 1,
            TypeRef::Tag(_) => self.imported.tags += 1,
            // Imported tables and memories are refused before any index into them matters.
            TypeRef::Table(_) | TypeRef::Memory(_) => {}
        }
        self.imports.push(import);
    }

    /// The type index of every function, imports first.
    pub(crate) fn function_types(&self) -> &[u32] {
        &self.functions
    }

    pub(crate) fn imported_functions(&self) -> u32 {
        self.imported.functions
    }

    /// The indices of the functions that the module defines.
    pub(crate) fn defined_functions(&self) -> impl Iterator<Item = u32> + use<> {
        self.imported.functions..count(self.functions.len())
    }

    /// The size of every index space but that of functions.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            types: count(self.types.len()),
            tables: self.tables.as_ref().map_or(0, |section| section.count()),
            memories: count(self.memories.len()),
            globals: self.imported.globals
                + self.globals.as_ref().map_or(0, |section| section.count()),
            tags: self.imported.tags + self.tags.as_ref().map_or(0, |section| section.count()),
            elements: self.elements.as_ref().map_or(0, |section| section.count()),
            data: self.data.as_ref().map_or(0, |section| section.count()),
        }
    }

    /// The function imports with their function index.
    pub(crate) fn function_imports(&self) -> impl Iterator<Item = (u32, &Import<'a>)> {
        let is_function =
            |import: &&Import<'_>| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
        (0..).zip(self.imports.iter().filter(is_function))
    }

    /// The export called `name`.
    pub(crate) fn export(&self, name: &str) -> Option<&Export<'a>> {
        self.exports.iter().find(|export| export.name == name)
    }

    /// The index of the function exported as `name`.
    pub(crate) fn exported_function(&self, name: &str) -> Option<u32> {
        let export = self.export(name)?;
        matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact).then_some(export.index)
    }

    /// The index of the memory exported as `memory`.
    pub(crate) fn exported_memory(&self) -> Option<u32> {
        let export = self.export("memory")?;
        (export.kind == ExternalKind::Memory).then_some(export.index)
    }

    /// The index of the memory that preview1's pointers refer to: the one exported as `memory`, else
    /// the first.
    pub(crate) fn preview1_memory(&self) -> u32 {
        self.exported_memory().unwrap_or(0)
    }

    /// The index of an exported `cabi_realloc` that has the type of one.
    pub(crate) fn realloc(&self) -> Option<u32> {
        use wasmparser::ValType::I32;
        let realloc = self.exported_function("cabi_realloc")?;
        (self.signature(realloc) == Some(&FuncType::new([I32; 4], [I32]))).then_some(realloc)
    }

    /// The signature of the function `index`, when its type is one that another module can have
    /// too.
    ///
    /// A type inside a recursion group, with a supertype or open for subtypes equals only itself,
    /// so a function of such a type cannot be replaced by one of another module: `call_indirect`
    /// would trap.
    pub(crate) fn signature(&self, index: u32) -> Option<&FuncType> {
        let ty = *self.functions.get(index as usize)?;
        let DefinedType { subtype, alone } = self.types.get(ty as usize)?;
        let plain = *alone
            && subtype.is_final
            && subtype.supertype_idxs.is_empty()
            && !subtype.composite_type.shared;
        match &subtype.composite_type.inner {
            CompositeInnerType::Func(signature) if plain => Some(signature),
            _ => None,
        }
    }

    /// The data of the first custom section called `name`.
    pub(crate) fn custom(&self, name: &str) -> Option<&'a [u8]> {
        self.customs
            .iter()
            .find(|section| section.name() == name)
            .map(CustomSectionReader::data)
    }
}

/// A section's items take at least a byte each and a section's length is a `u32`, so the count is
/// one too.
fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn unexpected(payload: &Payload<'_>) -> Error {
    let (message, offset) = match payload {
        Payload::Version { range, .. } => ("not a core module".to_owned(), range.start),
        other => match other.as_section() {
            Some((id, range)) => (format!("unknown section {id}"), range.start),
            None => ("unknown part of a module".to_owned(), 0),
        },
    };
    Error::Malformed { message, offset }
}
