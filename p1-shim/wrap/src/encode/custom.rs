//! Custom sections. Those of the inputs are wrong once code has moved or cannot be judged, so only
//! four are made anew.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::{CustomSection, Encode, NameMap, NameSection, ProducersField, ProducersSection};
use wasmparser::{BinaryReader, ExternalKind, KnownCustom, Name};

use super::Written;
use super::index::{FuncIndex, Index, Scatter};
use crate::detect::Producers;
use crate::marker;
use crate::module::Module;

const BUILD_ID: &str = "go:buildid";

/// Go's build id, which its tools expect to be the first section.
pub(crate) fn build_id<'a>(app: &Module<'a>) -> Option<CustomSection<'a>> {
    let id = app.custom(BUILD_ID)?;
    Some(CustomSection {
        name: Cow::Borrowed(BUILD_ID),
        data: Cow::Borrowed(id),
    })
}

/// The producers of all inputs, and this library as the last that processed them.
pub(crate) fn producers(inputs: &[&Module<'_>]) -> ProducersSection {
    let mut section = ProducersSection::new();
    for field in ["language", "sdk", "processed-by"] {
        let mut values = Vec::new();
        for module in inputs {
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

/// The union of all inputs' `target_features`, with what the module being written uses in
/// `addition`; nothing if no input has the section.
///
/// The section is a vector of a prefix byte and a name, see `Linking.md` of the
/// [tool conventions](https://github.com/WebAssembly/tool-conventions).
pub(crate) fn target_features(
    inputs: &[&Module<'_>],
    addition: &[&'static str],
) -> Option<CustomSection<'static>> {
    let mut features = BTreeSet::new();
    for module in inputs {
        if let Some(data) = module.custom("target_features") {
            // A custom section cannot make a module invalid: what does not parse is left out.
            features.extend(read_features(data).unwrap_or_default());
        }
    }
    if features.is_empty() {
        return None;
    }
    features.extend(addition.iter().map(|name| (b'+', *name)));
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

/// The function names of all inputs at their new indices, and those of `written`. Where several
/// name one function, such as an import that was bound, the first name stands.
pub(crate) fn names(
    inputs: &[(&Module<'_>, &Scatter<FuncIndex>)],
    written: &[Written],
) -> NameSection {
    let mut names = BTreeMap::new();
    for (module, functions) in inputs {
        let exports = module
            .exports
            .iter()
            .filter(|export| export.kind == ExternalKind::Func);
        let exports = exports.map(|export| (export.index, export.name));
        for (old, name) in function_names(module).into_iter().chain(exports) {
            if let Ok(new) = functions.get(old) {
                names.entry(new).or_insert(name);
            }
        }
    }
    for written in written {
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

/// The input's custom sections that the module being written has none of, joined by commas; `None`
/// if there are none.
pub(crate) fn dropped(app: &Module<'_>) -> Option<String> {
    let kept = ["producers", "target_features", BUILD_ID];
    let names = app.customs.iter().map(|section| section.name());
    let dropped: Vec<_> = names.filter(|name| !kept.contains(name)).collect();
    (!dropped.is_empty()).then(|| dropped.join(", "))
}
