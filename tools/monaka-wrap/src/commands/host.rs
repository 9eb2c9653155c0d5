//! `monaka-wrap host --app "FILE [ARGS…]" --app …`: several programs on one file system.

mod app;
mod http;
mod ui;

use std::fs::File;
use std::io::BufWriter;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anstyle::AnsiColor;
use clap::Args;
use fs_core::{ErrorCode, MemFs, Snapshot};
use vfs_host::WallTime;
use vfs_host::watch::{AuditLog, Monitor};
use wasmtime::Engine;
use wrap::Kind;

use self::app::App;
use self::http::Server;
use crate::args::{ContentArgs, Verbosity, duration, variable};
use crate::commands::run::check_options;
use crate::content::{self, Files};
use crate::failure::Failure;
use crate::input;
use crate::progress::Spinner;
use crate::runtime::{self, Code, Deadline, Form, Program, Running};
use crate::save::SaveArgs;
use crate::size;

#[derive(Debug, Args)]
#[command(after_help = app::help())]
pub(crate) struct HostArgs {
    /// A program with its arguments, quoted as in a shell. Repeat it for more programs.
    #[arg(
        long,
        value_name = "[OPTIONS] FILE [ARGS]",
        required_unless_present = "http",
        allow_hyphen_values = true
    )]
    app: Vec<App>,

    /// Answer HTTP requests with HANDLER at this address, such as 127.0.0.1:8080, until the process
    /// is told to end; with port 0 at one that is free. The first line of standard output says where.
    #[arg(long, value_name = "ADDR", requires = "handler")]
    http: Option<SocketAddr>,

    /// A component that handles wasi:http requests, each in an instance of its own; it may have the
    /// options of a program before it, quoted together, if -- comes first.
    #[arg(value_name = "HANDLER", requires = "http")]
    handler: Option<App>,

    /// Give every program, or every request, files of its own that begin as those of the command
    /// line; nothing is copied before it changes.
    #[arg(long)]
    fork: bool,

    /// Write what every program does to the files as lines of JSON.
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,

    /// Show the files, and what the programs do to them, to browsers at this address; numbers for
    /// Prometheus are at /metrics. Where it listens is said on standard error.
    #[arg(long, value_name = "ADDR")]
    ui: Option<SocketAddr>,

    #[command(flatten)]
    content: ContentArgs,

    #[command(flatten)]
    save: SaveArgs,

    /// Set an environment variable for all programs; the host's are not passed on.
    #[arg(long, value_name = "K=V", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Stop the programs that are not done after this time, such as 30s or 500ms; exit 124. For a
    /// handler, the time of one request. [default for a request: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,

    /// Stop a program when it needs more memory than this, such as 512M; exit 125. For a handler,
    /// the memory of one instance. [default for an instance: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_memory: Option<u64>,
}

/// Runs all programs at once. The status is that of the first, in the order of the command line,
/// that did not succeed.
pub(crate) fn execute(args: &HostArgs, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    check_options(&args.content)?;
    args.save.check()?;
    if let (true, Some(option)) = (args.fork, args.save.asked()) {
        return Err(Failure::Unfit {
            option,
            place: "programs that share their files (without --fork)",
        });
    }
    let spinner = Spinner::start("preparing the programs".to_owned(), verbosity);
    let files = content::files(&args.content, spinner.warnings(verbosity))?;
    let audit = args.audit.as_deref().map(AuditFile::create).transpose()?;
    let monitor = audit
        .as_ref()
        .map_or_else(Monitor::new, |audit| Monitor::with_audit(audit.log.clone()));
    let before = args.save.before(&files.files)?;
    let source = Source::new(&files, args.fork)?;
    let programs = prepare(args, &source, &monitor)?;
    let server = match (args.http, &args.handler) {
        (Some(address), Some(handler)) => {
            Some(Server::start(address, handler, source, args, &monitor)?)
        }
        _ => None,
    };
    drop(spinner);
    if let Some(address) = args.ui {
        let bound = ui::start(address, files.files.clone(), monitor)?;
        eprintln!("http://{bound}/ shows the files");
    }
    let running = programs.start(args.timeout)?;
    let status = match server {
        None => running.wait(),
        Some(server) => {
            let programs = thread::spawn(|| running.wait());
            server.run();
            if programs.is_finished() {
                programs.join().unwrap_or(ExitCode::FAILURE)
            } else {
                ExitCode::SUCCESS
            }
        }
    };
    args.save.take(&files, before.as_ref())?;
    audit.map_or(Ok(()), AuditFile::finish)?;
    Ok(status)
}

/// The file of `--audit`.
struct AuditFile<'p> {
    path: &'p Path,
    log: Arc<AuditLog>,
}

impl<'p> AuditFile<'p> {
    /// # Errors
    /// `Audit`.
    fn create(path: &'p Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|source| Failure::Audit {
            path: path.to_owned(),
            source,
        })?;
        let log = Arc::new(AuditLog::new(BufWriter::new(file)));
        Ok(Self { path, log })
    }

    /// # Errors
    /// `Audit`.
    fn finish(self) -> Result<(), Failure> {
        self.log.finish().map_err(|source| Failure::Audit {
            path: self.path.to_owned(),
            source,
        })
    }
}

/// Where the files of each program come from.
struct Source {
    shared: MemFs,
    /// What each begins with, if they do not share.
    fork: Option<Snapshot>,
    working_directory: Option<String>,
}

impl Source {
    /// # Errors
    /// `Guest` (a damaged image).
    fn new(files: &Files, is_forked: bool) -> Result<Self, Failure> {
        let fork = is_forked.then(|| files.files.snapshot());
        Ok(Self {
            shared: files.files.clone(),
            fork: fork.transpose().map_err(unreadable)?,
            working_directory: files.settings.working_directory.clone(),
        })
    }

    /// # Errors
    /// `Guest` (no room for one more).
    fn files(&self) -> Result<MemFs, Failure> {
        match &self.fork {
            None => Ok(self.shared.clone()),
            Some(snapshot) => snapshot
                .fork(WallTime, snapshot.limits())
                .map_err(unreadable),
        }
    }
}

fn unreadable(code: ErrorCode) -> Failure {
    Failure::Guest {
        path: "/".to_owned(),
        code,
    }
}

/// Programs by the names that their output has.
struct Programs {
    engine: Engine,
    programs: Vec<(String, Program)>,
}

/// # Errors
/// Those of [`read_program`], `Start`, `Guest`.
fn prepare(args: &HostArgs, source: &Source, monitor: &Monitor) -> Result<Programs, Failure> {
    let engine = runtime::engine(args.timeout)?;
    let mut compiled: Vec<(&Path, Code)> = Vec::new();
    let mut programs = Vec::new();
    for (index, app) in args.app.iter().enumerate() {
        let known = compiled.iter().find(|(path, _)| *path == app.file);
        let code = match known {
            Some((_, code)) => code.clone(),
            None => {
                let (form, wasm) = read_program(&app.file)?;
                let code = Code::compile(&engine, form, &wasm)?;
                compiled.push((&app.file, code.clone()));
                code
            }
        };
        let name = app.output_name(index);
        let program = app.program(code, &name, source, args, monitor)?;
        programs.push((name, program));
    }
    Ok(Programs { engine, programs })
}

impl Programs {
    /// # Errors
    /// `Thread`.
    fn start(self, timeout: Option<Duration>) -> Result<AllRunning, Failure> {
        let deadline = timeout.map(|limit| Deadline::start(&self.engine, limit));
        let deadline = deadline.transpose()?;
        let mut running = Vec::new();
        for (name, program) in self.programs {
            running.push((name, program.start(deadline)?));
        }
        Ok(AllRunning(running))
    }
}

struct AllRunning(Vec<(String, Running)>);

impl AllRunning {
    /// Waits for all, and says at once what is wrong with each: it keeps no other from ending.
    fn wait(self) -> ExitCode {
        let wait = |(name, program): (String, Running)| {
            program.wait().unwrap_or_else(|failure| {
                complain(&name, &failure);
                ExitCode::from(failure.exit_code())
            })
        };
        thread::scope(|scope| {
            let waiting = self.0.into_iter();
            let waiting: Vec<_> = waiting
                .map(|program| scope.spawn(move || wait(program)))
                .collect();
            let statuses = waiting.into_iter().map(|waiting| match waiting.join() {
                Ok(status) => status,
                Err(panic) => resume_unwind(panic),
            });
            statuses.fold(ExitCode::SUCCESS, |first, status| {
                if first == ExitCode::SUCCESS {
                    status
                } else {
                    first
                }
            })
        })
    }
}

fn complain(name: &str, failure: &Failure) {
    let style = AnsiColor::Red.on_default().bold();
    anstream::eprintln!("{style}monaka-wrap:{style:#} {name}: {failure}");
}

/// A program that ends by itself, or a handler.
///
/// # Errors
/// `Read`, `Wrap` (not a program), `NoCommand`.
fn read_program(file: &Path) -> Result<(Form, Vec<u8>), Failure> {
    let blamed = |source| Failure::Wrap {
        path: file.to_owned(),
        source,
    };
    let input = input::read(file)?;
    let form = match wrap::inspect(&input).map_err(blamed)?.kind {
        Kind::Command => Form::Module,
        Kind::Component | Kind::LiftedComponent => Form::Component,
        Kind::Reactor => {
            return Err(Failure::NoCommand {
                path: file.to_owned(),
            });
        }
        Kind::Unsupported(kind) => return Err(blamed(kind.into())),
    };
    let wasm = wrap::binary(&input).map_err(blamed)?.into_owned();
    Ok((form, wasm))
}
