//! The command line as it is typed.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::attach::ConnectArgs;
use crate::commands::fs::FsCommand;
use crate::commands::mount::MountFsArgs;
use crate::commands::serve::ServeArgs;
use crate::mount::Mount;
use crate::save::SaveArgs;
use crate::size;

/// Gives any WASI program a virtual file system that is independent of the host.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "`monaka-wrap FILE` is short for `monaka-wrap wrap FILE`."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) verbosity: Verbosity,

    /// When to colour messages.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

impl Cli {
    /// Reads the command line of this process; `wrap` is what is done without a command.
    pub(crate) fn from_process() -> Self {
        let mut words: Vec<OsString> = env::args_os().collect();
        if lacks_command(&words) {
            words.insert(1, "wrap".into());
        }
        Self::parse_from(words)
    }
}

/// Whether the first word that is no global option is no command either.
fn lacks_command(words: &[OsString]) -> bool {
    let cli = Cli::command();
    let mut rest = words.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = rest.next() {
        match &*word {
            "-h" | "--help" | "-V" | "--version" | "help" => return false,
            "-q" | "--quiet" | "-v" | "--verbose" => {}
            "--color" => drop(rest.next()),
            _ if word.starts_with("--color=") => {}
            _ => return cli.find_subcommand(&*word).is_none(),
        }
    }
    false
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Wrap a program into one that brings its own file system (the default command).
    Wrap(WrapArgs),
    /// Run a program on files in memory; nothing of the host is visible to it.
    Run(RunArgs),
    /// Say what a file is, what it can reach and how it would be wrapped.
    Inspect(InspectArgs),
    /// Look into a saved image or a wrapped artifact, take files out, put others in.
    #[command(subcommand)]
    Fs(FsCommand),
    /// Serve a file system to programs in other processes.
    Serve(ServeArgs),
    /// Mount the files of a server at a directory of the host, by FUSE.
    Mount(MountFsArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Verbosity {
    /// Print nothing but errors.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// Print every stage, as --explain does.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Decides for everything that is printed from now on.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What of the host is embedded.
#[derive(Debug, Args)]
pub(crate) struct MountArgs {
    /// Embed a file, a directory or what is in a .tar, .tar.gz or .tar.zst at an absolute path of
    /// the guest; with ,ro behind it, programs cannot change it. Later mounts go over earlier ones.
    #[arg(long, value_name = "GUEST=HOST[,ro]")]
    pub(crate) mount: Vec<Mount>,

    /// Leave out what cannot be read or embedded, with a warning for each.
    #[arg(long)]
    pub(crate) skip_unreadable: bool,

    /// Which times embedded files get. [default: SOURCE_DATE_EPOCH if set, else keep]
    #[arg(long, value_name = "WHICH")]
    pub(crate) mtime: Option<Mtime>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mtime {
    /// Those of the host.
    Keep,
    /// The first that there is, for results that are equal wherever they are made.
    Zero,
}

/// What the wrapped program finds.
#[derive(Debug, Args)]
pub(crate) struct ContentArgs {
    #[command(flatten)]
    pub(crate) mounts: MountArgs,

    /// Start from the files of a saved image, or of a wrapped artifact; mounts go over them.
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,

    /// Give the program no directory at all: every path fails.
    #[arg(long)]
    pub(crate) no_preopen: bool,

    /// The directory that relative paths start from.
    #[arg(long, value_name = "DIR", conflicts_with = "no_preopen")]
    pub(crate) cwd: Option<String>,

    /// How much content the file system may hold, such as 64M.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) max_fs_size: Option<u64>,

    /// How many files and directories the file system may hold.
    #[arg(long, value_name = "N")]
    pub(crate) max_files: Option<u64>,

    /// What is behind the file system.
    #[arg(long, value_name = "BACKEND", default_value = "memory")]
    pub(crate) fs: Backend,

    /// How preview 1 calls reach the file system.
    #[arg(long, value_name = "ADAPTER", default_value = "shim")]
    pub(crate) adapter: Adapter,

    /// How much memory a program may have with --adapter stock, which declares it all at once.
    /// [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) max_guest_memory: Option<u64>,

    /// Let a component report success or failure only, for hosts older than WASI 0.2.12: every
    /// other exit code becomes 1.
    #[arg(long)]
    pub(crate) exit_compat: bool,

    /// Print every stage that ran and why, and what the result can still reach.
    #[arg(long)]
    pub(crate) explain: bool,

    /// Keep the names of functions, for readable traps.
    #[arg(long)]
    pub(crate) keep_names: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// Memory inside the wasm.
    Memory,
    /// A server, which MONAKA_CONNECT names when the program starts.
    Rpc,
    /// Nothing yet: the result imports wasi:filesystem, for a host or a component that has files.
    Host,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Adapter {
    /// Merged in, with a memory of its own.
    Shim,
    /// Merged in, asking a file system component that is composed with it.
    Plugged,
    /// wasmtime's adapter for WASI 0.2, composed with a file system component.
    Stock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// A component for WASI 0.2 hosts.
    Component,
    /// A preview 1 module for hosts without components.
    Core,
}

#[derive(Debug, Args)]
pub(crate) struct WrapArgs {
    /// The module or component, .wasm or .wat; - reads standard input.
    pub(crate) input: PathBuf,

    /// Where the result goes; - is standard output. [default: INPUT with .wrapped.wasm]
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// What to make.
    #[arg(long, value_name = "KIND", default_value = "component")]
    pub(crate) emit: Emit,

    #[command(flatten)]
    pub(crate) content: ContentArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Via {
    /// Run the module as it is, on files that this process holds.
    Host,
    /// Wrap into a component and run that.
    Component,
    /// Wrap into a core module and run that.
    Core,
    /// Wrap into a component with --adapter plugged and run that.
    Plugged,
    /// Wrap into a component with --adapter stock and run that.
    Stock,
    /// Run the module as it is, on files of a server: that of --connect, or one for this run.
    Rpc,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The module or component, .wasm or .wat; - reads standard input.
    pub(crate) input: PathBuf,

    /// How to run it. [default: rpc with --connect, else host]
    #[arg(long, value_name = "WAY")]
    pub(crate) via: Option<Via>,

    #[command(flatten)]
    pub(crate) server: ConnectArgs,

    #[command(flatten)]
    pub(crate) content: ContentArgs,

    #[command(flatten)]
    pub(crate) save: SaveArgs,

    /// Set an environment variable; the host's are not passed on.
    #[arg(long, value_name = "K=V", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,

    /// Read the program's standard input from a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin: Option<PathBuf>,

    /// Stop the program after this time, such as 30s or 500ms; exit 124.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Stop the program when it needs more memory than this, such as 512M; exit 125.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub(crate) max_memory: Option<u64>,

    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file to look at; - reads standard input.
    pub(crate) input: PathBuf,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME=VALUE"),
    }
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "expected a time such as 30s, 500ms or 5m";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.parse().map_err(|_| EXPECTED)?;
    let scale = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(EXPECTED),
    };
    Duration::try_from_secs_f64(number * scale)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or(EXPECTED)
}
