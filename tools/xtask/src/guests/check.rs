//! `cargo xtask guests check`: what holds for the committed modules, each rule by itself.

mod shim;

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::manifest::{Manifest, Module};
use super::{Guest, folder, inputs};
use crate::checkout::Checkout;
use shim::Shim;

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
    let shim = Shim::parse(&read(checkout, guest)?).context(guest.file())?;
    shim.imports().context(guest.file())?;
    ensure!(
        shim.memories() == 1 && shim.exports_memory("memory"),
        "{} must have exactly one memory and export it as `memory`; {REMEDY}",
        guest.file()
    );
    Ok(())
}

/// A module exports every function of preview 1 with its signature, and what its world asks for.
pub fn exports(checkout: &Checkout, guest: Guest) -> Result<()> {
    let shim = Shim::parse(&read(checkout, guest)?).context(guest.file())?;
    for (name, signature) in shim::expected_exports(guest) {
        let found = shim.function(name);
        ensure!(
            found == Some(&signature),
            "{} exports {name} as {found:?} instead of {signature}; {REMEDY}",
            guest.file()
        );
    }
    Ok(())
}

/// A module imports functions of its world and of the merger, and nothing else.
pub fn imports(checkout: &Checkout, guest: Guest) -> Result<()> {
    let bytes = read(checkout, guest)?;
    let shim = Shim::parse(&bytes).context(guest.file())?;
    for (module, name) in shim.imports().context(guest.file())? {
        ensure!(
            shim::may_import(guest, module, name),
            "{} imports {module}.{name}, which is not in its world",
            guest.file()
        );
    }
    match guest {
        Guest::ShimP1 => Ok(()),
        Guest::ShimP2 => component_type(&bytes).context(guest.file()),
    }
}

/// The world that a module says it is for is the expected one.
fn component_type(bytes: &[u8]) -> Result<()> {
    let (_, component) = wit_component::metadata::decode(bytes)?;
    let world = &component.resolve.worlds[component.world];
    let name = |key| component.resolve.name_world_key(key);
    let imports: BTreeSet<String> = world.imports.keys().map(name).collect();
    let exports: BTreeSet<String> = world.exports.keys().map(name).collect();
    ensure!(
        imports.iter().eq(shim::INTERFACES.iter()) && exports.iter().eq([shim::RUN].iter()),
        "the component type has other imports or exports than expected: {imports:?}, {exports:?}"
    );
    Ok(())
}

fn read(checkout: &Checkout, guest: Guest) -> Result<Vec<u8>> {
    let file = folder(checkout).join(guest.file());
    fs::read(&file).with_context(|| format!("cannot read {}; {REMEDY}", file.display()))
}
