//! `monaka-wrap run INPUT [-- ARGS…]`.

use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use fs_core::image::Image;
use fs_core::{Access, Snapshot, View};
use vfs_host::watch::{Monitor, Watched};
use wrap::{Emit, Inspection, Kind, UnsupportedKind};

use crate::args::{Adapter, Backend, ContentArgs, RunArgs, Verbosity, Via};
use crate::attach::{self, Attached};
use crate::content::{self, Files};
use crate::failure::Failure;
use crate::input;
use crate::progress::Spinner;
use crate::runtime::{self, Code, Deadline, Form, Given, Output, Program, Stdin};
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
    let (wasm, form, files) = match way(args)? {
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
    check_saving(args, &files)?;
    let mut words = vec![program_name(&args.input)];
    words.extend(args.args.iter().cloned());
    let monitor = Monitor::new();
    let engine = runtime::engine(args.timeout)?;
    let program = Program {
        code: Code::compile(&engine, form, &wasm)?,
        files: files.given(&monitor),
        args: words,
        env: args.env.clone(),
        stdin: args.stdin.clone().map_or(Stdin::Inherit, Stdin::File),
        output: Output::Inherit,
        max_memory: args.max_memory,
    };
    drop(spinner);
    let before = files.before(args)?;
    let deadline = args.timeout.map(|limit| Deadline::start(&engine, limit));
    let ended = program.start(deadline.transpose()?)?.wait();
    match (files.save(args, before.as_ref()), ended) {
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
fn check_saving(args: &RunArgs, files: &Beside) -> Result<(), Failure> {
    let (option, place) = match files {
        Beside::Memory(_) => return args.save.check(),
        Beside::Server(_) => (args.save.asked_of_memory(), "files of this process"),
        Beside::Nothing => (
            args.save.asked(),
            "programs that run on files of this process",
        ),
    };
    match option {
        Some(option) => Err(Failure::Unfit { option, place }),
        None => args.save.check(),
    }
}

/// The files beside a program.
enum Beside {
    /// It brings its own.
    Nothing,
    Memory(Box<Files>),
    Server(Remote),
}

/// The files of a server.
struct Remote {
    attached: Attached,
    working_directory: Option<String>,
    /// Ends when the client is gone.
    _server: Option<Serving>,
}

impl Beside {
    /// The program sees what it would see if it were wrapped.
    fn given(&self, monitor: &Monitor) -> Option<runtime::Files> {
        match self {
            Self::Nothing => None,
            Self::Memory(files) => {
                let view = View::of(&files.files, Access::ReadWrite);
                Some(runtime::Files::Memory(Given {
                    view: Watched::new(view, monitor.guest("program")),
                    working_directory: files.settings.working_directory.clone(),
                }))
            }
            Self::Server(remote) => Some(runtime::Files::Server(Given {
                view: remote.attached.clone(),
                working_directory: remote.working_directory.clone(),
            })),
        }
    }

    /// The files as the program finds them, if that must be known afterwards.
    fn before(&self, args: &RunArgs) -> Result<Option<Snapshot>, Failure> {
        match self {
            Self::Memory(files) => args.save.before(&files.files),
            Self::Nothing | Self::Server(_) => Ok(None),
        }
    }

    /// Keeps what is asked for, however the program ended.
    fn save(&self, args: &RunArgs, before: Option<&Snapshot>) -> Result<(), Failure> {
        match self {
            Self::Nothing => Ok(()),
            Self::Memory(files) => args.save.take(files, before),
            Self::Server(remote) => {
                let root = attach::root(&remote.attached.files);
                args.save.take_trees(&root, attach::usual_mode)
            }
        }
    }
}

/// A program, and the files beside it.
type Prepared = (Bytes, Form, Beside);

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
    Ok((wrapped.artifact.to_bytes(), form, Beside::Nothing))
}

/// The program as it is, and the files beside it.
fn unwrapped(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
) -> Result<Prepared, Failure> {
    let where_they_are = "files that this process holds";
    match bare(args, verbosity, spinner, where_they_are)? {
        Bare::Program(wasm, form) => {
            let files = content::files(&args.content, spinner.warnings(verbosity))?;
            Ok((wasm, form, Beside::Memory(Box::new(files))))
        }
        Bare::Wrapped(wasm) => brings_its_own(args, wasm),
        Bare::Reactor => {
            let adapter = args.content.adapter;
            wrapped(args, Emit::Component, adapter, verbosity, spinner)
        }
    }
}

/// A program as it is.
enum Bare {
    Program(Bytes, Form),
    /// One that was wrapped before, and brings its files.
    Wrapped(Vec<u8>),
    /// One that only runs when it is wrapped.
    Reactor,
}

fn bare(
    args: &RunArgs,
    verbosity: &Verbosity,
    spinner: &Spinner,
    files: &str,
) -> Result<Bare, Failure> {
    check_options(&args.content)?;
    let input = input::read(&args.input)?;
    let blamed = |source| Failure::Wrap {
        path: args.input.clone(),
        source,
    };
    let inspection = wrap::inspect(&input).map_err(blamed)?;
    let wasm = || Ok(wrap::binary(&input).map_err(blamed)?.into_owned());
    let form = match &inspection.kind {
        Kind::Command => Form::Module,
        Kind::Component | Kind::LiftedComponent => Form::Component,
        Kind::Unsupported(UnsupportedKind::AlreadyWrapped { .. }) => {
            return wasm().map(Bare::Wrapped);
        }
        Kind::Unsupported(kind) => return Err(blamed(kind.clone().into())),
        Kind::Reactor => return Ok(Bare::Reactor),
    };
    if args.content.explain || verbosity.verbose {
        spinner.suspend(|| explain_host(&inspection, files));
    }
    Ok(Bare::Program(wasm()?.into(), form))
}

/// The program as it is, and the files of a server.
fn remote(args: &RunArgs, verbosity: &Verbosity, spinner: &Spinner) -> Result<Prepared, Failure> {
    let Bare::Program(wasm, form) = bare(args, verbosity, spinner, "files of a server")? else {
        return Err(Failure::Unfit {
            option: "--via rpc",
            place: "commands that do not bring their files",
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
            let say = spinner.warnings(verbosity);
            content.warnings.iter().for_each(|text| say(text));
            let server = Serving::start(&content.image)?;
            let files = args.server.attach_to(server.address.clone())?;
            let settings = Image::parse(content.image)?.settings().clone();
            (files, settings, Some(server))
        }
    };
    let remote = Remote {
        attached: Attached::new(files, &settings)?,
        working_directory: settings.working_directory,
        _server: server,
    };
    Ok((wasm, form, Beside::Server(remote)))
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

/// A program that was wrapped before, as it is.
fn brings_its_own(args: &RunArgs, wasm: Vec<u8>) -> Result<Prepared, Failure> {
    if let Some(option) = args.content.asked() {
        return Err(Failure::Unfit {
            option,
            place: "programs that do not bring their files; see fs import for those that do",
        });
    }
    let form = Form::of(&wasm);
    Ok((wasm.into(), form, Beside::Nothing))
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

fn explain_host(inspection: &Inspection, files: &str) {
    eprintln!("{:<13}{}", "detect", inspection.kind);
    eprintln!("{:<13}its imports are bound to {files}", "link");
}

/// What the program is told that it is called: the file's name, not where it is on the host.
pub(crate) fn program_name(input: &Path) -> String {
    let name = input.file_name().unwrap_or(input.as_os_str());
    name.to_string_lossy().into_owned()
}
