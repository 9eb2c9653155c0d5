//! Looking at files, wherever they are.

use std::io::{self, Write};

use fs_core::{Descriptor, FileType, PathFlags, Stat};

use super::{dot, guest, join, open, print_lines, relative};
use crate::failure::Failure;

/// The kind, permissions, links, size and time of an inode, and its name.
pub(super) struct Listing<M> {
    pub(super) is_long: bool,
    pub(super) is_recursive: bool,
    pub(super) mode: M,
}

impl<M> Listing<M> {
    pub(super) fn print<D: Descriptor>(&self, root: &D, path: &str) -> Result<(), Failure>
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

pub(super) fn cat<D: Descriptor>(root: &D, paths: &[String]) -> Result<(), Failure> {
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

pub(super) fn stat<D: Descriptor>(root: &D, path: &str) -> Result<(), Failure> {
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
