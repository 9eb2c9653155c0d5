//! Which pipeline an input goes through, or what stands in the way.

use wasmparser::{MemoryType, TypeRef};

use crate::compose;
use crate::detect::{Detected, Found};
use crate::encode::Stub;
use crate::error::{Error, Uncomposable, Unmergeable};
use crate::merge::foreign;
use crate::module::Module;
use crate::preview1;
use crate::reach::{Capability, Reach};
use crate::{Adapter, Emit, Files, Options};

/// The way from an input to a result.
pub(crate) enum Plan<'d, 'a> {
    /// The input is the result: it can reach no file, or is to reach the host's.
    PassThrough,
    /// Merge the module with the shim, then lift if a component is wanted.
    Merge(&'d Module<'a>),
    /// Merge the module with the shim that imports its files, lift, and compose with the VFS if it is
    /// to have files of its own.
    Plug(&'d Module<'a>),
    /// Make the module a component with the stock adapter, and compose that with the VFS if it is to
    /// have files of its own.
    Adapt {
        module: &'d Module<'a>,
        /// Bytes of memory that the program may have.
        max_guest_memory: u64,
    },
    /// Compose the component with the VFS.
    Compose(&'d [u8]),
}

/// Chooses the way to the result that `options` ask for.
///
/// # Errors
/// [`Error::Unsupported`] for the input's kind; for a module [`Error::Unmergeable`] for its preview1
/// imports, its memories and tables, its entry point, its other imports, in this order; for a
/// component [`Error::Uncomposable`].
pub(crate) fn plan<'d, 'a>(
    detected: &'d Detected<'a>,
    options: &Options,
) -> Result<Plan<'d, 'a>, Error> {
    let Options {
        emit,
        adapter,
        files,
        ..
    } = *options;
    let (module, is_command) = match &detected.found {
        Found::Command(module) => (module, true),
        Found::Reactor(module) => (module, false),
        Found::Component { bytes, .. } => {
            return plan_component(bytes, &detected.reach, emit, files);
        }
        Found::Unsupported(kind) => return Err(kind.clone().into()),
    };
    if emit == Emit::Core {
        match (adapter, files) {
            (Adapter::Stock { .. }, _) => return Err(Unmergeable::StockCore.into()),
            (Adapter::Plugged, _) | (_, Files::Host) => return Err(Unmergeable::PluggedCore.into()),
            (Adapter::Shim, Files::Own) => {}
        }
    }
    check_preview1(module)?;
    if emit == Emit::Core && !reaches_files(module) {
        return Ok(Plan::PassThrough);
    }
    check_memories(module)?;
    if emit == Emit::Component {
        check_entry(module, is_command)?;
        check_foreign(module)?;
    }
    Ok(match adapter {
        Adapter::Shim if files == Files::Own => Plan::Merge(module),
        Adapter::Shim | Adapter::Plugged => Plan::Plug(module),
        Adapter::Stock { max_guest_memory } => Plan::Adapt {
            module,
            max_guest_memory,
        },
    })
}

fn plan_component<'d, 'a>(
    component: &'d [u8],
    reach: &Reach,
    emit: Emit,
    files: Files,
) -> Result<Plan<'d, 'a>, Error> {
    match emit {
        Emit::Core => Err(Uncomposable::Core.into()),
        Emit::Component if files == Files::Host => Ok(Plan::PassThrough),
        Emit::Component if reach.imports(Capability::Files).is_empty() => Ok(Plan::PassThrough),
        Emit::Component => {
            compose::check(component)?;
            Ok(Plan::Compose(component))
        }
    }
}

/// Every import from preview1 is one of its functions, imported as what it is.
fn check_preview1(module: &Module<'_>) -> Result<(), Unmergeable> {
    let is_unknown = |import: &&wasmparser::Import<'_>| {
        import.module == preview1::MODULE && preview1::function_of(import).is_none()
    };
    if let Some(import) = module.imports.iter().find(is_unknown) {
        return Err(Unmergeable::UnknownFunction {
            name: import.name.to_owned(),
        });
    }
    for (index, import) in module.function_imports() {
        let Some(function) = preview1::function_of(import) else {
            continue;
        };
        let found = module.signature(index);
        if found != Some(&function.ty()) {
            return Err(Unmergeable::Signature {
                name: function.name.to_owned(),
                found: found.map_or_else(
                    || "of a recursive or open type".to_owned(),
                    preview1::signature,
                ),
                expected: preview1::signature(&function.ty()),
            });
        }
    }
    Ok(())
}

/// Whether an import gives access to descriptors other than the standard streams.
fn reaches_files(module: &Module<'_>) -> bool {
    module
        .imports
        .iter()
        .filter_map(preview1::function_of)
        .any(|function| function.remains.is_none())
}

fn check_memories(module: &Module<'_>) -> Result<(), Unmergeable> {
    for import in &module.imports {
        match import.ty {
            TypeRef::Memory(memory) => {
                check_memory(&memory)?;
                return Err(Unmergeable::ImportedMemory {
                    module: import.module.to_owned(),
                });
            }
            TypeRef::Table(_) => {
                return Err(Unmergeable::ImportedTable {
                    module: import.module.to_owned(),
                });
            }
            TypeRef::Func(_) | TypeRef::FuncExact(_) | TypeRef::Global(_) | TypeRef::Tag(_) => {}
        }
    }
    module.memories.iter().try_for_each(check_memory)?;
    match module.memories.as_slice() {
        [] => Err(Unmergeable::NoMemory),
        [_] if module.export("memory").is_none() => Ok(()),
        _ if module.exported_memory().is_some() => Ok(()),
        _ => Err(Unmergeable::NoMemoryExport),
    }
}

fn check_memory(memory: &MemoryType) -> Result<(), Unmergeable> {
    let feature = if memory.memory64 {
        "64-bit addresses (memory64)"
    } else if memory.shared {
        "sharing between threads"
    } else if memory.page_size_log2.is_some() {
        "a custom page size"
    } else {
        return Ok(());
    };
    Err(Unmergeable::MemoryFeature { feature })
}

fn check_entry(module: &Module<'_>, is_command: bool) -> Result<(), Unmergeable> {
    match (is_command, module.exported_function("_start")) {
        (true, _) => Ok(()),
        (false, Some(_)) => Err(Unmergeable::StartSignature),
        (false, None) => Err(Unmergeable::Reactor),
    }
}

/// A component's core module imports nothing but the shim's interfaces.
fn check_foreign(module: &Module<'_>) -> Result<(), Unmergeable> {
    let mut functions = module.function_imports();
    for import in &module.imports {
        let is_supplied = match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                let signature = functions
                    .next()
                    .and_then(|(index, _)| module.signature(index));
                preview1::function_of(import).is_some() || Stub::of(import, signature).is_some()
            }
            TypeRef::Table(_) | TypeRef::Memory(_) | TypeRef::Global(_) | TypeRef::Tag(_) => false,
        };
        if !is_supplied {
            return Err(foreign(import));
        }
    }
    Ok(())
}
