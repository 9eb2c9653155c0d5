//! Starting file systems over trees of other sizes, natively: from an image, and as forks.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use fs_core::image::{Image, ImageBuilder, Origin, Settings};
use fs_core::{
    Clock, Descriptor, DescriptorFlags, ErrorCode, MemFs, OpenFlags, PathFlags, Timestamp,
};

use crate::table::median;

const ROUNDS: usize = 200;
const CONTENT: usize = 1024;

/// The time does not matter.
pub(crate) struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
}

pub(crate) fn failed(code: ErrorCode) -> anyhow::Error {
    anyhow!("the file system answered {code:?}")
}

pub(crate) fn run() -> Result<()> {
    let empty = time(|| MemFs::builder(Epoch).build().map_err(failed))?;
    println!("starting, medians of {ROUNDS} rounds, and the first use of each of the files");
    println!("empty                  {:>8.2} us", empty * 1e6);
    for files in [100, 1_000, 10_000, 100_000] {
        let image = Image::parse(tree(files).finish(&Settings::default()).into())?;
        image.verify()?;
        let start = time(|| Ok(MemFs::from_image(Epoch, &image)?))?;
        let fs = MemFs::from_image(Epoch, &image)?;
        let touch = touch_all(&fs, files)?;
        report("image", files, start, empty, touch);

        let snapshot = fs.snapshot().map_err(failed)?;
        let fork = || snapshot.fork(Epoch, snapshot.limits()).map_err(failed);
        let start = time(fork)?;
        let fork = fork()?;
        let touch = touch_all(&fork, files)?;
        ensure!(fork.usage().bytes == 0, "reading took room");
        report("fork", files, start, empty, touch);
    }
    Ok(())
}

fn report(what: &str, files: usize, start: f64, empty: f64, touch: f64) {
    println!(
        "{what:<6} {files:>7} files  {:>8.2} us  {:>5.2} times   open+stat+read {:>6.0} ns",
        start * 1e6,
        start / empty,
        touch * 1e9
    );
}

fn time(mut start: impl FnMut() -> Result<MemFs>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let before = Instant::now();
        let fs = start()?;
        times.push(before.elapsed().as_secs_f64());
        drop(fs);
    }
    Ok(median(&mut times))
}

fn name(index: usize) -> String {
    format!("dir{:02}/file{index}", index % 100)
}

fn tree(files: usize) -> ImageBuilder {
    let origin = Origin::new(Timestamp(0), 0o644);
    let mut image = ImageBuilder::new(origin);
    for index in 0..files {
        let mut content = vec![0; CONTENT];
        content[..8].copy_from_slice(&(index as u64).to_le_bytes());
        image.file(&name(index), content, origin);
    }
    image
}

/// Opens, looks at and reads every file once, in an order without pattern.
fn touch_all(fs: &MemFs, files: usize) -> Result<f64> {
    let names: Vec<String> = (0..files).map(|at| name(at * 7_919 % files)).collect();
    let root = fs.root();
    let mut buffer = [0; CONTENT];
    let before = Instant::now();
    for name in &names {
        let opened = root.open_at(
            PathFlags::empty(),
            name,
            OpenFlags::empty(),
            DescriptorFlags::READ,
        );
        let file = opened.map_err(failed)?;
        let size = file.stat().map_err(failed)?.size;
        let read = file.read_at(0, CONTENT, |piece| buffer.copy_from_slice(piece));
        ensure!(size == CONTENT as u64 && read == Ok(CONTENT), "a torn file");
        black_box(&buffer);
    }
    Ok(before.elapsed().as_secs_f64() / files as f64)
}
