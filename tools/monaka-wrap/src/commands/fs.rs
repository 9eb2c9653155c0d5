//! `monaka-wrap fs …`: a look into files, and at a server changes, without running anything.
//!
//! The commands are written over [`Descriptor`]; where the files come from is [`Source`]'s matter.

mod change;
mod look;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use fs_core::image::Image;
use fs_core::{Descriptor, DescriptorFlags, ErrorCode, MemDescriptor, MemFs, OpenFlags, PathFlags};
use rpc_client::{Address, RemoteDescriptor, RemoteFs};

use self::look::Listing;
use crate::args::{MountArgs, Verbosity};
use crate::attach::{AttachFailure, ConnectArgs, root, usual_mode};
use crate::content::{self, Epoch};
use crate::export::{Existing, export};
use crate::failure::Failure;
use crate::mount::guest_path;
use crate::output;
use crate::progress::Spinner;
use crate::wrapping::warning;
use crate::{input, size};

#[derive(Debug, Subcommand)]
pub(crate) enum FsCommand {
    /// List a directory.
    Ls {
        #[command(flatten)]
        source: SourceArgs,
        /// The directory or file.
        #[arg(default_value = "/")]
        path: String,
        /// With kind, permissions, links, size and time.
        #[arg(long, short)]
        long: bool,
        /// With everything below.
        #[arg(long, short = 'R')]
        recursive: bool,
    },
    /// Print files.
    Cat {
        #[command(flatten)]
        source: SourceArgs,
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Print the attributes of a file, directory or link.
    Stat {
        #[command(flatten)]
        source: SourceArgs,
        path: String,
    },
    /// Copy a file or tree to the host.
    Get {
        #[command(flatten)]
        source: SourceArgs,
        path: String,
        /// Where it goes; a directory goes into an archive if this ends in .tar.
        host: PathBuf,
        /// Replace what is there.
        #[arg(long)]
        force: bool,
    },
    /// Copy everything to the host.
    Export {
        #[command(flatten)]
        source: SourceArgs,
        /// The directory to make, or the archive if it ends in .tar.
        host: PathBuf,
        /// Replace what is there.
        #[arg(long)]
        force: bool,
    },
    /// Say how much there is and how much there may be.
    Df {
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Put other files into a saved image or a wrapped artifact, or over those of a server.
    Import {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        mounts: MountArgs,
        /// Start from nothing instead of from the files that are there.
        #[arg(long, conflicts_with = "connect")]
        empty: bool,
        /// Where the result goes; - is standard output. [default: the file itself]
        #[arg(long, short, value_name = "OUT", conflicts_with = "connect")]
        output: Option<PathBuf>,
    },
    /// Copy a file or tree of the host to a server.
    Put {
        #[command(flatten)]
        server: ConnectArgs,
        /// What of the host; an archive is unpacked, unless PATH is named as one.
        host: PathBuf,
        /// Where it goes; with a slash at the end, into that directory.
        path: String,
    },
    /// Make directories at a server.
    Mkdir {
        #[command(flatten)]
        server: ConnectArgs,
        #[arg(required = true)]
        paths: Vec<String>,
        /// With those above, and without complaint about those that are there.
        #[arg(long, short)]
        parents: bool,
    },
    /// Rename or move a file or directory at a server.
    Mv {
        #[command(flatten)]
        server: ConnectArgs,
        from: String,
        to: String,
    },
    /// Remove files at a server.
    Rm {
        #[command(flatten)]
        server: ConnectArgs,
        #[arg(required = true)]
        paths: Vec<String>,
        /// Directories, too, with everything below.
        #[arg(long, short)]
        recursive: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// A saved image or a wrapped artifact.
    #[arg(long, value_name = "FILE", conflicts_with = "connect")]
    image: Option<PathBuf>,
    #[command(flatten)]
    server: ConnectArgs,
}

/// The files that a command looks at.
enum Source {
    Image { image: Box<Image>, files: MemFs },
    Server(RemoteFs<Address>),
}

impl SourceArgs {
    fn open(&self) -> Result<Source, Failure> {
        let Some(path) = &self.image else {
            let files = self.server.attach()?.ok_or(AttachFailure::Nowhere)?;
            return Ok(Source::Server(files));
        };
        let image = content::open(path)?;
        let files = MemFs::from_image(Epoch, &image)?;
        let image = Box::new(image);
        Ok(Source::Image { image, files })
    }
}

pub(crate) fn execute(command: &FsCommand, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    match command {
        FsCommand::Ls { source, .. }
        | FsCommand::Cat { source, .. }
        | FsCommand::Stat { source, .. }
        | FsCommand::Get { source, .. }
        | FsCommand::Export { source, .. } => match source.open()? {
            Source::Image { files, .. } => {
                look(command, &files.root(), MemDescriptor::mode, verbosity)?;
            }
            Source::Server(files) => look(command, &root(&files), usual_mode, verbosity)?,
        },
        FsCommand::Df { source } => df(&source.open()?)?,
        FsCommand::Import {
            source,
            mounts,
            empty,
            output,
        } => match &source.image {
            Some(image) => {
                let output = output.as_ref().unwrap_or(image);
                import(image, mounts, *empty, output, verbosity)?;
            }
            None => change::import(&server(&source.server)?, mounts, verbosity)?,
        },
        FsCommand::Put {
            server: at,
            host,
            path,
        } => change::put(&server(at)?, host, path, verbosity)?,
        FsCommand::Mkdir {
            server: at,
            paths,
            parents,
        } => change::make_directories(&server(at)?, paths, *parents)?,
        FsCommand::Mv {
            server: at,
            from,
            to,
        } => change::rename(&server(at)?, from, to)?,
        FsCommand::Rm {
            server: at,
            paths,
            recursive,
        } => change::remove(&server(at)?, paths, *recursive)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The commands that change nothing.
fn look<D: Descriptor>(
    command: &FsCommand,
    root: &D,
    mode: impl Fn(&D) -> u32,
    verbosity: &Verbosity,
) -> Result<(), Failure> {
    match command {
        FsCommand::Ls {
            path,
            long,
            recursive,
            ..
        } => {
            let listing = Listing {
                is_long: *long,
                is_recursive: *recursive,
                mode,
            };
            listing.print(root, path)
        }
        FsCommand::Cat { paths, .. } => look::cat(root, paths),
        FsCommand::Stat { path, .. } => look::stat(root, path),
        FsCommand::Get {
            path, host, force, ..
        } => {
            let _spinner = Spinner::start(format!("copying {path}"), verbosity);
            let path = relative(path)?;
            export(root, &path, mode, host, Existing::with_force(*force))
        }
        FsCommand::Export { host, force, .. } => {
            let _spinner = Spinner::start("copying everything".to_owned(), verbosity);
            export(root, "", mode, host, Existing::with_force(*force))
        }
        FsCommand::Df { .. }
        | FsCommand::Import { .. }
        | FsCommand::Put { .. }
        | FsCommand::Mkdir { .. }
        | FsCommand::Mv { .. }
        | FsCommand::Rm { .. } => Ok(()),
    }
}

/// The root of a server that must be named.
fn server(at: &ConnectArgs) -> Result<RemoteDescriptor<Address>, Failure> {
    let files = at.attach()?.ok_or(AttachFailure::Nowhere)?;
    Ok(root(&files))
}

fn df(source: &Source) -> Result<(), Failure> {
    let bytes = |bytes: u64| format!("{bytes} ({})", size::display(bytes));
    let mut lines = Vec::new();
    let space = match source {
        Source::Image { image, files } => {
            lines.push(("image", bytes(image.as_bytes().len() as u64)));
            rpc_values::space(files)
        }
        Source::Server(files) => files.space().map_err(|code| guest("", code))?,
    };
    lines.extend([
        ("used bytes", bytes(space.used_bytes)),
        ("max bytes", bytes(space.bytes)),
        ("used files", space.used_inodes.to_string()),
        ("max files", space.inodes.to_string()),
    ]);
    print_lines(&lines)
}

fn print_lines(lines: &[(&str, String)]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let print = |(label, text): &(&str, String)| writeln!(out, "{label:<11}{text}");
    lines.iter().try_for_each(print).map_err(Failure::Print)
}

/// Writes the file again with the mounts over what is in it.
fn import(
    path: &Path,
    mounts: &MountArgs,
    is_empty: bool,
    output: &Path,
    verbosity: &Verbosity,
) -> Result<(), Failure> {
    let bytes = input::read(path)?.into();
    let old = content::image_in(path, &bytes)?;
    let base = (!is_empty).then_some(&old);
    let new = content::collect(base, mounts, old.settings())?;
    if !verbosity.quiet {
        new.warnings.iter().for_each(|text| warning(text));
    }
    let artifact = if bytes.starts_with(b"\0asm") {
        wrap::embed(&bytes, &[new.image]).map_err(|source| Failure::Wrap {
            path: path.to_owned(),
            source,
        })?
    } else {
        new.image.into()
    };
    output::write(output, &artifact)
}

/// The path from the root: users may leave the first slash out.
fn relative(path: &str) -> Result<String, Failure> {
    guest_path(&format!("/{path}")).map_err(|_| guest(path, ErrorCode::Invalid))
}

fn dot(path: &str) -> &str {
    match path {
        "" => ".",
        path => path,
    }
}

fn open<D: Descriptor>(root: &D, path: &str) -> fs_core::Result<D> {
    let at = PathFlags::SYMLINK_FOLLOW;
    root.open_at(at, dot(path), OpenFlags::empty(), DescriptorFlags::READ)
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}/{name}"),
    }
}

fn guest(path: &str, code: ErrorCode) -> Failure {
    Failure::Guest {
        path: format!("/{}", path.trim_start_matches('/')),
        code,
    }
}
