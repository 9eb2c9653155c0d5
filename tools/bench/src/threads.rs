//! Threads on one file system, natively: what two do together, against one alone.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use anyhow::Result;
use fs_core::{
    Descriptor, DescriptorFlags, MemDescriptor, MemFs, OpenFlags, PathFlags, Remove, WriteAt,
};

use crate::table::median;
use crate::trees::{Epoch, failed};

const ROUNDS: usize = 20;
const PIECE: usize = 4096;
const FILE: usize = 1 << 20;
const OPERATIONS: usize = 100_000;

pub(crate) fn run(threads: usize) -> Result<()> {
    let fs = MemFs::builder(Epoch).build().map_err(failed)?;
    let files = (0..threads)
        .map(|index| file(&fs, &format!("file{index}")))
        .collect::<Result<Vec<_>>>()?;
    println!("{threads} threads against one, medians of {ROUNDS} rounds in turns");
    report("reads of one's own file", threads, |index| {
        reads(&files[index]);
    });
    report("reads of one shared file", threads, |_| reads(&files[0]));
    report("writes to one's own file", threads, |index| {
        writes(&files[index]);
    });
    let root = fs.root();
    report("creates in one directory", threads, |index| {
        creates(&root, index);
    });
    Ok(())
}

fn report(what: &str, threads: usize, work: impl Fn(usize) + Sync) {
    let mut ratios = Vec::new();
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        work(0);
        let one = start.elapsed().as_secs_f64();
        let start = Instant::now();
        thread::scope(|scope| {
            for index in 0..threads {
                let work = &work;
                scope.spawn(move || work(index));
            }
        });
        let all = start.elapsed().as_secs_f64();
        ratios.push(one * threads as f64 / all);
        alone.push(one / OPERATIONS as f64 * 1e9);
    }
    println!(
        "{what:<26} {:>5.2} times, alone {:>6.0} ns",
        median(&mut ratios),
        median(&mut alone)
    );
}

fn file(fs: &MemFs, name: &str) -> Result<MemDescriptor> {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let file = fs
        .root()
        .open_at(PathFlags::empty(), name, OpenFlags::CREATE, access)
        .map_err(failed)?;
    file.write_at(WriteAt::End, FILE, |piece| piece.fill(1))
        .map_err(failed)?;
    Ok(file)
}

/// Where the next operation goes: all over the file.
fn offset(operation: usize) -> u64 {
    (operation * 7_919 * PIECE % (FILE - PIECE)) as u64
}

fn reads(file: &MemDescriptor) {
    let mut buffer = [0; PIECE];
    for operation in 0..OPERATIONS {
        let mut at = 0;
        let read = file.read_at(offset(operation), PIECE, |piece| {
            buffer[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        });
        assert_eq!(read, Ok(PIECE));
        black_box(&buffer);
    }
}

fn writes(file: &MemDescriptor) {
    let buffer = [2; PIECE];
    for operation in 0..OPERATIONS {
        let written = file.write_at(WriteAt::Offset(offset(operation)), PIECE, |piece| {
            piece.copy_from_slice(&buffer[..piece.len()]);
        });
        assert!(written.is_ok());
    }
}

fn creates(root: &MemDescriptor, index: usize) {
    let name = format!("new{index}");
    for _ in 0..OPERATIONS {
        let opened = root.open_at(
            PathFlags::empty(),
            &name,
            OpenFlags::CREATE,
            DescriptorFlags::WRITE,
        );
        assert!(opened.is_ok());
        assert_eq!(root.remove_at(&name, Remove::File), Ok(()));
    }
}
