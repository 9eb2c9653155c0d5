//! Writing images.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};

use bytes::Bytes;

use super::{
    CONTENT_ALIGN, FAST_CHECKSUM, HEADER_SIZE, KIND_DIRECTORY, KIND_FILE, KIND_HARD_LINK,
    KIND_SYMLINK, MAGIC, NO_PREOPEN, NODE_SIZE, Preopening, Settings, VERSION,
};
use crate::types::Timestamp;

/// What is kept of where a node came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The time of its last modification.
    pub modification: Timestamp,
    /// Its permission bits, as in `st_mode & 0o7777`.
    pub mode: u32,
}

#[derive(Debug)]
enum Source {
    File(Bytes),
    Directory,
    Symlink(String),
    HardLink(String),
}

/// Collects nodes by path and writes them in order, so that equal trees give equal bytes.
///
/// Paths are relative to the root, with single slashes and without `.` or `..`. Directories on the
/// way are made up where they are not added themselves. A later node replaces an earlier one of
/// the same path.
#[derive(Debug)]
pub struct ImageBuilder {
    nodes: BTreeMap<String, (Source, Origin)>,
    made_up: Origin,
}

impl ImageBuilder {
    /// An image of an empty root. Directories that nobody adds get `made_up`.
    pub fn new(made_up: Origin) -> Self {
        let root = (String::new(), (Source::Directory, made_up));
        Self {
            nodes: BTreeMap::from([root]),
            made_up,
        }
    }

    /// Adds a directory.
    pub fn directory(&mut self, path: &str, origin: Origin) {
        self.add(path, Source::Directory, origin);
    }

    /// Adds a file. Equal contents are stored once.
    pub fn file(&mut self, path: &str, content: impl Into<Bytes>, origin: Origin) {
        self.add(path, Source::File(content.into()), origin);
    }

    /// Adds a symbolic link that holds `target` verbatim.
    pub fn symlink(&mut self, path: &str, target: &str, origin: Origin) {
        self.add(path, Source::Symlink(target.to_owned()), origin);
    }

    /// Adds one more name of the file or link that was added as `original`.
    pub fn hard_link(&mut self, path: &str, original: &str, origin: Origin) {
        let link = |original: &str| Source::HardLink(original.to_owned());
        if path < original
            && let Some((source, _)) = self.nodes.get_mut(original)
        {
            // A link's node comes behind the one it refers to.
            let moved = std::mem::replace(source, link(path));
            self.add(path, moved, origin);
        } else {
            self.add(path, link(original), origin);
        }
    }

    fn add(&mut self, path: &str, source: Source, origin: Origin) {
        for (end, _) in path.match_indices('/') {
            self.nodes
                .entry(path[..end].to_owned())
                .or_insert((Source::Directory, self.made_up));
        }
        self.nodes.insert(path.to_owned(), (source, origin));
    }

    /// Writes the image.
    pub fn finish(self, settings: &Settings) -> Vec<u8> {
        let mut layout = Layout::default();
        let indices: HashMap<&str, u32> = self.nodes.keys().map(String::as_str).zip(0..).collect();
        for (path, (source, origin)) in &self.nodes {
            layout.node(path, source, *origin, &indices);
        }
        let cwd = settings.working_directory.as_deref().unwrap_or("");
        let cwd_at = layout.text(cwd);
        let metadata = HEADER_SIZE + layout.records.len() + layout.text.len();
        let content_at = metadata.next_multiple_of(CONTENT_ALIGN);

        let mut image = Vec::with_capacity(content_at + layout.content_len);
        image.extend_from_slice(&MAGIC);
        image.extend_from_slice(&VERSION.to_le_bytes());
        image.extend_from_slice(&[0; 4]);
        image.extend_from_slice(&((content_at + layout.content_len) as u64).to_le_bytes());
        image.extend_from_slice(&(content_at as u64).to_le_bytes());
        image.extend_from_slice(&(self.nodes.len() as u32).to_le_bytes());
        image.extend_from_slice(&(layout.text.len() as u32).to_le_bytes());
        image.extend_from_slice(&settings.limits.bytes.to_le_bytes());
        image.extend_from_slice(&settings.limits.inodes.to_le_bytes());
        let flags = match settings.preopen {
            Preopening::Root => 0,
            Preopening::Nothing => NO_PREOPEN,
        };
        image.extend_from_slice(&flags.to_le_bytes());
        image.extend_from_slice(&cwd_at.to_le_bytes());
        image.extend_from_slice(&(cwd.len() as u32).to_le_bytes());
        image.resize(HEADER_SIZE, 0);
        image.extend_from_slice(&layout.records);
        image.extend_from_slice(&layout.text);
        image.resize(content_at, 0);
        let checksum = FAST_CHECKSUM.checksum(&image[16..]);
        image[12..16].copy_from_slice(&checksum.to_le_bytes());
        for (at, content) in &layout.contents {
            image.resize(content_at + at, 0);
            image.extend_from_slice(content);
        }
        image
    }
}

/// The parts of an image as they grow.
#[derive(Default)]
struct Layout {
    records: Vec<u8>,
    text: Vec<u8>,
    contents: Vec<(usize, Bytes)>,
    content_len: usize,
    stored: HashMap<Bytes, usize>,
}

impl Layout {
    fn node(&mut self, path: &str, source: &Source, origin: Origin, indices: &HashMap<&str, u32>) {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name_at = self.text(name);
        let (kind, at, size, checksum) = match source {
            Source::File(content) => (
                KIND_FILE,
                self.content(content) as u64,
                content.len() as u64,
                FAST_CHECKSUM.checksum(content),
            ),
            Source::Directory => (KIND_DIRECTORY, 0, 0, 0),
            Source::Symlink(target) => {
                let at = self.text(target);
                (KIND_SYMLINK, u64::from(at), target.len() as u64, 0)
            }
            Source::HardLink(original) => {
                let node = indices.get(original.as_str()).copied().unwrap_or(u32::MAX);
                (KIND_HARD_LINK, u64::from(node), 0, 0)
            }
        };
        let records = &mut self.records;
        records.extend_from_slice(&indices[parent].to_le_bytes());
        records.extend_from_slice(&[kind, 0]);
        records.extend_from_slice(&(name.len() as u16).to_le_bytes());
        records.extend_from_slice(&name_at.to_le_bytes());
        records.extend_from_slice(&origin.mode.to_le_bytes());
        records.extend_from_slice(&origin.modification.0.to_le_bytes());
        records.extend_from_slice(&at.to_le_bytes());
        records.extend_from_slice(&size.to_le_bytes());
        records.extend_from_slice(&checksum.to_le_bytes());
        records.extend_from_slice(&[0; 4]);
        debug_assert_eq!(records.len() % NODE_SIZE, 0);
    }

    fn text(&mut self, text: &str) -> u32 {
        let at = self.text.len() as u32;
        self.text.extend_from_slice(text.as_bytes());
        at
    }

    fn content(&mut self, content: &Bytes) -> usize {
        if content.is_empty() {
            return 0;
        }
        match self.stored.entry(content.clone()) {
            Entry::Occupied(stored) => *stored.get(),
            Entry::Vacant(place) => {
                let align = if content.len() < CONTENT_ALIGN {
                    8
                } else {
                    CONTENT_ALIGN
                };
                let at = self.content_len.next_multiple_of(align);
                self.content_len = at + content.len();
                self.contents.push((at, content.clone()));
                *place.insert(at)
            }
        }
    }
}
