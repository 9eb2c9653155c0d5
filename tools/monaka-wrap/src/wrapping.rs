//! From a file and the options to a wrapped program.

use std::path::Path;

use anstyle::AnsiColor;
use wrap::{
    DEFAULT_GUEST_MEMORY, Emit, ExitStatus, Files, Level, Names, Options, Shims, Stage, Wrapped,
};

use crate::args::{Adapter, Backend, ContentArgs};
use crate::content;
use crate::failure::Failure;
use crate::input;

/// The guest modules that come with the tool.
const SHIMS: Shims<'_> = Shims {
    p1: artifacts::SHIM_P1,
    p2: artifacts::SHIM_P2,
    plugged: artifacts::SHIM_PLUGGED,
    vfs: artifacts::VFS,
};

/// The same for files at a server.
const SHIMS_RPC: Shims<'_> = Shims {
    vfs: artifacts::VFS_RPC,
    ..SHIMS
};

/// Reads the input and wraps it; `say` gets what the user should know of the embedded files.
///
/// # Errors
/// `Unfit`, `Read`, those of [`content::embedded`], `Wrap`.
pub(crate) fn wrap_file(
    path: &Path,
    emit: Emit,
    adapter: Adapter,
    args: &ContentArgs,
    mut say: impl FnMut(&str),
) -> Result<Wrapped, Failure> {
    let adapter = match (args.fs, adapter) {
        (Backend::Rpc, Adapter::Shim) => Adapter::Plugged,
        (_, adapter) => adapter,
    };
    let adapter = match (adapter, args.max_guest_memory) {
        (Adapter::Stock, max) => wrap::Adapter::Stock {
            max_guest_memory: max.unwrap_or(DEFAULT_GUEST_MEMORY),
        },
        (Adapter::Shim, None) => wrap::Adapter::Shim,
        (Adapter::Plugged, None) => wrap::Adapter::Plugged,
        (Adapter::Shim | Adapter::Plugged, Some(_)) => {
            return Err(Failure::Unfit {
                option: "--max-guest-memory",
                place: "--adapter stock",
            });
        }
    };
    let exit_status = match (args.exit_compat, emit) {
        (false, _) => ExitStatus::Code,
        (true, Emit::Component) => ExitStatus::Outcome,
        (true, Emit::Core) => {
            return Err(Failure::Unfit {
                option: "--exit-compat",
                place: "components",
            });
        }
    };
    let input = input::read(path)?;
    let (files, image) = match args.fs {
        Backend::Memory => {
            let content = content::embedded(args)?;
            content.warnings.iter().for_each(|warning| say(warning));
            (Files::Own, vec![content.image])
        }
        Backend::Rpc if emit == Emit::Core => {
            return Err(Failure::Unfit {
                option: "--fs rpc",
                place: "components, as preview 1 has no way to connect,",
            });
        }
        Backend::Rpc => {
            refuse_files(
                args,
                "files that the tool provides; put them there with fs put",
            )?;
            (Files::Own, vec![content::embedded(args)?.image])
        }
        Backend::Host => {
            refuse_content(args)?;
            (Files::Host, Vec::new())
        }
    };
    let options = Options {
        emit,
        adapter,
        exit_status,
        files,
        image,
        names: if args.keep_names {
            Names::Keep
        } else {
            Names::Drop
        },
    };
    let shims = match args.fs {
        Backend::Memory | Backend::Host => &SHIMS,
        Backend::Rpc => &SHIMS_RPC,
    };
    wrap::wrap(&input, shims, &options).map_err(|source| Failure::Wrap {
        path: path.to_owned(),
        source,
    })
}

/// Prints one warning.
pub(crate) fn warning(text: &str) {
    let style = AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("monaka-wrap: {style}warning:{style:#} {text}");
}

/// What a program finds in files that somebody else has is not for us to say.
fn refuse_content(args: &ContentArgs) -> Result<(), Failure> {
    let place = "files that the tool provides, and not --fs host";
    refuse_files(args, place)?;
    let given = [
        ("--no-preopen", args.no_preopen),
        ("--cwd", args.cwd.is_some()),
    ];
    refuse(&given, place)
}

fn refuse_files(args: &ContentArgs, place: &'static str) -> Result<(), Failure> {
    let given = [
        ("--mount", !args.mounts.mount.is_empty()),
        ("--image", args.image.is_some()),
        ("--max-fs-size", args.max_fs_size.is_some()),
        ("--max-files", args.max_files.is_some()),
    ];
    refuse(&given, place)
}

fn refuse(given: &[(&'static str, bool)], place: &'static str) -> Result<(), Failure> {
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::Unfit { option, place }),
        None => Ok(()),
    }
}

/// Prints what was noticed on the way that the user of the result should know.
pub(crate) fn warn(wrapped: &Wrapped) {
    for stage in &wrapped.stages {
        match stage.level {
            Level::Warning => warning(&stage.note),
            Level::Note => {}
        }
    }
}

/// Prints every stage and what the result can still reach.
pub(crate) fn explain(wrapped: &Wrapped) {
    for Stage { step, note, .. } in &wrapped.stages {
        eprintln!("{:<13}{note}", step.to_string());
    }
    if wrapped.reach.is_empty() {
        eprintln!("{:<13}nothing", "can reach");
    }
    for (capability, imports) in wrapped.reach.iter() {
        eprintln!("{:<13}{capability}: {}", "can reach", imports.join(", "));
    }
}
