//! One of the programs of `host`: the value of `--app`, which has options of its own.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{CommandFactory, Parser};
use fs_core::{Access, Descriptor, Limits, MemDescriptor, MemFs, View};

use super::{HostArgs, Source};
use vfs_host::watch::{Monitor, Watched};

use crate::args::variable;
use crate::commands::run::program_name;
use crate::failure::Failure;
use crate::mount::guest_path;
use crate::runtime::{self, Code, Output, Program, Stdin};
use crate::size;

/// A program and what only it is given.
#[derive(Clone, Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
pub(super) struct App {
    /// What the lines that it prints begin with. [default: its place and its file's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Give it only this directory of the files, as its root.
    #[arg(long, value_name = "DIR")]
    root: Option<SharedPath>,

    /// Give it this directory of the files, too; with ,ro behind it, it cannot change it.
    #[arg(long, value_name = "GUEST=DIR[,ro]")]
    dir: Vec<Directory>,

    /// Let it change nothing.
    #[arg(long)]
    read_only: bool,

    /// How much content the files that it makes may hold.
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_fs_size: Option<u64>,

    /// How many files and directories it may make.
    #[arg(long, value_name = "N")]
    max_files: Option<u64>,

    /// Set an environment variable for it.
    #[arg(long, value_name = "K=V", value_parser = variable)]
    env: Vec<(String, String)>,

    /// The module or component.
    pub(super) file: PathBuf,

    /// Its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// A path of the files that all programs share, relative to their root.
#[derive(Clone, Debug)]
struct SharedPath(String);

impl FromStr for SharedPath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        guest_path(text).map(Self)
    }
}

/// A directory of the files, and where the program finds it.
#[derive(Clone, Debug)]
struct Directory {
    guest: String,
    shared: SharedPath,
    access: Access,
}

impl FromStr for Directory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (guest, shared) = text
            .split_once('=')
            .ok_or("expected GUEST=DIR, such as /log=/var/log")?;
        let (shared, access) = match shared.strip_suffix(",ro") {
            Some(shared) => (shared, Access::ReadOnly),
            None => (shared, Access::ReadWrite),
        };
        Ok(Self {
            guest: format!("/{}", guest_path(guest)?),
            shared: shared.parse()?,
            access,
        })
    }
}

impl FromStr for App {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = shlex::split(text).ok_or("a quote is not closed")?;
        Self::try_parse_from(words).map_err(|error| {
            // The first line says what is wrong, the others how the whole is used.
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        })
    }
}

/// The options of a program, for the help of the command.
pub(super) fn help() -> String {
    let mut command = App::command().help_template("{options}");
    let options = command.render_help();
    format!("Options of a program, before its FILE:\n{options}")
}

impl App {
    /// What the lines that it prints begin with, being the `index`-th.
    pub(super) fn output_name(&self, index: usize) -> String {
        let name = self.name.clone();
        name.unwrap_or_else(|| format!("{}.{}", index + 1, self.file_stem()))
    }

    pub(super) fn file_stem(&self) -> String {
        let stem = self.file.file_stem().unwrap_or(self.file.as_os_str());
        stem.to_string_lossy().into_owned()
    }

    /// The program, ready to start.
    ///
    /// # Errors
    /// `Guest` (a directory cannot be had).
    pub(super) fn program(
        &self,
        code: Code,
        name: &str,
        source: &Source,
        host: &HostArgs,
        monitor: &Monitor,
    ) -> Result<Program, Failure> {
        let mut args = vec![program_name(&self.file)];
        args.extend(self.args.iter().cloned());
        Ok(Program {
            code,
            files: Some(runtime::Files::Memory(runtime::Given {
                view: Watched::new(self.view(&source.files()?)?, monitor.guest(name)),
                working_directory: source.working_directory.clone(),
            })),
            args,
            env: self.variables(host),
            stdin: Stdin::Nothing,
            output: Output::Prefixed(name.to_owned()),
            max_memory: host.max_memory,
        })
    }

    /// Its environment: the program's own come first, as the first of a name counts.
    pub(super) fn variables(&self, host: &HostArgs) -> Vec<(String, String)> {
        self.env.iter().chain(&host.env).cloned().collect()
    }

    /// What it sees of the files.
    ///
    /// # Errors
    /// `Guest` (a directory cannot be had).
    pub(super) fn view(&self, files: &MemFs) -> Result<View<MemDescriptor>, Failure> {
        let limits = files.limits();
        let files = files.with_quota(Limits {
            bytes: self.max_fs_size.unwrap_or(limits.bytes),
            inodes: self.max_files.unwrap_or(limits.inodes),
        });
        let access = |access| match self.read_only {
            true => Access::ReadOnly,
            false => access,
        };
        let mut view = match &self.root {
            Some(path) => {
                let root = directory(&files, path)?;
                View::empty().directory("/", root, access(Access::ReadWrite))
            }
            None => View::of(&files, access(Access::ReadWrite)),
        };
        for given in &self.dir {
            let shared = directory(&files, &given.shared)?;
            view = view.directory(&given.guest, shared, access(given.access));
        }
        Ok(view)
    }
}

/// A directory of the files, made if it is not there.
fn directory(files: &MemFs, SharedPath(path): &SharedPath) -> Result<MemDescriptor, Failure> {
    let root = files.root();
    if path.is_empty() {
        return Ok(root);
    }
    root.create_directories(path)
        .and_then(|()| root.open_directory_at(path))
        .map_err(|code| Failure::Guest {
            path: format!("/{path}"),
            code,
        })
}
