//! From a merged core module to a component.

use wasm_encoder::{CodeSection, Component, CustomSection, Function, Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::error::{ShimFault, one_line};
use crate::nesting::Nesting;

/// Makes the merged `module` a component of the world that the `component-type` sections describe.
///
/// The component encoder goes by a module's imports and exports alone but copies the whole of it
/// many times, so it is given a skeleton, and the module takes the skeleton's place in what comes
/// out.
///
/// # Errors
/// [`ShimFault::Lift`]: imports and exports of the merged module are the shim's.
pub(crate) fn lift(module: &[u8], world: &[CustomSection<'_>]) -> Result<Vec<u8>, ShimFault> {
    let refused = |reason: String| ShimFault::Lift {
        reason: one_line(&reason),
    };
    let skeleton = skeleton(module, world).map_err(|error| refused(error.to_string()))?;
    let component = encode(&skeleton).map_err(|error| refused(format!("{error:#}")))?;
    replace_main(&component, module).map_err(|error| refused(error.to_string()))
}

fn encode(skeleton: &[u8]) -> Result<Vec<u8>, impl std::fmt::Display + use<>> {
    let mut encoder = ComponentEncoder::default();
    // Imports and exports of the shim's world name one version each; merging would redirect types
    // of exports.
    encoder.validate(false).merge_imports_based_on_semver(false);
    encoder
        .module(skeleton)
        .and_then(|encoder| encoder.encode())
}

/// `module` with empty function bodies and without segments, start function and custom sections,
/// but with the `component-type` sections.
fn skeleton(module: &[u8], world: &[CustomSection<'_>]) -> wasmparser::Result<Vec<u8>> {
    let mut skeleton = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::CodeSectionStart { count, .. } => {
                skeleton.section(&empty_bodies(*count));
            }
            Payload::StartSection { .. }
            | Payload::ElementSection(_)
            | Payload::DataCountSection { .. }
            | Payload::DataSection(_)
            | Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    skeleton.section(&RawSection {
                        id,
                        data: &module[range.start as usize..range.end as usize],
                    });
                }
            }
        }
    }
    for section in world {
        skeleton.section(section);
    }
    Ok(skeleton.finish())
}

fn empty_bodies(count: u32) -> CodeSection {
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    let mut code = CodeSection::new();
    for _ in 0..count {
        code.function(&body);
    }
    code
}

/// `component` with `module` instead of its first core module, which is the one that was encoded;
/// the encoder's own modules follow it.
fn replace_main(component: &[u8], module: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut replaced = Component::new();
    let mut nesting = Nesting::default();
    let mut is_main = true;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if !nesting.is_outermost(&payload) {
            continue;
        }
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let data = match payload {
            Payload::ModuleSection { .. } if is_main => {
                is_main = false;
                module
            }
            _ => &component[range.start as usize..range.end as usize],
        };
        replaced.section(&RawSection { id, data });
    }
    Ok(replaced.finish())
}
