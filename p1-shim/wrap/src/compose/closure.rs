//! The closure rule: whoever takes a resource over must take over everything that passes it.
//!
//! A file is read through an `input-stream`, which only the interface that owns the resource can
//! make, so the VFS owns `wasi:io/streams`. A socket's stream of the host is then of another type.

use wac_graph::types::{InterfaceId, ItemKind, Type, Types, are_semver_compatible};
use wac_graph::{CompositionGraph, PackageId};

use crate::error::Uncomposable;

/// What the VFS takes over, where an application imports it.
const TAKEN_OVER: [&str; 10] = [
    "wasi:cli/environment@0.2.12",
    "wasi:cli/stderr@0.2.12",
    "wasi:cli/stdin@0.2.12",
    "wasi:cli/stdout@0.2.12",
    "wasi:filesystem/preopens@0.2.12",
    "wasi:filesystem/types@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:sockets/tcp-create-socket@0.2.12",
    "wasi:sockets/tcp@0.2.12",
];

/// Checks that all files are of a version that the VFS has, and that no import and no export of the application passes a resource of an interface that
/// the VFS takes over, unless the VFS takes it over as well.
///
/// Passing such a resource on needs no look further: the interface that passes it on to another is
/// an import itself.
///
/// # Errors
/// [`Uncomposable::Version`], then [`Uncomposable::Import`], then [`Uncomposable::Export`].
pub(super) fn check(graph: &CompositionGraph, application: PackageId) -> Result<(), Uncomposable> {
    let types = graph.types();
    let world = &types[graph[application].ty()];
    let passed = |kind: &ItemKind| {
        let ItemKind::Instance(interface) = kind else {
            return None;
        };
        used_resources(types, *interface)
            .find(|(_, owner)| is_taken_over(owner))
            .map(|(resource, owner)| (resource.to_owned(), owner.to_owned()))
    };
    let mut files = world.imports.keys().filter(|name| is_of_files(name));
    if let Some(import) = files.find(|import| !is_taken_over(import)) {
        return Err(Uncomposable::Version {
            import: import.clone(),
        });
    }
    for (import, kind) in &world.imports {
        if !is_taken_over(import)
            && let Some((resource, owner)) = passed(kind)
        {
            return Err(Uncomposable::Import {
                import: import.clone(),
                resource,
                owner,
            });
        }
    }
    for (export, kind) in &world.exports {
        if let Some((resource, owner)) = passed(kind) {
            return Err(Uncomposable::Export {
                export: export.clone(),
                resource,
                owner,
            });
        }
    }
    Ok(())
}

fn is_of_files(interface: &str) -> bool {
    interface.starts_with("wasi:filesystem/")
}

fn is_taken_over(interface: &str) -> bool {
    let is_same = |taken: &&str| are_semver_compatible(taken, interface);
    TAKEN_OVER.iter().any(is_same)
}

/// The resources that an interface has from others, each with the name of its owner.
///
/// Records, enums and all other types are the same whoever defines them.
fn used_resources(types: &Types, interface: InterfaceId) -> impl Iterator<Item = (&str, &str)> {
    types[interface].uses.iter().filter_map(|(name, used)| {
        let owner = &types[used.interface];
        let name = used.name.as_deref().unwrap_or(name);
        match owner.exports.get(name)? {
            ItemKind::Type(Type::Resource(_)) => Some((name, owner.id.as_deref()?)),
            _ => None,
        }
    })
}
