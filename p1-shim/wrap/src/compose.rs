//! An application and a VFS component, each left as it is, made one component.
//!
//! What has to hold of the result:
//! - Every import of the application that the VFS exports, in whatever compatible version, is bound
//!   to the VFS. One that does not fit is an error and never left to the host.
//! - Whatever passes a resource that the VFS owns is the VFS's too: [`closure`].
//! - The application's other imports stay imports, and all of its exports are exports.

mod closure;
mod names;
mod vfs;

use wac_graph::types::{Package, are_semver_compatible};
use wac_graph::{
    CompositionGraph, EncodeOptions, InstantiationArgumentError, NodeId, PackageId, Processor,
};

use crate::Names;
use crate::error::{Bug, Error, Uncomposable, one_line};
use crate::marker;
use crate::stage::{Stage, Step};
use crate::validate;

/// Gives the component `application` a file system of its own: the VFS, of which `vfs` is the core
/// module.
///
/// # Errors
/// Those of [`check`]; [`ShimFault`](crate::ShimFault), [`Bug::Compose`].
pub(crate) fn with_vfs(
    application: &[u8],
    vfs: &[u8],
    names: Names,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let imports = names::imports(application)?;
    let vfs = vfs::component(vfs, &imports, names, stages)?;
    let composed = compose(application, &vfs)?;
    stages.push(Stage::note(
        Step::Compose,
        "bound these imports to the VFS, which keeps its own files; all others stay the host's",
    ));
    Ok(composed)
}

/// Whether the component `application` can be composed with the VFS.
///
/// # Errors
/// [`Error::Malformed`] for what does not parse, [`Uncomposable`].
pub(crate) fn check(application: &[u8]) -> Result<(), Error> {
    let mut graph = CompositionGraph::new();
    let application = register_application(&mut graph, application)?;
    Ok(closure::check(&graph, application)?)
}

/// Binds the imports of the component `application` to the exports of the component `vfs`.
///
/// The result is not validated here.
///
/// # Errors
/// [`Error::Malformed`] for an application that does not parse, [`Uncomposable`] for one that
/// cannot have this VFS, [`Bug::Compose`] for a VFS that is none.
pub(crate) fn compose(application: &[u8], vfs: &[u8]) -> Result<Vec<u8>, Error> {
    let mut graph = CompositionGraph::new();
    let vfs = register(&mut graph, "vfs", vfs).map_err(|message| Bug::Compose { message })?;
    let application = register_application(&mut graph, application)?;
    closure::check(&graph, application)?;

    let plug = graph.instantiate(vfs);
    let socket = graph.instantiate(application);
    bind_imports(&mut graph, plug, vfs, socket, application)?;
    export_all(&mut graph, socket, application)?;
    let options = EncodeOptions {
        define_components: true,
        validate: false,
        processor: Some(Processor {
            name: marker::SECTION,
            version: marker::VERSION,
        }),
    };
    graph.encode(options).map_err(bug)
}

fn register_application(
    graph: &mut CompositionGraph,
    application: &[u8],
) -> Result<PackageId, Error> {
    let application = names::in_full(application)?;
    // The composer takes what it is given to be of the features that it knows.
    validate::declarations(&application).map_err(validate::invalid_input)?;
    register(graph, "application", &application)
        .map_err(|reason| Uncomposable::Unreadable { reason }.into())
}

fn register(
    graph: &mut CompositionGraph,
    name: &str,
    component: &[u8],
) -> Result<PackageId, String> {
    let package = Package::from_bytes(name, None, component, graph.types_mut());
    let package = package.map_err(|error| one_line(&format!("{error:#}")))?;
    graph
        .register_package(package)
        .map_err(|error| error.to_string())
}

/// Gives every import of the application that the VFS offers to the VFS's export.
fn bind_imports(
    graph: &mut CompositionGraph,
    plug: NodeId,
    vfs: PackageId,
    socket: NodeId,
    application: PackageId,
) -> Result<(), Error> {
    for import in imports(graph, application) {
        let Some(export) = offer(graph, vfs, &import) else {
            continue;
        };
        let node = graph.alias_instance_export(plug, &export).map_err(bug)?;
        graph
            .set_instantiation_argument(socket, &import, node)
            .map_err(|error| misfit(import, error))?;
    }
    Ok(())
}

fn export_all(
    graph: &mut CompositionGraph,
    socket: NodeId,
    application: PackageId,
) -> Result<(), Error> {
    for export in exports(graph, application) {
        let node = graph.alias_instance_export(socket, &export).map_err(bug)?;
        graph.export(node, &export).map_err(bug)?;
    }
    Ok(())
}

/// The names of what a component imports.
fn imports(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    let world = &graph.types()[graph[package].ty()];
    world.imports.keys().cloned().collect()
}

/// The names of what a component exports.
fn exports(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    let world = &graph.types()[graph[package].ty()];
    world.exports.keys().cloned().collect()
}

/// The export of the VFS that stands for an interface, in the same version or a compatible one.
fn offer(graph: &CompositionGraph, vfs: PackageId, interface: &str) -> Option<String> {
    let offers = &graph.types()[graph[vfs].ty()].exports;
    let offered = offers
        .keys()
        .find(|offered| are_semver_compatible(offered, interface));
    offered.cloned()
}

/// Why the VFS's export cannot be what the application imports.
fn misfit(import: String, error: InstantiationArgumentError) -> Error {
    match error {
        InstantiationArgumentError::ArgumentTypeMismatch { source, .. } => Uncomposable::Mismatch {
            import,
            reason: one_line(&format!("{source:#}")),
        }
        .into(),
        other => bug(other),
    }
}

fn bug(error: impl std::error::Error) -> Error {
    let cause = error.source().map(|source| format!(": {source}"));
    Bug::Compose {
        message: one_line(&format!("{error}{}", cause.unwrap_or_default())),
    }
    .into()
}
