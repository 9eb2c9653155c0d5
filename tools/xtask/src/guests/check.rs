//! `cargo xtask guests check`: what holds for the committed modules, each rule by itself.

mod module;
mod world;

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};

use super::manifest::{Manifest, Module};
use super::{Guest, folder, inputs};
use crate::checkout::Checkout;
use module::CoreModule;
use world::World;

/// What to do about every finding.
const REMEDY: &str = "run `cargo xtask guests build`, or commit what CI built";

/// Checks every rule for every guest.
pub fn all(checkout: &Checkout) -> Result<()> {
    files(checkout)?;
    sources(checkout)?;
    for guest in Guest::ALL {
        memory(checkout, guest)?;
        exports(checkout, guest)?;
        imports(checkout, guest)?;
    }
    Ok(())
}

/// The modules are the manifest's, byte for byte.
pub fn files(checkout: &Checkout) -> Result<()> {
    let manifest = Manifest::read(&folder(checkout))?;
    let found = Guest::ALL
        .into_iter()
        .map(|guest| Ok((guest.name().to_owned(), Module::of(&read(checkout, guest)?))))
        .collect::<Result<_>>()?;
    ensure!(
        manifest.guests == found,
        "MANIFEST.toml describes other modules than there are: {found:#?}; {REMEDY}"
    );
    Ok(())
}

/// The modules were built from the sources, settings and dependencies of this tree.
pub fn sources(checkout: &Checkout) -> Result<()> {
    let manifest = Manifest::read(&folder(checkout))?;
    ensure!(
        manifest.inputs == inputs::digest(checkout)?,
        "the guests' sources, settings or dependencies are not those of MANIFEST.toml; {REMEDY}"
    );
    Ok(())
}

/// A module is valid and brings the one memory that it works in.
pub fn memory(checkout: &Checkout, guest: Guest) -> Result<()> {
    if guest.is_component() {
        return Ok(());
    }
    let module = CoreModule::parse(&read(checkout, guest)?).context(guest.file())?;
    module.imports().context(guest.file())?;
    ensure!(
        module.memories() == 1 && module.exports_memory("memory"),
        "{} must have exactly one memory and export it as `memory`; {REMEDY}",
        guest.file()
    );
    Ok(())
}

/// A module exports the functions that it is for with their signatures, those of preview 1 and
/// those that its world asks for.
pub fn exports(checkout: &Checkout, guest: Guest) -> Result<()> {
    if guest.is_component() {
        return Ok(());
    }
    let module = CoreModule::parse(&read(checkout, guest)?).context(guest.file())?;
    for (name, signature) in module::expected_exports(guest) {
        let found = module.function(name);
        ensure!(
            found == Some(&signature),
            "{} exports {name} as {found:?} instead of {signature}; {REMEDY}",
            guest.file()
        );
    }
    Ok(())
}

/// A module imports functions of its world and of the merger, and nothing else; and its world is of
/// one version of WASI.
pub fn imports(checkout: &Checkout, guest: Guest) -> Result<()> {
    let bytes = read(checkout, guest)?;
    if guest.is_component() {
        return component(&bytes).context(guest.file());
    }
    let module = CoreModule::parse(&bytes).context(guest.file())?;
    for (module, name) in module.imports().context(guest.file())? {
        ensure!(
            module::may_import(guest, module, name),
            "{} imports {module}.{name}, which is not in its world",
            guest.file()
        );
    }
    match World::of(guest) {
        Some(world) => component_type(&bytes, &world).context(guest.file()),
        None => Ok(()),
    }
}

/// A component is valid and imports interfaces of WASI, and nothing else.
fn component(bytes: &[u8]) -> Result<()> {
    wasmparser::validate(bytes)?;
    let (resolve, world) = match wit_component::decode(bytes)? {
        wit_component::DecodedWasm::Component(resolve, world) => (resolve, world),
        wit_component::DecodedWasm::WitPackage(..) => bail!("interfaces without a program"),
    };
    let imports = resolve.worlds[world].imports.keys();
    let mut names = imports.map(|key| resolve.name_world_key(key));
    let stray = names.find(|name| !(name.starts_with("wasi:") && name.ends_with(world::VERSION)));
    ensure!(stray.is_none(), "it imports {stray:?}");
    Ok(())
}

/// The world that a module says it is for is the expected one, which has one version: a component
/// that names an interface in two gets resources that are not the same.
fn component_type(bytes: &[u8], expected: &World) -> Result<()> {
    let (_, component) = wit_component::metadata::decode(bytes)?;
    let world = &component.resolve.worlds[component.world];
    let name = |key| component.resolve.name_world_key(key);
    let imports: BTreeSet<String> = world.imports.keys().map(name).collect();
    let exports: BTreeSet<String> = world.exports.keys().map(name).collect();
    ensure!(
        imports.iter().eq(expected.imports.iter()) && exports.iter().eq(expected.exports.iter()),
        "the component type has other imports or exports than expected: {imports:?}, {exports:?}"
    );
    let of_another_version = |name: &&String| !name.ends_with(world::VERSION);
    let stray = imports.iter().chain(&exports).find(of_another_version);
    ensure!(stray.is_none(), "{stray:?} is not of {}", world::VERSION);
    Ok(())
}

fn read(checkout: &Checkout, guest: Guest) -> Result<Vec<u8>> {
    let file = super::file(checkout, guest);
    fs::read(&file).with_context(|| format!("cannot read {}; {REMEDY}", file.display()))
}
