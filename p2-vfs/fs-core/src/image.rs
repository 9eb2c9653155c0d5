//! Images: a tree of files in one piece of bytes, read in place.
//!
//! All numbers are little-endian. An image is a header, the records of its nodes, the text that
//! they name, and the content at a page boundary:
//!
//! | header | bytes |
//! | --- | --- |
//! | magic `monakafs` | 0..8 |
//! | version, 1 | 8..12 |
//! | CRC-32 of 16..content | 12..16 |
//! | length of the image | 16..24 |
//! | offset of the content | 24..32 |
//! | nodes | 32..36 |
//! | bytes of text | 36..40 |
//! | limit in bytes, in inodes | 40..48, 48..56 |
//! | settings: bit 0 = no preopen | 56..60 |
//! | working directory: offset and length in the text | 60..64, 64..68 |
//! | zeros | 68..80 |
//!
//! | node | bytes |
//! | --- | --- |
//! | parent: the index of an earlier node; the root, node 0, has its own | 0..4 |
//! | kind: 1 file, 2 directory, 3 symbolic link, 4 hard link | 4..5 |
//! | zero, length of the name | 5..6, 6..8 |
//! | offset of the name in the text | 8..12 |
//! | permission bits where it came from | 12..16 |
//! | time of modification, nanoseconds since 1970 | 16..24 |
//! | file: offset in the content; symbolic link: of the target in the text; hard link: a node | 24..32 |
//! | size of the file or target | 32..40 |
//! | CRC-32 of the file's content, zero | 40..44, 44..48 |

mod decode;
mod encode;
mod load;

pub use decode::{Image, ImageError, ImageNode, ImageNodeKind};
pub use encode::{ImageBuilder, Origin};

use crc::{CRC_32_ISO_HDLC, Crc, Table};

use crate::space::Limits;

/// The checksum with a table of 1 KiB, which guests carry.
static CHECKSUM: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);
/// The same checksum with a table of 16 KiB, for a lot of data.
static FAST_CHECKSUM: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

const MAGIC: [u8; 8] = *b"monakafs";
const VERSION: u32 = 1;
const HEADER_SIZE: usize = 80;
const NODE_SIZE: usize = 48;
const NO_PREOPEN: u32 = 1;

const KIND_FILE: u8 = 1;
const KIND_DIRECTORY: u8 = 2;
const KIND_SYMLINK: u8 = 3;
const KIND_HARD_LINK: u8 = 4;

/// What the content of an image, and each larger file in it, is aligned to: a wasm page holds
/// sixteen such blocks, and a host maps them without copying.
const CONTENT_ALIGN: usize = 4096;

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
