//! An image is refused or mounted, and what is mounted can be used, whatever is damaged.

use bytes::Bytes;
use crc::{CRC_32_ISO_HDLC, Crc};
use fs_core::image::{Image, ImageBuilder, Origin};
use fs_core::{
    Descriptor, DescriptorFlags, FileType, MemDescriptor, MemFs, OpenFlags, PathFlags, Remove,
    Timestamp, WriteAt,
};

use crate::memory_files::Ticking;

static CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

const HEADER: usize = 128;
/// How much of a damaged tree is looked at: it may be a graph with circles.
const MAX_VISITS: usize = 512;
/// Content may be shared by any number of files.
const MAX_READ: usize = 1 << 20;

/// Mounts `data`, and `data` with checksums that match, which a fuzzer does not guess.
///
/// # Panics
/// If what is mounted breaks more than answers, or what was verified does not survive being
/// written anew.
pub fn images(data: &[u8]) {
    mount(Bytes::copy_from_slice(data));
    if let Some(repaired) = repaired(data) {
        mount(repaired.into());
    }
}

/// The offsets are those of `docs/IMAGE.md`.
fn repaired(data: &[u8]) -> Option<Vec<u8>> {
    let content_at = data.get(24..32)?.try_into().ok().map(u64::from_le_bytes)?;
    let content_at = usize::try_from(content_at).ok()?;
    let metadata = CHECKSUM.checksum(data.get(HEADER..content_at)?);
    let mut repaired = data.to_vec();
    repaired[84..88].copy_from_slice(&metadata.to_le_bytes());
    let header = CHECKSUM.checksum(&repaired[16..HEADER]);
    repaired[12..16].copy_from_slice(&header.to_le_bytes());
    Some(repaired)
}

fn mount(bytes: Bytes) {
    let Ok(image) = Image::parse(bytes) else {
        return;
    };
    let is_good = image.verify().is_ok();
    if let Ok(files) = MemFs::from_image(Ticking::new(), &image) {
        Visit::default().tree(&files.root());
        change(&files.root());
        if is_good {
            survives(&image);
        }
    }
}

/// A walk through what may not be a tree.
#[derive(Default)]
struct Visit {
    visits: usize,
    read: usize,
}

impl Visit {
    fn tree(&mut self, root: &MemDescriptor) {
        let mut pending = vec![root.clone()];
        while let Some(directory) = pending.pop() {
            let Ok(listing) = directory.read_dir() else {
                continue;
            };
            for entry in listing.entries {
                self.visits += 1;
                if self.visits > MAX_VISITS {
                    return;
                }
                let _ = directory.stat_at(PathFlags::SYMLINK_FOLLOW, &entry.name);
                let _ = directory.readlink_at(&entry.name);
                if let Ok(opened) = open(&directory, &entry.name, DescriptorFlags::READ) {
                    match entry.file_type {
                        FileType::Directory => pending.push(opened),
                        FileType::RegularFile | FileType::SymbolicLink => self.file(&opened),
                    }
                }
            }
        }
    }

    fn file(&mut self, file: &MemDescriptor) {
        let Ok(stat) = file.stat() else { return };
        let mut offset = 0;
        while self.read < MAX_READ {
            let mut seen = 0;
            let read = file.read_at(offset, 64 * 1024, |piece| seen += piece.len());
            match read {
                Ok(0) | Err(_) => break,
                Ok(count) => {
                    assert_eq!(count, seen);
                    offset += count as u64;
                    self.read += count;
                }
            }
        }
        assert!(offset <= stat.size, "more is read than there is");
    }
}

fn open(
    directory: &MemDescriptor,
    name: &str,
    access: DescriptorFlags,
) -> fs_core::Result<MemDescriptor> {
    directory.open_at(PathFlags::empty(), name, OpenFlags::empty(), access)
}

/// Every kind of change, to what is there.
fn change(root: &MemDescriptor) {
    let Ok(listing) = root.read_dir() else { return };
    let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let _ = root.create_directory_at("made");
    for entry in listing.entries.iter().take(16) {
        let name = &entry.name;
        if let Ok(file) = open(root, name, both) {
            let _ = file.write_at(WriteAt::Offset(3), 8, |piece| piece.fill(7));
            let _ = file.write_at(WriteAt::End, 8, |piece| piece.fill(8));
            let _ = file.set_size(5);
        }
        let _ = root.link_at(PathFlags::empty(), name, root, "linked");
        let _ = root.rename_at(name, root, "made/moved");
        let _ = root.remove_at("made/moved", Remove::File);
        let _ = root.remove_at("made/moved", Remove::Directory);
        let _ = root.remove_at("linked", Remove::File);
    }
    Visit::default().tree(root);
}

/// What is verified can be written anew, and is verified again.
fn survives(image: &Image) {
    let Ok(files) = MemFs::from_image(Ticking::new(), image) else {
        return;
    };
    let origin = Origin {
        modification: Timestamp(0),
        mode: 0o755,
    };
    let mut builder = ImageBuilder::new(origin);
    builder.tree(&files.root()).expect("a good tree is read");
    let written = builder.finish(image.settings());
    let again = Image::parse(written.into()).expect("what is written is an image");
    again.verify().expect("what is written is good");
}
