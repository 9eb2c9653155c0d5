//! Trees of files that nothing can be left out of.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

/// A tree and what it holds.
pub(super) struct Tree {
    pub(super) root: PathBuf,
    pub(super) files: usize,
    /// Bytes of content.
    pub(super) content: u64,
}

impl Tree {
    /// 100 MB in 2,000 files, with spaces and other scripts in their names: one of 90 MB, empty ones,
    /// and an empty directory.
    pub(super) fn mixed(root: &Path) -> Result<Self> {
        const FILES: usize = 2_000;
        const LARGE: usize = 90_000_000;
        const SMALL: usize = 10_000_000 / (FILES - 1);
        fs::create_dir_all(root.join("empty directory"))?;
        noise(&root.join("large"), LARGE)?;
        let mut content = LARGE;
        let mut random = Random(1);
        for index in 1..FILES {
            let folder = root.join(format!("dir {}/Größe {} 日本", index % 40, index % 7));
            fs::create_dir_all(&folder)?;
            let len = match index % 50 {
                0 => 0,
                _ => random.next() as usize % (2 * SMALL),
            };
            fs::write(folder.join(format!("файл {index}")), random.bytes(len))?;
            content += len;
        }
        Ok(Self {
            root: root.to_owned(),
            files: FILES,
            content: content as u64,
        })
    }

    /// 100,000 files of up to 200 bytes in 100 directories.
    pub(super) fn small(root: &Path) -> Result<Self> {
        const FILES: usize = 100_000;
        let mut content = 0;
        let mut random = Random(1);
        for directory in 0..100 {
            fs::create_dir_all(root.join(format!("d{directory}")))?;
        }
        for index in 0..FILES {
            let len = 8 + random.next() as usize % 192;
            let path = root.join(format!("d{}/file{index}", index % 100));
            fs::write(path, random.bytes(len))?;
            content += len as u64;
        }
        Ok(Self {
            root: root.to_owned(),
            files: FILES,
            content,
        })
    }

    /// The tree mounted at `guest`.
    pub(super) fn mount(&self, guest: &str) -> String {
        format!("{guest}={}", self.root.display())
    }

    /// Reads every file, and returns how many seconds it took.
    pub(super) fn read_all(&self) -> Result<f64> {
        let start = Instant::now();
        let mut pending = vec![self.root.clone()];
        while let Some(directory) = pending.pop() {
            for entry in fs::read_dir(directory)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true => pending.push(entry.path()),
                    false => drop(fs::read(entry.path())?),
                }
            }
        }
        Ok(start.elapsed().as_secs_f64())
    }

    pub(super) fn remove(self) -> Result<()> {
        Ok(fs::remove_dir_all(self.root)?)
    }
}

/// Writes a file of `len` bytes that do not repeat.
pub(super) fn noise(path: &Path, len: usize) -> Result<()> {
    const CHUNK: usize = 1 << 20;
    let mut file = BufWriter::new(File::create(path)?);
    let mut random = Random(2);
    let mut left = len;
    while left > 0 {
        let bytes = random.bytes(left.min(CHUNK));
        file.write_all(&bytes)?;
        left -= bytes.len();
    }
    Ok(file.flush()?)
}

/// xorshift64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let words = (0..len.div_ceil(8)).flat_map(|_| self.next().to_le_bytes());
        words.take(len).collect()
    }
}
