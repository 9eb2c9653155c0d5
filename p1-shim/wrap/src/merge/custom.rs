//! Custom sections. Those of the inputs are wrong after a merge or cannot be judged, so only four
//! are made anew.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::{CustomSection, Encode, NameMap, NameSection, ProducersField, ProducersSection};
use wasmparser::{BinaryReader, KnownCustom, Name};

use super::index::Index;
use super::sections::Inputs;
use crate::detect::Producers;
use crate::marker;
use crate::module::Module;

const BUILD_ID: &str = "go:buildid";

/// Go's build id, which its tools expect to be the first section.
pub(super) fn build_id<'a>(app: &Module<'a>) -> Option<CustomSection<'a>> {
    let id = app.custom(BUILD_ID)?;
    Some(CustomSection {
        name: Cow::Borrowed(BUILD_ID),
        data: Cow::Borrowed(id),
    })
}

/// The producers of both inputs, and this library as the last that processed them.
pub(super) fn producers(inputs: &Inputs<'_, '_>) -> ProducersSection {
    let mut section = ProducersSection::new();
    for field in ["language", "sdk", "processed-by"] {
        let mut values = Vec::new();
        for module in [inputs.app, &inputs.shim.module] {
            let entries = Producers::of_module(module)
                .into_entries()
                .filter(|entry| entry.field == field);
            values.extend(entries.map(|entry| (entry.name, entry.version)));
        }
        if field == "processed-by" {
            values.push((marker::SECTION, marker::VERSION));
        }
        let mut written = BTreeSet::new();
        values.retain(|(name, _)| written.insert(*name));
        if !values.is_empty() {
            let mut encoded = ProducersField::new();
            for (name, version) in values {
                encoded.value(name, version);
            }
            section.field(field, &encoded);
        }
    }
    section
}

/// The union of both inputs' `target_features`, with what a second memory adds; nothing if neither
/// has the section.
///
/// The section is a vector of a prefix byte and a name, see `Linking.md` of the
/// [tool conventions](https://github.com/WebAssembly/tool-conventions).
pub(super) fn target_features(inputs: &Inputs<'_, '_>) -> Option<CustomSection<'static>> {
    let mut features = BTreeSet::new();
    for module in [inputs.app, &inputs.shim.module] {
        if let Some(data) = module.custom("target_features") {
            // A custom section cannot make a module invalid: what does not parse is left out.
            features.extend(read_features(data).unwrap_or_default());
        }
    }
    if features.is_empty() {
        return None;
    }
    if !inputs.app.memories.is_empty() {
        features.extend([(b'+', "bulk-memory"), (b'+', "multimemory")]);
    }
    let mut data = Vec::new();
    features.len().encode(&mut data);
    for (prefix, name) in features {
        data.push(prefix);
        name.encode(&mut data);
    }
    Some(CustomSection {
        name: Cow::Borrowed("target_features"),
        data: Cow::Owned(data),
    })
}

fn read_features(data: &[u8]) -> wasmparser::Result<Vec<(u8, &str)>> {
    let mut reader = BinaryReader::new(data, 0);
    let mut features = Vec::new();
    for _ in 0..reader.read_var_u32()? {
        features.push((reader.read_u8()?, reader.read_string()?));
    }
    Ok(features)
}

/// The function names of both inputs at their new indices. Where two inputs name one function, a
/// bound import, the application's name stands.
pub(super) fn names(inputs: &Inputs<'_, '_>) -> NameSection {
    let mut names = BTreeMap::new();
    for (module, renumber) in inputs.parts() {
        let exports = module
            .exports
            .iter()
            .filter(|export| export.kind == wasmparser::ExternalKind::Func);
        let exports = exports.map(|export| (export.index, export.name));
        for (old, name) in function_names(module).into_iter().chain(exports) {
            if let Ok(new) = renumber.0.functions.get(old) {
                names.entry(new).or_insert(name);
            }
        }
    }
    for written in &inputs.layout.written {
        names.entry(written.index).or_insert(&written.name);
    }
    let mut functions = NameMap::new();
    for (index, name) in names {
        functions.append(index.raw(), name);
    }
    let mut section = NameSection::new();
    section.functions(&functions);
    section
}

/// The function names in the `name` section, as far as it parses.
fn function_names<'a>(module: &Module<'a>) -> Vec<(u32, &'a str)> {
    let section = module
        .customs
        .iter()
        .find_map(|custom| match custom.as_known() {
            KnownCustom::Name(section) => Some(section),
            _ => None,
        });
    let mut names = Vec::new();
    for subsection in section.into_iter().flatten().map_while(Result::ok) {
        if let Name::Function(functions) = subsection {
            names.extend(
                functions
                    .into_iter()
                    .map_while(Result::ok)
                    .map(|naming| (naming.index, naming.name)),
            );
        }
    }
    names
}
