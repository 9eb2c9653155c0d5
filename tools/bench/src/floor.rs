//! The least that composition costs: a component of the VFS's types that does nothing.

use anyhow::{Context, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What the floor answers for.
const INTERFACES: [&str; 4] = [
    "wasi:filesystem/preopens@0.2.12",
    "wasi:filesystem/types@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/streams@0.2.12",
];

/// `application` with its files answered by the floor.
pub(crate) fn plugged(application: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut instantiate = |name: &str, component: Vec<u8>| {
        let package = Package::from_bytes(name, None, component, graph.types_mut())?;
        let package = graph.register_package(package)?;
        anyhow::Ok(graph.instantiate(package))
    };
    let socket = instantiate("application", application.to_owned())?;
    let floor = instantiate("floor", component()?)?;
    for interface in INTERFACES {
        let offer = graph.alias_instance_export(floor, interface)?;
        graph.set_instantiation_argument(socket, interface, offer)?;
    }
    let run = graph.alias_instance_export(socket, "run")?;
    graph.export(run, "run")?;
    Ok(graph.encode(EncodeOptions::default())?)
}

fn component() -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("floor.wit", include_str!("floor/floor.wit"))?;
    let world = resolve.select_world(&[package], None)?;
    let mut module = wat::parse_str(include_str!("floor/floor.wat"))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default()
        .module(&module)?
        .encode()
        .context("the floor is a component")
}
