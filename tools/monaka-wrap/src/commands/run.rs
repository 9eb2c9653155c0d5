//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use fs_core::{Access, Snapshot, View};
use vfs_host::watch::{Monitor, Watched};
use wrap::{Emit, Inspection, Kind, UnsupportedKind};

use crate::args::{Adapter, Backend, ContentArgs, RunArgs, Verbosity, Via};
use crate::content::{self, Files};
use crate::failure::Failure;
use crate::input;
use crate::progress::Spinner;
use crate::runtime::{self, Code, Deadline, Form, Output, Program, Stdin};
use crate::wrapping::{explain, warn, warning, wrap_file};

pub(crate) fn execute(args: &RunArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    if args.content.fs == Backend::Host {
        return Err(Failure::Unfit {
            option: "--fs host",
            place: "wrap, as run gives a program no files of the host",
        });
    }
    let spinner = Spinner::start(format!("preparing {}", args.input.display()), verbosity);
    let (wasm, form, files) = match args.via {
        Via::Host => unwrapped(args, verbosity, &spinner)?,
        Via::Component => wrapped(
            args,
            Emit::Component,
            args.content.adapter,
            verbosity,
            &spinner,
        )?,
        Via::Core => wrapped(args, Emit::Core, args.content.adapter, verbosity, &spinner)?,
        Via::Plugged => wrapped(args, Emit::Component, Adapter::Plugged, verbosity, &spinner)?,
        Via::Stock => wrapped(args, Emit::Component, Adapter::Stock, verbosity, &spinner)?,
    };
    check_saving(args, files.as_ref())?;
    if args.s3.is_given() && files.is_none() {
        return Err(UNKEPT);
    }
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let monitor = Monitor::new();
    let engine = runtime::engine(args.timeout)?;
    let program = Program {
        code: Code::compile(&engine, form, &wasm)?,
        files: files.as_ref().map(|files| everything(files, &monitor)),
        args: words,
        env: args.env.clone(),
        stdin: args.stdin.clone().map_or(Stdin::Inherit, Stdin::File),
        output: Output::Inherit,
        max_memory: args.max_memory,
    };
    drop(spinner);
    let before = before(args, files.as_ref())?;
    let deadline = args.timeout.map(|limit| Deadline::start(&engine, limit));
    let ended = program.start(deadline.transpose()?)?.wait();
    match (save(args, files.as_ref(), before.as_ref()), ended) {
        (Ok(()), ended) => ended,
        (Err(failure), Ok(_)) => Err(failure),
        (Err(failure), Err(ended)) => {
            warning(&failure.to_string());
            Err(ended)
        }
    }
}

/// Says what cannot be saved before the program runs.
fn check_saving(args: &RunArgs, files: Option<&Files>) -> Result<(), Failure> {
    match (args.save.asked(), files) {
        (Some(option), None) => Err(Failure::Unfit {
            option,
            place: "programs that run on files of this process (--via host)",
        }),
        (Some(_), Some(_)) | (None, _) => args.save.check(),
    }
}

/// Programs that bring their files, or whose way to them is another one.
const UNKEPT: Failure = Failure::Unfit {
    option: "--s3",
    place: "modules of preview 1 that run on files of this process (--via host)",
};

/// Says what cannot be with files that are kept in a bucket, before it is asked for anything.
fn check_bucket(args: &RunArgs, form: Form) -> Result<(), Failure> {
    if matches!(form, Form::Component) {
        return Err(UNKEPT);
    }
    let unfit = |option| {
        Err(Failure::Unfit {
            option,
            place: "files that are not kept in a bucket (--s3)",
        })
    };
    match (args.save.asked(), &args.content) {
        (Some(option), _) => unfit(option),
        (None, content) if !content.mounts.mount.is_empty() => unfit("--mount"),
        (None, content) if content.image.is_some() => unfit("--image"),
        (None, _) => Ok(()),
    }
}

/// The files as the program finds them, if that must be known afterwards.
fn before(args: &RunArgs, files: Option<&Files>) -> Result<Option<Snapshot>, Failure> {
    files.map_or(Ok(None), |files| args.save.before(&files.files))
}

/// Keeps what is asked for, however the program ended.
fn save(args: &RunArgs, files: Option<&Files>, before: Option<&Snapshot>) -> Result<(), Failure> {
    match files {
        Some(Files {
            kept: Some(kept), ..
        }) => kept.drain(),
        Some(files) => args.save.take(files, before),
        None => Ok(()),
    }
}

/// The program sees what it would see if it were wrapped.
fn everything(files: &Files, monitor: &Monitor) -> runtime::Files {
    let view = View::of(&files.files, Access::ReadWrite);
    runtime::Files {
        view: Watched::new(view, monitor.guest("program")),
        kept: files.kept.as_ref().map(|kept| kept.files.clone()),
        working_directory: files.settings.working_directory.clone(),
    }
}

/// A program, and the files beside it if it does not bring its own.
type Prepared = (Bytes, Form, Option<Files>);

/// The program with its files in it.
fn wrapped(
    args: &RunArgs,
    emit: Emit,
    adapter: Adapter,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<Prepared, Failure> {
    let wrapped = wrap_file(
        &args.input,
        emit,
        adapter,
        &args.content,
        spinner.warnings(verbosity),
    )?;
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain(&wrapped));
    } else if matches!(adapter, Adapter::Stock) && !verbosity.quiet {
        spinner.suspend(|| warn(&wrapped));
    }
    let form = match emit {
        Emit::Component => Form::Component,
        Emit::Core => Form::Module,
    };
    Ok((wrapped.artifact.to_bytes(), form, None))
}

/// The program as it is, and the files beside it.
fn unwrapped(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<Prepared, Failure> {
    check_options(&args.content)?;
    let input = input::read(&args.input)?;
    let blamed = |source| Failure::Wrap {
        path: args.input.clone(),
        source,
    };
    let inspection = wrap::inspect(&input).map_err(blamed)?;
    let form = match &inspection.kind {
        Kind::Command => Form::Module,
        Kind::Component | Kind::LiftedComponent => Form::Component,
        Kind::Unsupported(UnsupportedKind::AlreadyWrapped { .. }) => {
            return brings_its_own(args, wrap::binary(&input).map_err(blamed)?.into_owned());
        }
        Kind::Unsupported(kind) => return Err(blamed(kind.clone().into())),
        Kind::Reactor => {
            let adapter = args.content.adapter;
            return wrapped(args, Emit::Component, adapter, verbosity, spinner);
        }
    };
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain_host(&inspection));
    }
    let wasm = wrap::binary(&input).map_err(blamed)?.into_owned();
    if args.s3.is_given() {
        check_bucket(args, form)?;
    }
    let mut files = content::files(&args.content, spinner.warnings(verbosity))?;
    files.kept = args.s3.mount(&files.files)?;
    Ok((wasm.into(), form, Some(files)))
}

/// A program that was wrapped before, as it is.
fn brings_its_own(args: &RunArgs, wasm: Vec<u8>) -> Result<Prepared, Failure> {
    if let Some(option) = args.content.asked() {
        return Err(Failure::Unfit {
            option,
            place: "programs that do not bring their files; see fs import for those that do",
        });
    }
    let form = Form::of(&wasm);
    Ok((wasm.into(), form, None))
}

/// Options that change how a program is wrapped are for the ways that wrap.
pub(crate) fn check_options(content: &ContentArgs) -> Result<(), Failure> {
    let unfit = |option| {
        Err(Failure::Unfit {
            option,
            place: "the ways that wrap, such as --via component",
        })
    };
    match content.adapter {
        Adapter::Shim => {}
        Adapter::Plugged => return unfit("--adapter plugged"),
        Adapter::Stock => return unfit("--adapter stock"),
    }
    if content.max_guest_memory.is_some() {
        return unfit("--max-guest-memory");
    }
    if content.exit_compat {
        return unfit("--exit-compat");
    }
    Ok(())
}

fn explain_host(inspection: &Inspection) {
    eprintln!("{:<13}{}", "detect", inspection.kind);
    eprintln!(
        "{:<13}its imports are bound to files that this process holds",
        "link"
    );
}

/// What the program is told that it is called: the file's name, not where it is on the host.
pub(crate) fn program_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(input.as_os_str());
    name.to_string_lossy().into_owned()
}
