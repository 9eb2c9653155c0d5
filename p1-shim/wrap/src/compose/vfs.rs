//! The VFS as a component for one application: with what that imports of it and nothing more, so that
//! the application can reach no more of its host than before.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wac_graph::types::are_semver_compatible;
use wasm_encoder::CustomSection;
use wit_component::StringEncoding;
use wit_component::metadata::{self, Bindgen};
use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeOwner, WorldItem, WorldKey};

use crate::Names;
use crate::error::{Error, ShimFault, one_line};
use crate::lift;
use crate::merge;
use crate::module::Module;
use crate::shim::Shim;
use crate::stage::{Stage, Step};

/// Makes the VFS core module `vfs` a component for an application that imports the interfaces
/// `imports`.
///
/// # Errors
/// [`ShimFault`].
pub(super) fn component(
    vfs: &[u8],
    imports: &[String],
    names: Names,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let mut world = World::of(vfs).map_err(unusable)?;
    world.keep(imports);
    let exports = world.exports();
    let kept: Vec<_> = exports.iter().map(String::as_str).collect();
    stages.push(Stage::note(
        Step::Compose,
        format!(
            "took from the VFS what the program imports: {}",
            kept.join(", ")
        ),
    ));
    let section = world.section().map_err(unusable)?;
    let shim = Shim::parse_vfs(vfs, exports)?;
    let module = merge::merge(&Module::default(), &shim, names, stages)?;
    Ok(lift::lift(&module, &[section])?)
}

fn unusable(error: impl std::fmt::Display) -> ShimFault {
    ShimFault::Lift {
        reason: one_line(&format!("{error:#}")),
    }
}

/// The world of the VFS, to be cut to measure.
struct World(Bindgen);

impl World {
    /// The world that the `component-type` sections of a core module describe.
    fn of(module: &[u8]) -> Result<Self, impl std::fmt::Display + use<>> {
        metadata::decode(module).map(|(_, bindgen)| Self(bindgen))
    }

    /// Leaves out every export that is neither one of `imports` nor defines a resource that one of
    /// those passes.
    fn keep(&mut self, imports: &[String]) {
        let Bindgen { resolve, world, .. } = &mut self.0;
        let exports = &resolve.worlds[*world].exports;
        let interfaces = exports.iter().filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((resolve.name_world_key(key), *id)),
            WorldItem::Function(_) | WorldItem::Type { .. } => None,
        });
        let is_imported = |name: &str| {
            let is_same = |import: &String| are_semver_compatible(name, import);
            imports.iter().any(is_same)
        };
        let mut kept = BTreeSet::new();
        let mut pending: Vec<InterfaceId> = interfaces
            .filter(|(name, _)| is_imported(name))
            .map(|(_, id)| id)
            .collect();
        while let Some(interface) = pending.pop() {
            if kept.insert(interface) {
                pending.extend(resource_owners(resolve, interface));
            }
        }
        let is_kept = |key: &WorldKey| matches!(key, WorldKey::Interface(id) if kept.contains(id));
        resolve.worlds[*world].exports.retain(|key, _| is_kept(key));
    }

    /// The names of the exported interfaces.
    fn exports(&self) -> BTreeSet<String> {
        let Bindgen { resolve, world, .. } = &self.0;
        let keys = resolve.worlds[*world].exports.keys();
        keys.map(|key| resolve.name_world_key(key)).collect()
    }

    /// The world as the component encoder reads it.
    fn section(&self) -> Result<CustomSection<'static>, impl std::fmt::Display + use<>> {
        let Bindgen { resolve, world, .. } = &self.0;
        let encoded = metadata::encode(resolve, *world, StringEncoding::UTF8, None, false);
        encoded.map(|data| CustomSection {
            name: Cow::Borrowed("component-type"),
            data: Cow::Owned(data),
        })
    }
}

/// The interfaces that an interface has resources from.
fn resource_owners(resolve: &Resolve, interface: InterfaceId) -> Vec<InterfaceId> {
    let types = resolve.interfaces[interface].types.values();
    let owners = types.filter_map(|id| {
        let mut used = *id;
        while let TypeDefKind::Type(Type::Id(original)) = resolve.types[used].kind {
            used = original;
        }
        match (&resolve.types[used].kind, resolve.types[used].owner) {
            (TypeDefKind::Resource, TypeOwner::Interface(owner)) => Some(owner),
            _ => None,
        }
    });
    owners.collect()
}
