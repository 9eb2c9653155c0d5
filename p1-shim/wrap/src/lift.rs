//! From a core module to a component.

use wasm_encoder::{CodeSection, Component, CustomSection, Function, Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::error::{Bug, ShimFault, one_line};
use crate::nesting::Nesting;

/// What serves imports that no WASI 0.2 interface supplies: a module that the encoder links in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adapter {
    /// The module name of those imports.
    pub(crate) name: &'static str,
    pub(crate) module: &'static [u8],
}

/// Makes the merged `module` a component of the world that the `component-type` sections describe.
///
/// # Errors
/// [`ShimFault::Lift`]: imports and exports of the merged module are the shim's.
pub(crate) fn lift(module: &[u8], world: &[CustomSection<'_>]) -> Result<Vec<u8>, ShimFault> {
    through_skeleton(module, world, None).map_err(|reason| ShimFault::Lift { reason })
}

/// Makes `module`, which imports functions of `adapter`, a component that also imports what the
/// adapter does and exports its entry point.
///
/// # Errors
/// [`Bug::Lift`]
pub(crate) fn lift_with_adapter(
    module: &[u8],
    world: &[CustomSection<'_>],
    adapter: Adapter,
) -> Result<Vec<u8>, Bug> {
    through_skeleton(module, world, Some(adapter)).map_err(|message| Bug::Lift { message })
}

/// The component encoder goes by a module's imports and exports alone but copies the whole of it
/// many times, so it is given a skeleton, and the module takes the skeleton's place in what comes
/// out.
fn through_skeleton(
    module: &[u8],
    world: &[CustomSection<'_>],
    adapter: Option<Adapter>,
) -> Result<Vec<u8>, String> {
    let refused = |error: wasmparser::Error| one_line(&error.to_string());
    let skeleton = skeleton(module, world).map_err(refused)?;
    let component = encode(&skeleton, adapter).map_err(|error| one_line(&format!("{error:#}")))?;
    replace_main(&component, module).map_err(refused)
}

fn encode(
    skeleton: &[u8],
    adapter: Option<Adapter>,
) -> Result<Vec<u8>, impl std::fmt::Display + use<>> {
    let mut encoder = ComponentEncoder::default();
    // A world of ours names one version of each interface, and merging would redirect the types of
    // exports. The stock adapter imports one interface in an older version than the others.
    encoder
        .validate(false)
        .merge_imports_based_on_semver(adapter.is_some());
    let encoder = match adapter {
        Some(Adapter { name, module }) => encoder.adapter(name, module),
        None => Ok(&mut encoder),
    };
    encoder
        .and_then(|encoder| encoder.module(skeleton))
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
