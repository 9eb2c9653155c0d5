//! What each function import of the two inputs becomes.

use wasmparser::{FuncType, Import};

use super::exit;
use super::glue::{self, Glue};
use crate::encode::Stub;
use crate::error::{Error, ShimFault, Unmergeable};
use crate::module::Module;
use crate::preview1;
use crate::shim::Shim;
use crate::{Emit, ExitStatus};

/// A function import of the application, resolved.
#[derive(Debug, Clone, Copy)]
pub(super) enum AppLink {
    /// Stays an import.
    Kept,
    /// Becomes this function of the shim.
    Shim(u32),
    /// Becomes a function that does nothing or traps.
    Stub(Stub),
}

/// A function import of the shim, resolved.
#[derive(Debug, Clone, Copy)]
pub(super) enum ShimLink {
    /// Stays an import.
    Kept,
    /// Becomes a function that calls another import, see [`exit`].
    Exit,
    /// Becomes a function between the two memories.
    Glue(Glue),
    /// Becomes this function of the application, its `_start`.
    App(u32),
}

/// Every function import of both inputs, in the order of their function indices.
pub(super) struct Links {
    pub(super) app: Vec<AppLink>,
    pub(super) shim: Vec<ShimLink>,
}

impl Links {
    /// Resolves all imports. One function may be imported any number of times under any of its
    /// equal types.
    ///
    /// # Errors
    /// [`Unmergeable::ForeignImport`] for an import of the application that a component has no
    /// place for, then [`ShimFault`] for what the shim lacks or imports in excess.
    pub(super) fn resolve(app: &Module<'_>, shim: &Shim<'_>) -> Result<Self, Error> {
        let app_links = app
            .function_imports()
            .map(|(index, import)| app_link(import, app.signature(index), shim))
            .collect::<Result<_, _>>()?;
        let shim_links = shim
            .module
            .function_imports()
            .map(|(index, import)| shim_link(import, shim.module.signature(index), app, shim))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            app: app_links,
            shim: shim_links,
        })
    }

    /// Whether the shim looks for an image.
    pub(super) fn ask_for_image(&self) -> bool {
        let is_image = |link: &ShimLink| match link {
            ShimLink::Glue(glue) => matches!(glue, Glue::Image | Glue::ImageLen),
            ShimLink::Kept | ShimLink::Exit | ShimLink::App(_) => false,
        };
        self.shim.iter().any(is_image)
    }
}

fn app_link(
    import: &Import<'_>,
    signature: Option<&FuncType>,
    shim: &Shim<'_>,
) -> Result<AppLink, Error> {
    if let Some(function) = preview1::function_of(import) {
        let index = shim.module.exported_function(function.name);
        let fits = |index: &u32| shim.module.signature(*index) == Some(&function.ty());
        let index = index.filter(fits).ok_or_else(|| ShimFault::Export {
            name: function.name.to_owned(),
        })?;
        return Ok(AppLink::Shim(index));
    }
    if let Some(stub) = Stub::of(import, signature) {
        return Ok(AppLink::Stub(stub));
    }
    match shim.emit {
        Emit::Core => Ok(AppLink::Kept),
        Emit::Component => Err(foreign(import).into()),
    }
}

/// The refusal of an import that only the application's own host supplies.
pub(crate) fn foreign(import: &Import<'_>) -> Unmergeable {
    Unmergeable::ForeignImport {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
    }
}

fn shim_link(
    import: &Import<'_>,
    signature: Option<&FuncType>,
    app: &Module<'_>,
    shim: &Shim<'_>,
) -> Result<ShimLink, ShimFault> {
    let unknown = || ShimFault::Import {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
    };
    match (import.module, shim.emit) {
        (glue::MODULE, _) => {
            let glue = Glue::named(import.name).ok_or_else(unknown)?;
            let (params, results) = glue.signature();
            check(
                import,
                signature,
                &FuncType::new(params.to_vec(), results.to_vec()),
            )?;
            Ok(ShimLink::Glue(glue))
        }
        ("app", Emit::Component) if import.name == "_start" => {
            check(import, signature, &FuncType::new([], []))?;
            app.exported_function("_start")
                .map(ShimLink::App)
                .ok_or_else(unknown)
        }
        (preview1::MODULE, Emit::Core) => {
            let function =
                preview1::function_of(import).filter(|function| function.remains.is_some());
            let function = function.ok_or_else(unknown)?;
            check(import, signature, &function.ty())?;
            Ok(ShimLink::Kept)
        }
        (interface, Emit::Component) if interface.contains(':') => match shim.exit_status {
            ExitStatus::Outcome if exit::takes_code(import) => Ok(ShimLink::Exit),
            ExitStatus::Outcome | ExitStatus::Code => Ok(ShimLink::Kept),
        },
        _ => Err(unknown()),
    }
}

fn check(
    import: &Import<'_>,
    found: Option<&FuncType>,
    expected: &FuncType,
) -> Result<(), ShimFault> {
    if found == Some(expected) {
        return Ok(());
    }
    Err(ShimFault::Signature {
        module: import.module.to_owned(),
        name: import.name.to_owned(),
        found: found.map_or_else(|| "unlike any other".to_owned(), preview1::signature),
        expected: preview1::signature(expected),
    })
}
