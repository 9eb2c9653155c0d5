//! From a WASI program to one with a file system of its own.
//!
//! A `wasi_snapshot_preview1` module gets its files from the host. [`wrap`] merges it with a
//! *shim*, a core module that answers preview1 from a memory of its own, so that the result asks
//! the host for no file at all. The result is a component ([`Emit::Component`]) or again a preview1
//! module ([`Emit::Core`]), whose remaining imports are standard streams, clocks, random bytes,
//! arguments and the exit status.
//!
//! A WASI 0.2 component is composed with the *VFS* instead, a component that exports
//! `wasi:filesystem` and the streams that come with it.
//!
//! The layers, each of which knows only those below it:
//!
//! | module | |
//! | --- | --- |
//! | [`wrap`], [`inspect()`], [`embed`], [`embedded_image`] | the uses |
//! | `plan` | which pipeline, or which refusal |
//! | `detect` | what an input is |
//! | `merge`, `lift`, `compose`, `validate` | the steps of the pipelines |
//! | `module`, `shim`, `preview1`, `reach`, `marker` | what the steps talk about |
//!
//! ```
//! # fn main() -> Result<(), wrap::Error> {
//! let application = br#"(module
//!     (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
//!     (memory (export "memory") 1)
//!     (func (export "_start") (drop (call $close (i32.const 3)))))"#;
//! # let shim = wat::parse_str(r#"(module (memory (export "memory") 1)
//! #     (func (export "fd_close") (param i32) (result i32) i32.const 8))"#).unwrap();
//! let shims = wrap::Shims { p1: &shim, p2: &[], plugged: &[], vfs: &[] };
//! let options = wrap::Options { emit: wrap::Emit::Core, ..Default::default() };
//!
//! let wrapped = wrap::wrap(application, &shims, &options)?;
//! assert!(wrapped.reach.is_empty());
//! # Ok(())
//! # }
//! ```

mod artifact;
mod compose;
mod detect;
mod embedded;
mod encode;
mod error;
mod inspect;
mod lift;
mod marker;
mod merge;
mod module;
mod nesting;
mod parallel;
mod plan;
mod preview1;
mod reach;
mod shim;
mod stage;
mod stock;
mod validate;

use std::borrow::Cow;

use bytes::Bytes;
use detect::Binary;
use module::Module;
use plan::{Plan, plan};
use shim::Shim;

pub use artifact::Artifact;
pub use detect::Kind;
pub use embedded::{embed, embedded_image};
pub use error::{Bug, Error, ShimFault, Uncomposable, Unmergeable, UnsupportedKind};
pub use inspect::{Inspection, Prospect, inspect};
pub use reach::{Capability, Reach};
pub use shim::Shims;
pub use stage::{Level, Stage, Step};

/// What [`wrap`] makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Emit {
    /// A WASI 0.2 component that exports `wasi:cli/run`.
    #[default]
    Component,
    /// A preview1 core module with the application's exports.
    Core,
}

/// How preview1 calls reach the file system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Adapter {
    /// A shim is merged in, which keeps the files in a memory of its own.
    #[default]
    Shim,
    /// A shim is merged in, which asks the VFS that the result is composed with: for a VFS whose files
    /// are somewhere else. Only for [`Emit::Component`].
    Plugged,
    /// wasmtime's preview1 adapter makes the module a component, which is composed with the VFS.
    /// Only for [`Emit::Component`].
    Stock {
        /// How much memory the program may have, in bytes; [`DEFAULT_GUEST_MEMORY`] suits most.
        /// All of it is declared from the start.
        max_guest_memory: u64,
    },
}

/// Whose files the result has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Files {
    /// Its own, or the VFS's: it imports no `wasi:filesystem`.
    #[default]
    Own,
    /// Those of its host, or of a component that it is composed with later: it imports
    /// `wasi:filesystem`. Only for [`Emit::Component`].
    Host,
}

/// Enough for most programs, and small beside a 32-bit address space: 256 MiB.
pub const DEFAULT_GUEST_MEMORY: u64 = 256 << 20;

/// What a component tells its host when the program ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExitStatus {
    /// The low eight bits of the exit code, by a function that hosts have from WASI 0.2.12 on.
    #[default]
    Code,
    /// Success or failure, by a function that every host has.
    Outcome,
}

/// What becomes of function names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// They are left out, as all debug information is.
    #[default]
    Drop,
    /// They are kept, under the new indices.
    Keep,
}

/// How to wrap.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What to make.
    pub emit: Emit,
    /// How preview1 calls reach the file system.
    pub adapter: Adapter,
    /// Whose files the result has.
    pub files: Files,
    /// What a component tells its host when the program ends.
    pub exit_status: ExitStatus,
    /// What the shim finds in its memory, a file system image in pieces that follow each other;
    /// this library does not look into them. [`embed`] changes it later.
    pub image: Vec<Bytes>,
    /// What becomes of function names.
    pub names: Names,
}

/// A wrapped module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wrapped {
    /// The artifact.
    pub artifact: Artifact,
    /// What the input was.
    pub kind: Kind,
    /// What was done and why, in order.
    pub stages: Vec<Stage>,
    /// What the artifact can still reach.
    pub reach: Reach,
}

/// The JavaScript API's limit on a module's size, which other engines share.
const MAX_MODULE_SIZE: u64 = 1 << 30;

/// Wraps a program: recognises it, merges a preview1 module with a shim and makes it a component if
/// asked to, or composes a component with the VFS, and proves that the result is valid and reaches
/// no file of the host.
///
/// `input` may be a binary or its text format. What can reach no file and is already what it is to
/// become is returned as it is.
///
/// # Errors
/// [`Error::Text`] or [`Error::Malformed`] for what does not parse or validate,
/// [`Error::Unsupported`] for what is neither, [`Error::Unmergeable`] and [`Error::Uncomposable`]
/// for what stands in the way, [`Error::Shim`] for a shim that breaks its contract, [`Error::Bug`]
/// for mistakes of this library.
pub fn wrap(input: &[u8], shims: &Shims<'_>, options: &Options) -> Result<Wrapped, Error> {
    check_size(input)?;
    let binary = detect::binary(input)?;
    let detected = detect::detect(&binary)?;
    let mut stages = detected.stages();

    let plan = plan(&detected, options)?;
    let guest = match plan {
        Plan::Merge(_) => shims.of(options.emit),
        Plan::Plug(_) => shims.plugged,
        Plan::Adapt { .. } | Plan::Compose(_) => shims.vfs,
        Plan::PassThrough => &[],
    };
    let blamed = |error: Error| blame(error, binary.bytes(), guest);
    let bytes = match plan {
        Plan::PassThrough => pass_through(&binary, options, &mut stages),
        Plan::Merge(application) => {
            merge_and_lift(application, guest, options, &mut stages).map_err(blamed)?
        }
        Plan::Plug(application) => {
            let component = merge_and_lift(application, guest, options, &mut stages);
            let component = component.map_err(blamed)?;
            plug(component, shims.vfs, options, &mut stages)?
        }
        Plan::Adapt {
            module,
            max_guest_memory,
        } => {
            let component = adapt(module, max_guest_memory, options, &mut stages);
            let component = component.map_err(blamed)?;
            plug(component, shims.vfs, options, &mut stages).map_err(blamed)?
        }
        Plan::Compose(application) => {
            compose::with_vfs(application, guest, options.names, &mut stages).map_err(blamed)?
        }
    };

    let reach = validate::prove(&bytes, options.files).map_err(|bug| blamed(bug.into()))?;
    let proved = match options.files {
        Files::Own => "the result is valid and imports no file access",
        Files::Host => "the result is valid; its files are the host's",
    };
    stages.push(Stage::note(Step::Validate, proved));
    let artifact = match plan {
        Plan::PassThrough => bytes.into(),
        Plan::Merge(_) | Plan::Plug(_) | Plan::Adapt { .. } | Plan::Compose(_) => {
            fill(bytes, &options.image, &mut stages)?
        }
    };
    Ok(Wrapped {
        artifact,
        kind: detected.kind(),
        stages,
        reach,
    })
}

/// The binary of a module or component that may be text.
///
/// # Errors
/// [`Error::Text`] or [`Error::Malformed`] for what does not parse, [`Error::Unsupported`] for
/// what is no WebAssembly.
pub fn binary(input: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    match detect::binary(input)? {
        Binary::Module(bytes) | Binary::Component(bytes) => Ok(bytes),
        Binary::Other(kind) => Err(kind.into()),
    }
}

fn check_size(input: &[u8]) -> Result<(), Unmergeable> {
    let len = input.len() as u64;
    if len > MAX_MODULE_SIZE {
        return Err(Unmergeable::ModuleTooLarge {
            len,
            limit: MAX_MODULE_SIZE,
        });
    }
    Ok(())
}

/// Puts the image into its place. What is around it has been validated, and no rule looks inside.
fn fill(artifact: Vec<u8>, image: &[Bytes], stages: &mut Vec<Stage>) -> Result<Artifact, Error> {
    let len: usize = image.iter().map(Bytes::len).sum();
    if len == 0 {
        return Ok(artifact.into());
    }
    stages.push(Stage::note(
        Step::Embed,
        format!("placed {len} bytes in the file system's memory"),
    ));
    embed(&artifact.into(), image)
}

fn pass_through(binary: &Binary<'_>, options: &Options, stages: &mut Vec<Stage>) -> Vec<u8> {
    let why = match options.files {
        Files::Own => "nothing to virtualize: its imports reach no file",
        Files::Host => "it imports what files it needs",
    };
    stages.push(Stage::note(Step::PassThrough, why));
    if !options.image.is_empty() {
        stages.push(Stage::warning(
            Step::Embed,
            "the files are left out, as the program cannot read any",
        ));
    }
    binary.bytes().to_vec()
}

fn merge_and_lift(
    application: &Module<'_>,
    shim: &[u8],
    options: &Options,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let shim = Shim::parse(shim, options.emit, options.exit_status)?;
    let merged = merge::merge(application, &shim, options.names, stages)?;
    match options.emit {
        Emit::Core => Ok(merged),
        Emit::Component => {
            stages.push(Stage::note(
                Step::Lift,
                "made a component of the world that the shim imports and exports",
            ));
            Ok(lift::lift(&merged, &shim.component_types())?)
        }
    }
}

/// Composes a component that imports files with the VFS, if it is to have files of its own.
fn plug(
    component: Vec<u8>,
    vfs: &[u8],
    options: &Options,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    match options.files {
        Files::Host => Ok(component),
        Files::Own => compose::with_vfs(&component, vfs, options.names, stages),
    }
}

fn adapt(
    application: &Module<'_>,
    max_guest_memory: u64,
    options: &Options,
    stages: &mut Vec<Stage>,
) -> Result<Vec<u8>, Error> {
    let settings = stock::Settings {
        max_guest_memory,
        exit_status: options.exit_status,
        names: options.names,
    };
    stock::lift(application, &settings, stages)
}

/// Finds out whose fault a failure is. The inputs are not validated beforehand, as the result is
/// and that costs as much again; only when something has gone wrong it matters which of them was
/// invalid from the start.
fn blame(error: Error, application: &[u8], shim: &[u8]) -> Error {
    let (Error::Bug(_) | Error::Shim(ShimFault::Lift { .. })) = error else {
        return error;
    };
    if let Err(invalid) = validate::validate(application) {
        return validate::invalid_input(invalid);
    }
    if shim.is_empty() {
        return error;
    }
    if let Err(invalid) = validate::validate(shim) {
        return ShimFault::Malformed {
            message: error::one_line(invalid.message()),
            offset: invalid.offset(),
        }
        .into();
    }
    error
}
