//! What an input is, told by its bytes alone.
//!
//! The order of the checks: magic numbers, then the header's version and layer, then a parse of
//! everything but code with every WebAssembly feature enabled, then the names of imports, exports
//! and custom sections.

mod component;
mod core_module;
mod format;
mod toolchain;

use std::fmt;

use crate::error::{Error, UnsupportedKind};
use crate::module::Module;
use crate::reach::Reach;
use crate::stage::{Stage, Step};

pub(crate) use format::{Binary, binary};
pub(crate) use toolchain::Producers;

/// What an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A preview1 module that exports `_start`.
    Command,
    /// A preview1 module without a `_start` of type `() -> ()`; its host calls what it exports.
    Reactor,
    /// A WASI 0.2 component, or a component without any WASI.
    Component,
    /// A WASI 0.2 component that the stock adapter made from a preview1 module.
    LiftedComponent,
    /// Anything else.
    Unsupported(UnsupportedKind),
}

impl Kind {
    /// The name in reports, stable across releases.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Command => "preview1-command",
            Self::Reactor => "preview1-reactor",
            Self::Component => "component",
            Self::LiftedComponent => "lifted-component",
            Self::Unsupported(kind) => kind.id(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command => f.write_str("preview1 command"),
            Self::Reactor => f.write_str("preview1 reactor"),
            Self::Component => f.write_str("WASI 0.2 component"),
            Self::LiftedComponent => f.write_str("component made from a preview1 module"),
            Self::Unsupported(kind) => kind.fmt(f),
        }
    }
}

/// A recognised input and what was read on the way.
pub(crate) struct Detected<'a> {
    pub(crate) found: Found<'a>,
    pub(crate) reach: Reach,
    pub(crate) toolchain: Option<String>,
    /// The exported function that the host calls to run it.
    pub(crate) entry: Option<&'static str>,
    /// What is odd about it without being in the way.
    pub(crate) warnings: Vec<&'static str>,
}

/// What an input is, with the module or component where it can be wrapped.
pub(crate) enum Found<'a> {
    Command(Box<Module<'a>>),
    Reactor(Box<Module<'a>>),
    Component {
        bytes: &'a [u8],
        /// It has the stock adapter in it.
        is_lifted: bool,
    },
    Unsupported(UnsupportedKind),
}

impl Detected<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match &self.found {
            Found::Command(_) => Kind::Command,
            Found::Reactor(_) => Kind::Reactor,
            Found::Component {
                is_lifted: false, ..
            } => Kind::Component,
            Found::Component {
                is_lifted: true, ..
            } => Kind::LiftedComponent,
            Found::Unsupported(kind) => Kind::Unsupported(kind.clone()),
        }
    }

    /// The record of the detection.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let kind = self.kind();
        let note = match &self.toolchain {
            Some(toolchain) => format!("{kind}, made by {toolchain}"),
            None => kind.to_string(),
        };
        let warnings = self
            .warnings
            .iter()
            .map(|warning| Stage::warning(Step::Detect, *warning));
        [Stage::note(Step::Detect, note)]
            .into_iter()
            .chain(warnings)
            .collect()
    }
}

/// Recognises what [`binary`] returned.
///
/// # Errors
/// [`Error::Malformed`] if a core module or component does not parse.
pub(crate) fn detect<'a>(input: &'a Binary<'_>) -> Result<Detected<'a>, Error> {
    match input {
        Binary::Module(bytes) => core_module::detect(bytes),
        Binary::Component(bytes) => component::detect(bytes),
        Binary::Other(kind) => Ok(Detected {
            found: Found::Unsupported(kind.clone()),
            reach: Reach::default(),
            toolchain: None,
            entry: None,
            warnings: Vec::new(),
        }),
    }
}
