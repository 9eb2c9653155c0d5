//! Images: a tree of files in one piece of bytes, read in place.
//!
//! The format is described in `docs/IMAGE.md`. An image is a header, the records of its inodes and
//! names, a hash table of the names, the text that they name, and the content. Nothing of it is
//! copied or gone through at the start: [`crate::MemFs::from_image`] takes the same time for every
//! image.

mod builder;
mod decode;
mod encode;
mod load;
mod lower;
mod record;
mod save;
mod touched;
mod verify;

pub use builder::{ImageBuilder, Origin};
pub use decode::{Image, ImageError};
pub use touched::Touched;

use crc::{CRC_32_ISO_HDLC, Crc, Table};

use crate::space::Limits;

/// The checksum with a table of 1 KiB, which guests carry.
static CHECKSUM: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);
/// The same checksum with a table of 16 KiB, for a lot of data.
static FAST_CHECKSUM: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// The bit of the settings that says that there is no preopen.
const NO_PREOPEN: u32 = 1;

/// A slot of the hash table that holds no entry.
const EMPTY_SLOT: u32 = u32::MAX;

/// The content starts in the middle of a block of this size, as the pages of a file system do, and
/// for the same reason; within the content it is up to the encoder.
const CONTENT_ALIGN: usize = 4096;
const CONTENT_SKEW: usize = 2048;

/// Where a name's search in the hash table begins: FNV-1a over the index of the directory's inode,
/// little-endian, and the name, folded to 32 bits.
fn hash(directory: u32, name: &str) -> u32 {
    let directory = directory.to_le_bytes();
    let bytes = directory.iter().chain(name.as_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    (hash ^ hash >> 32) as u32
}

/// What a program finds beside the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the program is given the root directory; without it every path fails.
    pub preopen: Preopening,
    /// The directory that relative paths start from, absolute and without `..`; `None` is `/`.
    pub working_directory: Option<String>,
    /// How much the file system may hold.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            preopen: Preopening::Root,
            working_directory: None,
            limits: Limits::default(),
        }
    }
}

/// Which directory a program is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preopening {
    /// The root, as `/`.
    Root,
    /// None at all.
    Nothing,
}
