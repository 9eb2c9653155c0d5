//! Names of interfaces. Encoders may write `wasi:cli/run@0.2` with the rest of the version beside
//! it, which the composer does not know.

use std::borrow::Cow;

use wasm_encoder::reencode::{ReencodeComponent, RoundtripReencoder};
use wasm_encoder::{
    Component, ComponentExportSection, ComponentExternName, ComponentImportSection, RawSection,
};
use wasmparser::{Parser, Payload};

use crate::error::{Bug, Error};
use crate::nesting::Nesting;

/// The full names of what a component imports.
///
/// # Errors
/// [`Error::Malformed`] for what does not parse.
pub(super) fn imports(component: &[u8]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let mut nesting = Nesting::default();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if let (true, Payload::ComponentImportSection(section)) =
            (nesting.is_outermost(&payload), payload)
        {
            for import in section {
                names.push(import?.name.full_name().into_owned());
            }
        }
    }
    Ok(names)
}

/// `component` with the full names of everything that it imports and exports, nothing else changed.
pub(super) fn in_full(component: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    let mut renamed = Component::new();
    let mut has_short_names = false;
    let mut nesting = Nesting::default();
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if !nesting.is_outermost(&payload) {
            continue;
        }
        match &payload {
            Payload::ComponentImportSection(section) => {
                let mut imports = ComponentImportSection::new();
                for import in section.clone() {
                    let import = import?;
                    has_short_names |= import.name.version_suffix.is_some();
                    let ty = RoundtripReencoder.component_type_ref(import.ty);
                    imports.import(full_name(import.name), ty.map_err(broken)?);
                }
                renamed.section(&imports);
            }
            Payload::ComponentExportSection(section) => {
                let mut exports = ComponentExportSection::new();
                for export in section.clone() {
                    let export = export?;
                    has_short_names |= export.name.version_suffix.is_some();
                    let ty = export
                        .ty
                        .map(|ty| RoundtripReencoder.component_type_ref(ty));
                    exports.export(
                        full_name(export.name),
                        export.kind.into(),
                        export.index,
                        ty.transpose().map_err(broken)?,
                    );
                }
                renamed.section(&exports);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let data = &component[range.start as usize..range.end as usize];
                    renamed.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(if has_short_names {
        Cow::Owned(renamed.finish())
    } else {
        Cow::Borrowed(component)
    })
}

fn full_name(name: wasmparser::ComponentExternName<'_>) -> ComponentExternName<'_> {
    ComponentExternName {
        name: name.full_name(),
        implements: name.full_implements(),
        version_suffix: None,
        external_id: name.external_id.map(Cow::Borrowed),
    }
}

fn broken(error: wasm_encoder::reencode::Error) -> Error {
    Bug::Compose {
        message: error.to_string(),
    }
    .into()
}
