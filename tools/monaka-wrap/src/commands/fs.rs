//! `monaka-wrap fs …`: a look into files without running anything.
//!
//! The commands are written over [`Descriptor`]; where the files come from is [`Source`]'s matter.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use fs_core::image::Image;
use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, MemDescriptor, MemFs, OpenFlags, PathFlags,
    Stat,
};

use crate::args::{MountArgs, Verbosity};
use crate::content::{self, Epoch};
use crate::export::{Existing, export};
use crate::failure::Failure;
use crate::mount::guest_path;
use crate::output;
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
    /// Put other files into a saved image or a wrapped artifact.
    Import {
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        mounts: MountArgs,
        /// Start from nothing instead of from the files that are there.
        #[arg(long)]
        empty: bool,
        /// Where the result goes; - is standard output. [default: the file itself]
        #[arg(long, short, value_name = "OUT")]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// A saved image or a wrapped artifact.
    #[arg(long, value_name = "FILE")]
    image: PathBuf,
}

/// The files that a command looks at.
struct Source {
    image: Image,
    files: MemFs,
}

impl SourceArgs {
    fn open(&self) -> Result<Source, Failure> {
        let image = content::open(&self.image)?;
        let files = MemFs::from_image(Epoch, &image)?;
        Ok(Source { image, files })
    }
}

pub(crate) fn execute(command: &FsCommand, verbosity: &Verbosity) -> Result<ExitCode, Failure> {
    match command {
        FsCommand::Ls {
            source,
            path,
            long,
            recursive,
        } => {
            let listing = Listing {
                is_long: *long,
                is_recursive: *recursive,
                mode: MemDescriptor::mode,
            };
            listing.print(&source.open()?.files.root(), path)?;
        }
        FsCommand::Cat { source, paths } => cat(&source.open()?.files.root(), paths)?,
        FsCommand::Stat { source, path } => stat(&source.open()?.files.root(), path)?,
        FsCommand::Get {
            source,
            path,
            host,
            force,
        } => {
            let path = relative(path)?;
            let root = source.open()?.files.root();
            export(
                &root,
                &path,
                MemDescriptor::mode,
                host,
                Existing::with_force(*force),
            )?;
        }
        FsCommand::Export {
            source,
            host,
            force,
        } => {
            let root = source.open()?.files.root();
            export(
                &root,
                "",
                MemDescriptor::mode,
                host,
                Existing::with_force(*force),
            )?;
        }
        FsCommand::Df { source } => df(&source.open()?)?,
        FsCommand::Import {
            source,
            mounts,
            empty,
            output,
        } => {
            let output = output.as_ref().unwrap_or(&source.image);
            import(source, mounts, *empty, output, verbosity)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The kind, permissions, links, size and time of an inode, and its name.
struct Listing<M> {
    is_long: bool,
    is_recursive: bool,
    mode: M,
}

impl<M> Listing<M> {
    fn print<D: Descriptor>(&self, root: &D, path: &str) -> Result<(), Failure>
    where
        M: Fn(&D) -> u32,
    {
        let start = relative(path)?;
        let mut out = io::stdout().lock();
        let failed = |path: &str, code| guest(path, code);
        let top = root.stat_at(PathFlags::SYMLINK_FOLLOW, dot(&start));
        if top.map_err(|code| failed(&start, code))?.file_type != FileType::Directory {
            return self.line(&mut out, root, &start, &start);
        }
        let mut pending = vec![start.clone()];
        while let Some(path) = pending.pop() {
            let directory = open(root, &path).map_err(|code| failed(&path, code))?;
            let mut entries = directory
                .read_dir()
                .map_err(|code| failed(&path, code))?
                .entries;
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            let mut inner = Vec::new();
            for entry in &entries {
                let full = join(&path, &entry.name);
                let shown = full.strip_prefix(&start).unwrap_or(&full);
                self.line(&mut out, root, &full, shown.trim_start_matches('/'))?;
                if self.is_recursive && entry.file_type == FileType::Directory {
                    inner.push(full);
                }
            }
            pending.extend(inner.into_iter().rev());
        }
        Ok(())
    }

    fn line<D: Descriptor>(
        &self,
        out: &mut impl Write,
        root: &D,
        path: &str,
        shown: &str,
    ) -> Result<(), Failure>
    where
        M: Fn(&D) -> u32,
    {
        if !self.is_long {
            return writeln!(out, "{shown}").map_err(Failure::Print);
        }
        let failed = |code| guest(path, code);
        let stat = root.stat_at(PathFlags::empty(), path).map_err(failed)?;
        let (letter, mode, target) = match stat.file_type {
            FileType::SymbolicLink => {
                let target = root.readlink_at(path).map_err(failed)?;
                ('l', 0o777, format!(" -> {target}"))
            }
            FileType::Directory => (
                'd',
                (self.mode)(&open(root, path).map_err(failed)?),
                String::new(),
            ),
            FileType::RegularFile => (
                '-',
                (self.mode)(&open(root, path).map_err(failed)?),
                String::new(),
            ),
        };
        let (seconds, nanoseconds) = stat.modification.parts();
        writeln!(
            out,
            "{letter}{mode:04o} {:>3} {:>12} {seconds}.{nanoseconds:09} {shown}{target}",
            stat.link_count, stat.size,
        )
        .map_err(Failure::Print)
    }
}

fn cat<D: Descriptor>(root: &D, paths: &[String]) -> Result<(), Failure> {
    const CHUNK: u64 = 1 << 20;
    let mut out = io::stdout().lock();
    for path in paths {
        let path = relative(path)?;
        let failed = |code| guest(&path, code);
        let file = open(root, &path).map_err(failed)?;
        let mut offset = 0;
        loop {
            let bytes = file.read_to_vec(offset, CHUNK).map_err(failed)?;
            if bytes.is_empty() {
                break;
            }
            out.write_all(&bytes).map_err(Failure::Print)?;
            offset += bytes.len() as u64;
        }
    }
    out.flush().map_err(Failure::Print)
}

fn stat<D: Descriptor>(root: &D, path: &str) -> Result<(), Failure> {
    let path = relative(path)?;
    let stat = root.stat_at(PathFlags::empty(), dot(&path));
    let Stat {
        ino,
        file_type,
        link_count,
        size,
        access,
        modification,
        change,
    } = stat.map_err(|code| guest(&path, code))?;
    let kind = match file_type {
        FileType::RegularFile => "file",
        FileType::Directory => "directory",
        FileType::SymbolicLink => "symbolic link",
    };
    let mut lines = vec![
        ("path", format!("/{path}")),
        ("kind", kind.to_owned()),
        ("size", size.to_string()),
        ("inode", ino.0.to_string()),
        ("links", link_count.to_string()),
    ];
    let times = [
        ("modified", modification),
        ("changed", change),
        ("accessed", access),
    ];
    lines.extend(times.map(|(label, time)| {
        let (seconds, nanoseconds) = time.parts();
        (label, format!("{seconds}.{nanoseconds:09}"))
    }));
    if file_type == FileType::SymbolicLink {
        let target = root.readlink_at(&path).map_err(|code| guest(&path, code))?;
        lines.push(("target", target));
    }
    print_lines(&lines)
}

fn df(source: &Source) -> Result<(), Failure> {
    let (limits, usage) = (source.files.limits(), source.files.usage());
    let bytes = |bytes: u64| format!("{bytes} ({})", size::display(bytes));
    print_lines(&[
        ("image", bytes(source.image.as_bytes().len() as u64)),
        ("used bytes", bytes(usage.bytes)),
        ("max bytes", bytes(limits.bytes)),
        ("used files", usage.inodes.to_string()),
        ("max files", limits.inodes.to_string()),
    ])
}

fn print_lines(lines: &[(&str, String)]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let print = |(label, text): &(&str, String)| writeln!(out, "{label:<11}{text}");
    lines.iter().try_for_each(print).map_err(Failure::Print)
}

/// Writes the file again with the mounts over what is in it.
fn import(
    source: &SourceArgs,
    mounts: &MountArgs,
    is_empty: bool,
    output: &std::path::Path,
    verbosity: &Verbosity,
) -> Result<(), Failure> {
    let path = &source.image;
    let bytes = input::read(path)?.into();
    let old = content::image_in(path, &bytes)?;
    let base = (!is_empty).then_some(&old);
    let new = content::collect(base, mounts, old.settings())?;
    if !verbosity.quiet {
        new.warnings.iter().for_each(|text| warning(text));
    }
    let artifact = if bytes.starts_with(b"\0asm") {
        wrap::embed(&bytes, &[new.image]).map_err(|source| Failure::Wrap {
            path: path.clone(),
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
