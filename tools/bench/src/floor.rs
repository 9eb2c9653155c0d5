//! The least that composition costs: a component of the VFS's types that does nothing.

use anyhow::{Context, Result};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// `application` with its files answered by the floor.
pub(crate) fn plugged(application: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str, component: Vec<u8>| {
        let package = Package::from_bytes(name, None, component, graph.types_mut())?;
        anyhow::Ok(graph.register_package(package)?)
    };
    let socket = register("application", application.to_owned())?;
    let floor = register("floor", component()?)?;
    plug(&mut graph, vec![floor], socket)?;
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
