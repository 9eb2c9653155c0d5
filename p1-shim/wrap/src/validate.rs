//! Proof of a result: it is valid for the runtimes it is meant for, and it reaches no file of the
//! host.

use wasmparser::{
    FuncToValidate, FunctionBody, Parser, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

use crate::Files;
use crate::error::{Bug, Error, Unmergeable, one_line};
use crate::parallel;
use crate::preview1;
use crate::reach::{self, Capability, Descriptors, Reach};

/// What wasmtime runs unless told otherwise: WebAssembly 3.0 and components.
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM3.union(WasmFeatures::COMPONENT_MODEL);

/// Validates a module or component, function bodies on all processors.
///
/// # Errors
/// The validator's, of the first function in error.
pub(crate) fn validate(bytes: &[u8]) -> wasmparser::Result<()> {
    let mut validator = Validator::new_with_features(FEATURES);
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            functions.push((function, body));
        }
    }
    parallel::map_runs(
        functions,
        |(_, body)| body.as_bytes().len(),
        validate_bodies,
    )?;
    Ok(())
}

/// Validates a module or component but for its function bodies.
///
/// # Errors
/// The validator's.
pub(crate) fn declarations(bytes: &[u8]) -> wasmparser::Result<()> {
    let mut validator = Validator::new_with_features(FEATURES);
    for payload in Parser::new(0).parse_all(bytes) {
        validator.payload(&payload?)?;
    }
    Ok(())
}

fn validate_bodies(
    functions: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'_>)>,
) -> wasmparser::Result<()> {
    let mut allocations = Default::default();
    for (function, body) in functions {
        let mut validator = function.into_validator(allocations);
        validator.validate(&body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

/// Validates a result and checks that it is closed: no host file can be reached through what it
/// imports, unless that is what it is for.
///
/// # Errors
/// [`Bug::InvalidOutput`], then [`Bug::LeftoverImport`].
pub(crate) fn prove(bytes: &[u8], files: Files) -> Result<Reach, Bug> {
    let invalid = |error: wasmparser::Error| Bug::InvalidOutput {
        message: one_line(error.message()),
        offset: error.offset(),
    };
    validate(bytes).map_err(invalid)?;
    let reach = reach::of_binary(bytes, Descriptors::Shim).map_err(invalid)?;
    match leftover(&reach, files) {
        Some(import) => Err(Bug::LeftoverImport { import }),
        None => Ok(reach),
    }
}

/// An import through which files that are not meant, or descriptors of the host's numbering, can be
/// reached.
fn leftover(reach: &Reach, files: Files) -> Option<String> {
    let is_meant = |import: &&String| match files {
        Files::Own => false,
        Files::Host => import.starts_with("wasi:filesystem/"),
    };
    let is_descriptors = |import: &&String| {
        let function = import
            .strip_prefix(preview1::MODULE)
            .and_then(|rest| rest.strip_prefix('.'));
        function.is_some_and(|name| {
            preview1::function(name).is_none_or(|function| function.remains.is_none())
        })
    };
    let of_files = reach.imports(Capability::Files).iter();
    let all = reach.iter().flat_map(|(_, imports)| imports);
    of_files
        .filter(|import| !is_meant(import))
        .chain(all.filter(is_descriptors))
        .next()
        .cloned()
}

/// Why an input is invalid: it needs a feature that the targets lack, or it is damaged.
pub(crate) fn invalid_input(error: wasmparser::Error) -> Error {
    let Some(feature) = error.missing_wasm_feature() else {
        return error.into();
    };
    let names: Vec<_> = feature
        .iter_names()
        .map(|(name, _)| name.to_lowercase().replace('_', "-"))
        .collect();
    Unmergeable::Feature {
        feature: names.join(" and "),
    }
    .into()
}
