//! Writing images.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

use bytes::Bytes;

use super::builder::{Node, Origin, Source};
use super::lower::MAX_PROBES;
use super::record::{EntryRecord, Header, InodeRecord, RecordKind};
use super::{
    CONTENT_ALIGN, CONTENT_SKEW, EMPTY_SLOT, FAST_CHECKSUM, NO_PREOPEN, Preopening, Settings, hash,
};

/// Contents of fewer bytes are copied in no time, wherever they are.
const SMALL: usize = 512;
/// Contents of this size and more may cost a block more.
const LARGE: usize = 256 << 10;
/// Between these two, nothing is near the start of a block.
const NEAR_START: usize = 256;
const NEAR_END: usize = CONTENT_ALIGN - NEAR_START;

/// How often the hash table is doubled, so that no search passes [`MAX_PROBES`].
const MAX_DOUBLINGS: u32 = 4;

/// Writes the image of the `nodes` that `names` have by their paths, the root among them.
pub(super) fn encode(
    nodes: &[Node],
    names: &BTreeMap<String, usize>,
    settings: &Settings,
) -> Vec<u8> {
    let mut layout = Layout::default();
    let directories = number_inodes(nodes, names, &mut layout);
    write_directories(&directories, &mut layout);
    let cwd = settings.working_directory.as_deref().unwrap_or("");
    let cwd_at = layout.text(cwd);
    let slots = hash_table(&layout.entries);

    let mut metadata = Vec::new();
    for record in &layout.inodes {
        record.write(&mut metadata);
    }
    for entry in &layout.entries {
        entry.write(&mut metadata);
    }
    metadata.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
    metadata.extend_from_slice(&layout.text);
    let end = Header::SIZE + metadata.len();
    let content_at = (end + CONTENT_SKEW).next_multiple_of(CONTENT_ALIGN) - CONTENT_SKEW;
    metadata.resize(content_at - Header::SIZE, 0);

    let header = Header {
        len: (content_at + layout.content_len) as u64,
        content_at: content_at as u64,
        inodes: layout.inodes.len() as u32,
        entries: layout.entries.len() as u32,
        slots: slots.len() as u32,
        text_len: layout.text.len() as u64,
        limit_bytes: settings.limits.bytes,
        limit_inodes: settings.limits.inodes,
        settings: match settings.preopen {
            Preopening::Root => 0,
            Preopening::Nothing => NO_PREOPEN,
        },
        cwd_at,
        cwd_len: cwd.len() as u32,
        checksum: FAST_CHECKSUM.checksum(&metadata),
    };
    let mut image = Vec::with_capacity(content_at + layout.content_len);
    image.extend(header.write(|fields| FAST_CHECKSUM.checksum(fields)));
    image.append(&mut metadata);
    for (at, content) in &layout.contents {
        image.resize(content_at + at, 0);
        image.extend_from_slice(content);
    }
    image
}

/// A name of a directory and the index of its inode.
type Name<'n> = (&'n str, u32);

/// Writes the records of all inodes, in the order of their first names, and collects the names of
/// each directory, sorted.
fn number_inodes<'n>(
    nodes: &[Node],
    names: &'n BTreeMap<String, usize>,
    layout: &mut Layout,
) -> BTreeMap<u32, Vec<Name<'n>>> {
    let mut indices = vec![None; nodes.len()];
    let mut directories = BTreeMap::<u32, Vec<Name<'n>>>::new();
    for (path, node) in names {
        let index = *indices[*node].get_or_insert_with(|| layout.inode(&nodes[*node]));
        let record = &mut layout.inodes[index as usize];
        record.link_count += 1;
        let is_directory = record.kind == RecordKind::Directory;
        if is_directory {
            directories.insert(index, Vec::new());
        }
        if path.is_empty() {
            continue;
        }
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(parent) = indices[names[parent]] else {
            unreachable!("a directory comes before what is in it");
        };
        layout.inodes[parent as usize].link_count += u32::from(is_directory);
        directories.entry(parent).or_default().push((name, index));
    }
    for directory in directories.keys() {
        // Its `.`, beside its name and the `..` of those in it; the root's name is its own `..`.
        layout.inodes[*directory as usize].link_count += 1;
    }
    directories
}

fn write_directories(directories: &BTreeMap<u32, Vec<Name<'_>>>, layout: &mut Layout) {
    for (directory, names) in directories {
        let record = &mut layout.inodes[*directory as usize];
        record.at = layout.entries.len() as u64;
        record.len = names.len() as u64;
        for (name, inode) in names {
            let entry = EntryRecord {
                name_at: layout.text(name),
                name_len: name.len() as u16,
                kind: layout.inodes[*inode as usize].kind,
                inode: *inode,
                hash: hash(*directory, name),
            };
            layout.entries.push(entry);
        }
    }
}

/// The hash table: open addressing, at most half full.
fn hash_table(entries: &[EntryRecord]) -> Vec<u32> {
    let least = (entries.len() * 2).next_power_of_two();
    let mut doublings = 0;
    loop {
        let (table, longest) = fill(entries, least << doublings);
        if longest < MAX_PROBES || doublings == MAX_DOUBLINGS {
            return table;
        }
        doublings += 1;
    }
}

/// A table of so many slots, and how many one search looks at beyond the first.
fn fill(entries: &[EntryRecord], slots: usize) -> (Vec<u32>, u32) {
    let mut table = vec![EMPTY_SLOT; slots];
    let mut longest = 0;
    for (entry, index) in entries.iter().zip(0..) {
        let mut slot = entry.hash as usize & (slots - 1);
        let mut probes = 1;
        while table[slot] != EMPTY_SLOT {
            slot = (slot + 1) & (slots - 1);
            probes += 1;
        }
        table[slot] = index;
        longest = longest.max(probes);
    }
    (table, longest)
}

/// Where a content of so many bytes goes that may begin at `end` of the others. The first begins in
/// the middle of a block.
///
/// Programs keep their buffers at or near the start of a block, and copying between places that are
/// equal but for a few bytes within it is slow on some processors. So a large content begins in the
/// middle of a block, and a smaller one, for which that would be a waste, anywhere but near the start.
fn place(end: usize, len: usize) -> usize {
    match len {
        ..SMALL => end.next_multiple_of(8),
        SMALL..LARGE => {
            let at = end.next_multiple_of(64);
            let in_block = (at + CONTENT_SKEW) % CONTENT_ALIGN;
            at + match in_block {
                ..NEAR_START => NEAR_START - in_block,
                NEAR_START..=NEAR_END => 0,
                _ => CONTENT_ALIGN - in_block + NEAR_START,
            }
        }
        LARGE.. => end.next_multiple_of(CONTENT_ALIGN),
    }
}

/// The parts of an image as they grow.
#[derive(Default)]
struct Layout {
    inodes: Vec<InodeRecord>,
    entries: Vec<EntryRecord>,
    text: Vec<u8>,
    contents: Vec<(usize, Bytes)>,
    content_len: usize,
    /// Where contents are, by their length and checksum.
    stored: HashMap<(usize, u32), Vec<usize>>,
}

impl Layout {
    /// Writes the record of an inode that has no names yet.
    fn inode(&mut self, node: &Node) -> u32 {
        let (kind, at, len, checksum) = match &node.source {
            Source::File(content) => {
                let checksum = FAST_CHECKSUM.checksum(content);
                let at = self.content(content, checksum) as u64;
                (RecordKind::File, at, content.len() as u64, checksum)
            }
            Source::Directory => (RecordKind::Directory, 0, 0, 0),
            Source::Symlink(target) => {
                let at = self.text(target);
                (RecordKind::Symlink, at.into(), target.len() as u64, 0)
            }
        };
        let Origin {
            access,
            modification,
            change,
            mode,
        } = node.origin;
        self.inodes.push(InodeRecord {
            kind,
            is_read_only: node.is_read_only,
            mode,
            link_count: 0,
            checksum,
            access,
            modification,
            change,
            at,
            len,
        });
        self.inodes.len() as u32 - 1
    }

    fn text(&mut self, text: &str) -> u32 {
        let at = self.text.len() as u32;
        self.text.extend_from_slice(text.as_bytes());
        at
    }

    fn content(&mut self, content: &Bytes, checksum: u32) -> usize {
        if content.is_empty() {
            return 0;
        }
        let twins = match self.stored.entry((content.len(), checksum)) {
            Entry::Occupied(twins) => twins.into_mut(),
            Entry::Vacant(place) => place.insert(Vec::new()),
        };
        let twin = twins.iter().find(|twin| self.contents[**twin].1 == content);
        if let Some(twin) = twin {
            return self.contents[*twin].0;
        }
        let at = place(self.content_len, content.len());
        twins.push(self.contents.len());
        self.content_len = at + content.len();
        self.contents.push((at, content.clone()));
        at
    }
}
