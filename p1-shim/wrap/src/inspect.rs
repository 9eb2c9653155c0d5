//! What an input is and what would be done with it, without doing it.

use crate::detect::{self, Kind};
use crate::error::Error;
use crate::plan::{Plan, plan};
use crate::reach::Reach;
use crate::{Adapter, DEFAULT_GUEST_MEMORY, Emit, Options};

/// What [`inspect`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// What the input is.
    pub kind: Kind,
    /// The toolchain that made it, as far as it shows.
    pub toolchain: Option<String>,
    /// The exported function that the host calls to run it.
    pub entry: Option<&'static str>,
    /// Its imports, by what they give access to.
    pub reach: Reach,
    /// What is odd about it without being in the way.
    pub warnings: Vec<&'static str>,
    /// What [`wrap`](crate::wrap) would do with [`Emit::Component`].
    pub component: Prospect,
    /// What it would do with [`Emit::Core`].
    pub core: Prospect,
    /// What it would do with [`Emit::Component`] and [`Adapter::Stock`].
    pub stock: Prospect,
}

/// What would become of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prospect {
    /// It would be merged with the shim.
    Merge,
    /// It would be merged with the shim that asks another component for its files.
    Plug,
    /// It would be made a component with the stock adapter and composed with the VFS.
    Adapt,
    /// It would be composed with the VFS.
    Compose,
    /// It would stay as it is, as it can reach no file.
    PassThrough,
    /// It would be refused.
    Refuse {
        /// What is wrong.
        reason: String,
        /// What its owner can do.
        remedy: Option<&'static str>,
    },
}

impl Prospect {
    /// Why, in one line.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Merge => {
                "its preview1 imports are bound to a shim that keeps files of its own".to_owned()
            }
            Self::Plug => {
                "its preview1 imports are bound to a shim that asks another component for files"
                    .to_owned()
            }
            Self::Adapt => {
                "wasmtime's preview1 adapter asks a component that keeps files of its own"
                    .to_owned()
            }
            Self::Compose => {
                "its files and streams are bound to a component that keeps files of its own"
                    .to_owned()
            }
            Self::PassThrough => "nothing to virtualize: its imports reach no file".to_owned(),
            Self::Refuse {
                reason,
                remedy: Some(remedy),
            } => format!("{reason}; {remedy}"),
            Self::Refuse {
                reason,
                remedy: None,
            } => reason.clone(),
        }
    }
}

impl From<Result<Plan<'_, '_>, Error>> for Prospect {
    fn from(plan: Result<Plan<'_, '_>, Error>) -> Self {
        match plan {
            Ok(Plan::Merge(_)) => Self::Merge,
            Ok(Plan::Plug(_)) => Self::Plug,
            Ok(Plan::Adapt { .. }) => Self::Adapt,
            Ok(Plan::Compose(_)) => Self::Compose,
            Ok(Plan::PassThrough) => Self::PassThrough,
            Err(error) => Self::Refuse {
                reason: error.reason(),
                remedy: error.remedy(),
            },
        }
    }
}

/// Says what `input` is and what would become of it. Function bodies are not read.
///
/// An input that can be recognised but not wrapped is no error here.
///
/// # Errors
/// [`Error::Text`] for text that does not parse, [`Error::Malformed`] for a module or component
/// that does not.
pub fn inspect(input: &[u8]) -> Result<Inspection, Error> {
    let binary = detect::binary(input)?;
    let detected = detect::detect(&binary)?;
    let prospect = |emit, adapter| {
        let options = Options {
            emit,
            adapter,
            ..Options::default()
        };
        Prospect::from(plan(&detected, &options))
    };
    let stock = Adapter::Stock {
        max_guest_memory: DEFAULT_GUEST_MEMORY,
    };
    Ok(Inspection {
        kind: detected.kind(),
        component: prospect(Emit::Component, Adapter::Shim),
        core: prospect(Emit::Core, Adapter::Shim),
        stock: prospect(Emit::Component, stock),
        toolchain: detected.toolchain,
        entry: detected.entry,
        reach: detected.reach,
        warnings: detected.warnings,
    })
}
