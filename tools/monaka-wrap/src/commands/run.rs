//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use fs_core::image::Image;
use wrap::{Emit, Inspection, Kind};

use crate::args::{Adapter, Backend, ContentArgs, RunArgs, Verbosity, Via};
use crate::attach::{self, Attached};
use crate::content;
use crate::failure::Failure;
use crate::input;
use crate::progress::Spinner;
use crate::runtime::{Form, Network, Program, Remote};
use crate::serving::Serving;
use crate::upload::upload;
use crate::wrapping::{explain, warn, warning, wrap_file};

pub(crate) fn execute(args: &RunArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    if args.content.fs == Backend::Host {
        return Err(Failure::Unfit {
            option: "--fs host",
            place: "wrap, as run gives a program no files of the host",
        });
    }
    let spinner = Spinner::start(format!("preparing {}", args.input.display()), verbosity);
    let (wasm, form) = match way(args)? {
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
        Via::Rpc => remote(args, verbosity, &spinner)?,
    };
    check_saving(args, &form)?;
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let mut env = args.env.clone();
    let network = match args.content.fs {
        Backend::Rpc => {
            env.extend(args.server.variables()?);
            Network::Reachable
        }
        Backend::Memory | Backend::Host => Network::None,
    };
    let program = Program {
        wasm,
        form,
        args: words,
        env,
        network,
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

/// The way that is asked for.
fn way(args: &RunArgs) -> Result<Via, Failure> {
    if args.content.fs == Backend::Rpc {
        return match args.via {
            None => Ok(Via::Component),
            Some(via @ (Via::Component | Via::Plugged | Via::Stock)) => Ok(via),
            Some(Via::Host | Via::Core | Via::Rpc) => Err(Failure::Unfit {
                option: "--fs rpc",
                place: "the ways that make a component; with --via rpc this process attaches",
            }),
        };
    }
    match (args.via, &args.server.connect) {
        (Some(Via::Rpc), _) | (None, Some(_)) => Ok(Via::Rpc),
        (Some(_), Some(_)) => Err(Failure::Unfit {
            option: "--connect",
            place: "--via rpc",
        }),
        (Some(via), None) => Ok(via),
        (None, None) => Ok(Via::Host),
    }
}

/// Says what cannot be saved before the program runs.
fn check_saving(args: &RunArgs, form: &Form) -> Result<(), Failure> {
    match (args.save.asked(), form) {
        (Some(option), Form::Component | Form::Core) => Err(Failure::Unfit {
            option,
            place: "modules that run on files of this process (--via host)",
        }),
        (Some(_), Form::Remote(_)) if args.save.asks_for_image() => Err(Failure::Unfit {
            option: "--save-image",
            place: "files of this process (--via host), and for serve",
        }),
        (Some(_), Form::Host(_) | Form::Remote(_)) | (None, _) => args.save.check(),
    }
}

/// Keeps what is asked for, however the program ended.
fn save(args: &RunArgs, form: &Form) -> Result<(), Failure> {
    match form {
        Form::Host(files) => args.save.take(&files.files, &files.settings),
        Form::Remote(remote) => {
            let root = attach::root(&remote.attached.files);
            args.save.take_trees(&root, attach::usual_mode)
        }
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
    let Some(wasm) = bare(args, verbosity, spinner, "files that this process holds")? else {
        // Components, and programs that were wrapped before, bring or are given what they need.
        let adapter = args.content.adapter;
        return wrapped(args, Emit::Component, adapter, verbosity, spinner);
    };
    let files = content::files(&args.content, spinner.warnings(verbosity))?;
    Ok((wasm, Form::Host(files)))
}

/// The program as it is, if it is one that preview 1 suffices for.
fn bare(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
    files: &str,
) -> Result<Option<Bytes>, Failure> {
    let input = input::read(&args.input)?;
    let blamed = |source| Failure::Wrap {
        path: args.input.clone(),
        source,
    };
    let inspection = wrap::inspect(&input).map_err(blamed)?;
    match &inspection.kind {
        Kind::Command => {}
        Kind::Unsupported(kind) => return Err(blamed(kind.clone().into())),
        Kind::Reactor | Kind::Component | Kind::LiftedComponent => return Ok(None),
    }
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain_host(&inspection, files));
    }
    let wasm = wrap::binary(&input).map_err(blamed)?.into_owned();
    Ok(Some(wasm.into()))
}

/// The program as it is, and the files of a server.
fn remote(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<(Bytes, Form), Failure> {
    check_options(&args.content)?;
    let Some(wasm) = bare(args, verbosity, spinner, "files of a server")? else {
        return Err(Failure::Unfit {
            option: "--via rpc",
            place: "preview 1 command modules",
        });
    };
    let (files, settings, server) = match args.server.attach()? {
        Some(files) => {
            check_content(&args.content)?;
            let settings = content::settings(&args.content)?;
            if !args.content.mounts.mount.is_empty() {
                let content = content::files(&args.content, spinner.warnings(verbosity))?;
                upload(&content.files.root(), &attach::root(&files))?;
            }
            (files, settings, None)
        }
        None => {
            let content = content::embedded(&args.content)?;
            content
                .warnings
                .iter()
                .for_each(|text| spinner.warnings(verbosity)(text));
            let server = Serving::start(&content.image)?;
            let files = args.server.attach_to(server.address.clone())?;
            let settings = Image::parse(content.image)?.settings().clone();
            (files, settings, Some(server))
        }
    };
    Ok((
        wasm,
        Form::Remote(Remote {
            attached: Attached::new(files, &settings)?,
            working_directory: settings.working_directory,
            _server: server,
        }),
    ))
}

/// Options that say how files are made are for whoever starts the server.
fn check_content(content: &ContentArgs) -> Result<(), Failure> {
    let options = [
        ("--image", content.image.is_some()),
        ("--max-fs-size", content.max_fs_size.is_some()),
        ("--max-files", content.max_files.is_some()),
    ];
    match options.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::Unfit {
            option,
            place: "serve, or a run without --connect,",
        }),
        None => Ok(()),
    }
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

fn explain_host(inspection: &Inspection, files: &str) {
    eprintln!("{:<13}{}", "detect", inspection.kind);
    eprintln!("{:<13}its preview1 imports are bound to {files}", "link");
}

/// What the program is told that it is called: the file's name, not where it is on the host.
fn program_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(input.as_os_str());
    name.to_string_lossy().into_owned()
}
