//! From a file and the options to a wrapped program.

use std::path::Path;

use anstyle::AnsiColor;
use wrap::{DEFAULT_GUEST_MEMORY, Emit, ExitStatus, Level, Names, Options, Shims, Stage, Wrapped};

use crate::args::{Adapter, ContentArgs};
use crate::content;
use crate::failure::Failure;
use crate::input;

/// The guest modules that come with the tool.
const SHIMS: Shims<'_> = Shims {
    p1: artifacts::SHIM_P1,
    p2: artifacts::SHIM_P2,
    vfs: artifacts::VFS,
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
    let adapter = match (adapter, args.max_guest_memory) {
        (Adapter::Stock, max) => wrap::Adapter::Stock {
            max_guest_memory: max.unwrap_or(DEFAULT_GUEST_MEMORY),
        },
        (Adapter::Shim, None) => wrap::Adapter::Shim,
        (Adapter::Shim, Some(_)) => {
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
    let content = content::embedded(args)?;
    content.warnings.iter().for_each(|warning| say(warning));
    let options = Options {
        emit,
        adapter,
        exit_status,
        image: vec![content.image],
        names: if args.keep_names {
            Names::Keep
        } else {
            Names::Drop
        },
    };
    wrap::wrap(&input, &SHIMS, &options).map_err(|source| Failure::Wrap {
        path: path.to_owned(),
        source,
    })
}

/// Prints one warning.
pub(crate) fn warning(text: &str) {
    let style = AnsiColor::Yellow.on_default().bold();
    anstream::eprintln!("monaka-wrap: {style}warning:{style:#} {text}");
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
