//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use wrap::{Emit, Inspection, Kind};

use crate::args::{Adapter, Backend, ContentArgs, RunArgs, Verbosity, Via};
use crate::content;
use crate::failure::Failure;
use crate::input;
use crate::progress::Spinner;
use crate::runtime::{Form, Program};
use crate::wrapping::{explain, warn, warning, wrap_file};

pub(crate) fn execute(args: &RunArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    if args.content.fs == Backend::Host {
        return Err(Failure::Unfit {
            option: "--fs host",
            place: "wrap, as run gives a program no files of the host",
        });
    }
    let spinner = Spinner::start(format!("preparing {}", args.input.display()), verbosity);
    let (wasm, form) = match args.via {
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
    check_saving(args, &form)?;
    check_keeping(args, &form)?;
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let program = Program {
        wasm,
        form,
        args: words,
        env: args.env.clone(),
        stdin: args.stdin.clone(),
        timeout: args.timeout,
        max_memory: args.max_memory,
    };
    let compiled = program.compile()?;
    drop(spinner);
    let ended = compiled.run();
    match (save(args, &program.form), ended) {
        (Ok(()), ended) => ended,
        (Err(failure), Ok(_)) => Err(failure),
        (Err(failure), Err(ended)) => {
            warning(&failure.to_string());
            Err(ended)
        }
    }
}

/// Says what cannot be saved before the program runs.
fn check_saving(args: &RunArgs, form: &Form) -> Result<(), Failure> {
    match (args.save.asked(), form) {
        (Some(option), Form::Component | Form::Core) => Err(Failure::Unfit {
            option,
            place: "modules that run on files of this process (--via host)",
        }),
        (Some(_), Form::Host(_)) | (None, _) => args.save.check(),
    }
}

/// Says what cannot be kept in a bucket before the program runs.
fn check_keeping(args: &RunArgs, form: &Form) -> Result<(), Failure> {
    if args.s3.is_given() && !matches!(form, Form::Host(_)) {
        return Err(Failure::Unfit {
            option: "--s3",
            place: "modules that run on files of this process (--via host)",
        });
    }
    Ok(())
}

/// Options for files that come from, or go to, somewhere else than the bucket.
fn check_bucket(args: &RunArgs) -> Result<(), Failure> {
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

/// Keeps what is asked for, however the program ended.
fn save(args: &RunArgs, form: &Form) -> Result<(), Failure> {
    match form {
        Form::Host(files) => match &files.kept {
            Some(kept) => kept.drain(),
            None => args.save.take(files),
        },
        Form::Component | Form::Core => Ok(()),
    }
}

/// The program with its files in it.
fn wrapped(
    args: &RunArgs,
    emit: Emit,
    adapter: Adapter,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<(Bytes, Form), Failure> {
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
        Emit::Core => Form::Core,
    };
    Ok((wrapped.artifact.to_bytes(), form))
}

/// The program as it is, and the files beside it.
fn unwrapped(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<(Bytes, Form), Failure> {
    check_options(&args.content)?;
    let input = input::read(&args.input)?;
    let blamed = |source| Failure::Wrap {
        path: args.input.clone(),
        source,
    };
    let inspection = wrap::inspect(&input).map_err(blamed)?;
    match &inspection.kind {
        Kind::Command => {}
        Kind::Unsupported(kind) => return Err(blamed(kind.clone().into())),
        // Components, and programs that were wrapped before, bring or are given what they need.
        Kind::Reactor | Kind::Component | Kind::LiftedComponent => {
            let adapter = args.content.adapter;
            return wrapped(args, Emit::Component, adapter, verbosity, spinner);
        }
    }
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain_host(&inspection));
    }
    let wasm = wrap::binary(&input).map_err(blamed)?.into_owned();
    if args.s3.is_given() {
        check_bucket(args)?;
    }
    let mut files = content::files(&args.content, spinner.warnings(verbosity))?;
    files.kept = args.s3.mount(&files.files)?;
    Ok((wasm.into(), Form::Host(files)))
}

/// Options that change how a program is wrapped are for the ways that wrap.
fn check_options(content: &ContentArgs) -> Result<(), Failure> {
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
        "{:<13}its preview1 imports are bound to files that this process holds",
        "link"
    );
}

/// What the program is told that it is called: the file's name, not where it is on the host.
fn program_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(input.as_os_str());
    name.to_string_lossy().into_owned()
}
