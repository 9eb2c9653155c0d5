//! What a client remembers of files: attributes and content, each as of one version.
//!
//! What is here is right as long as the client has a lease of the file. After that, it is right if
//! the file still has the version. Content is kept in blocks; those of the version before are not
//! looked for but pushed out by others.

use std::collections::VecDeque;

use fs_core::Ino;
use hashbrown::HashMap;
use rpc_protocol::{Attributes, Lease};

/// Bytes of a block. A random read of a page fetches no more than it needs.
pub(crate) const BLOCK: usize = 4096;

/// What a block costs beside its bytes.
const OVERHEAD: usize = 128;

/// How many paths are remembered.
const MAX_OPENED: usize = 4096;

/// The recall of all leases.
const ALL: u64 = 0;

/// Data that is to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefetch {
    pub(crate) ino: Ino,
    pub(crate) generation: u64,
    /// A multiple of [`BLOCK`].
    pub(crate) offset: u64,
    pub(crate) len: usize,
}

#[derive(Debug)]
struct Node {
    attributes: Attributes,
    is_leased: bool,
    /// Whether the attributes are those of now, if there is a lease; the content always is.
    has_attributes: bool,
    /// Which blocks are its own: the number grows with each change by others.
    generation: u64,
    open: u32,
    blocks: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    ino: Ino,
    generation: u64,
    index: u64,
}

#[derive(Debug)]
struct Block {
    /// Fewer than [`BLOCK`] at the end of the file only.
    bytes: Box<[u8]>,
    /// Since it was last up for being pushed out.
    was_used: bool,
}

/// The memory of a session.
#[derive(Debug)]
pub(crate) struct Cache {
    nodes: HashMap<Ino, Node>,
    /// By the directory and the path, what was opened there: a guess, as it may have been replaced.
    opened: HashMap<(Ino, String), Ino>,
    blocks: HashMap<Key, Block>,
    /// In the order in which blocks are up for being pushed out.
    queue: VecDeque<Key>,
    bytes: usize,
    limit: usize,
    next_generation: u64,
}

impl Cache {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            nodes: HashMap::new(),
            opened: HashMap::new(),
            blocks: HashMap::new(),
            queue: VecDeque::new(),
            bytes: 0,
            limit,
            next_generation: 1,
        }
    }

    /// The version of which the start of the content is here, of the file that was last opened at a
    /// path; 0 if it is not.
    pub(crate) fn known(&self, directory: Ino, path: &str) -> u64 {
        let opened = self.opened.get(&(directory, path.to_owned()));
        opened.map_or(0, |ino| self.version(*ino))
    }

    /// Notes which file was opened at a path.
    pub(crate) fn remember(&mut self, directory: Ino, path: &str, ino: Ino) {
        if self.opened.len() >= MAX_OPENED {
            self.opened.clear();
        }
        self.opened.insert((directory, path.to_owned()), ino);
    }

    fn version(&self, ino: Ino) -> u64 {
        let has_start = |node: &&Node| {
            let key = Key {
                ino,
                generation: node.generation,
                index: 0,
            };
            self.blocks.contains_key(&key)
        };
        let node = self.nodes.get(&ino).filter(has_start);
        node.map_or(0, |node| node.attributes.version)
    }

    /// The attributes, if they are leased; leases must be good.
    pub(crate) fn attributes(&self, ino: Ino) -> Option<&Attributes> {
        let node = self.nodes.get(&ino)?;
        (node.is_leased && node.has_attributes).then_some(&node.attributes)
    }

    /// The size and the generation of content that is leased; leases must be good.
    pub(crate) fn leased(&self, ino: Ino) -> Option<(u64, u64)> {
        let node = self.nodes.get(&ino)?;
        (node.is_leased).then_some((node.attributes.size, node.generation))
    }

    /// Notes what the server says of a file, and whether it gave a lease: content of another
    /// version is forgotten.
    pub(crate) fn note(&mut self, ino: Ino, attributes: Attributes, lease: Lease) {
        let generation = self.next_generation;
        self.next_generation += 1;
        let node = self.nodes.entry(ino).or_insert(Node {
            attributes,
            is_leased: false,
            has_attributes: false,
            generation,
            open: 0,
            blocks: 0,
        });
        if node.attributes.version != attributes.version {
            node.generation = generation;
        }
        node.attributes = attributes;
        node.is_leased = lease != Lease::None;
        node.has_attributes = true;
    }

    /// The same of a file that is open, if it is known here.
    pub(crate) fn confirm(&mut self, ino: Ino, attributes: Attributes, lease: Lease) {
        if self.nodes.contains_key(&ino) {
            self.note(ino, attributes, lease);
        }
    }

    /// One more description of the file is open.
    pub(crate) fn open(&mut self, ino: Ino) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.open += 1;
        }
    }

    /// One description fewer is open.
    pub(crate) fn close(&mut self, ino: Ino) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.open = node.open.saturating_sub(1);
            self.forget_unused(ino);
        }
    }

    fn forget_unused(&mut self, ino: Ino) {
        let is_unused = |node: &Node| node.open == 0 && node.blocks == 0;
        if self.nodes.get(&ino).is_some_and(is_unused) {
            self.nodes.remove(&ino);
        }
    }

    /// Gives the server's recall its due.
    pub(crate) fn recall(&mut self, node: u64) {
        let generation = self.next_generation;
        self.next_generation += 1;
        let forget = |known: &mut Node| {
            known.is_leased = false;
            // It may have been changed before this client's last change.
            known.generation = generation;
        };
        match node {
            ALL => self.nodes.values_mut().for_each(forget),
            _ => self.nodes.get_mut(&Ino(node)).into_iter().for_each(forget),
        }
    }

    /// Believes nothing any more that the server has not confirmed again.
    pub(crate) fn give_up_leases(&mut self) {
        for node in self.nodes.values_mut() {
            node.is_leased = false;
        }
    }

    /// Names have changed: of which inodes is not known, and with them links and times.
    pub(crate) fn forget_attributes(&mut self) {
        for node in self.nodes.values_mut() {
            node.has_attributes = false;
        }
    }

    /// Hands the bytes from `offset`, at most `len`, to `sink` as far as they are here, and says
    /// how many they were.
    pub(crate) fn read(
        &mut self,
        ino: Ino,
        generation: u64,
        offset: u64,
        len: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> usize {
        let mut read = 0;
        while read < len {
            let at = offset + read as u64;
            let key = Key {
                ino,
                generation,
                index: at / BLOCK as u64,
            };
            let Some(block) = self.blocks.get_mut(&key) else {
                break;
            };
            block.was_used = true;
            let skipped = (at % BLOCK as u64) as usize;
            let Some(bytes) = block.bytes.get(skipped..) else {
                break;
            };
            let piece = &bytes[..bytes.len().min(len - read)];
            if piece.is_empty() {
                break;
            }
            sink(piece);
            read += piece.len();
        }
        read
    }

    /// Keeps data that was asked for, unless the file was changed or recalled since.
    pub(crate) fn store_prefetched(&mut self, prefetch: &Prefetch, data: &[u8]) {
        let generation = self.nodes.get(&prefetch.ino).map(|node| node.generation);
        if generation == Some(prefetch.generation) && data.len() <= prefetch.len {
            self.store(prefetch.ino, prefetch.offset, data);
        }
    }

    /// Keeps data from `offset`, a multiple of [`BLOCK`], if there is a lease.
    pub(crate) fn store(&mut self, ino: Ino, offset: u64, data: &[u8]) {
        let Some(node) = self.nodes.get(&ino).filter(|node| node.is_leased) else {
            return;
        };
        let generation = node.generation;
        let size = node.attributes.size;
        let first = offset / BLOCK as u64;
        let mut stored = 0;
        for (index, bytes) in (first..).zip(data.chunks(BLOCK)) {
            let start = index * BLOCK as u64;
            // The last block of an answer that ends before the file does.
            if bytes.len() < BLOCK && start + (bytes.len() as u64) < size {
                break;
            }
            let key = Key {
                ino,
                generation,
                index,
            };
            let block = Block {
                bytes: bytes.into(),
                was_used: false,
            };
            self.bytes += bytes.len() + OVERHEAD;
            match self.blocks.insert(key, block) {
                Some(old) => self.bytes -= old.bytes.len() + OVERHEAD,
                None => {
                    self.queue.push_back(key);
                    stored += 1;
                }
            }
        }
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.blocks += stored;
        }
        self.make_room();
    }

    /// The file was changed by this client, which has seen all changes before: `attributes` are
    /// those after it. What was written is kept where its surroundings are.
    pub(crate) fn changed(&mut self, ino: Ino, attributes: Attributes, offset: u64, data: &[u8]) {
        let generation = self.next_generation;
        self.next_generation += 1;
        let Some(node) = self.nodes.get_mut(&ino) else {
            return;
        };
        let old_size = std::mem::replace(&mut node.attributes, attributes).size;
        node.has_attributes = node.is_leased;
        let is_known = node.is_leased && offset <= old_size && attributes.size >= old_size;
        if !is_known {
            // A cut, or a gap of zeros; or others may have changed it, too.
            node.generation = generation;
            return;
        }
        let generation = node.generation;
        let mut at = offset;
        let mut rest = data;
        while !rest.is_empty() {
            let skipped = (at % BLOCK as u64) as usize;
            let (piece, later) = rest.split_at(rest.len().min(BLOCK - skipped));
            let key = Key {
                ino,
                generation,
                index: at / BLOCK as u64,
            };
            self.patch(key, skipped, piece);
            at += piece.len() as u64;
            rest = later;
        }
    }

    /// Writes into a block that is here.
    fn patch(&mut self, key: Key, skipped: usize, piece: &[u8]) {
        let Some(block) = self.blocks.get_mut(&key) else {
            return;
        };
        let end = skipped + piece.len();
        if skipped > block.bytes.len() {
            // Zeros lie between, which nobody has sent.
            self.bytes -= block.bytes.len();
            block.bytes = Box::default();
            return;
        }
        if end > block.bytes.len() {
            self.bytes += end - block.bytes.len();
            let mut longer = std::mem::take(&mut block.bytes).into_vec();
            longer.resize(end, 0);
            block.bytes = longer.into();
        }
        block.bytes[skipped..end].copy_from_slice(piece);
    }

    /// Pushes blocks out, those first that nobody has used for longest.
    fn make_room(&mut self) {
        while self.bytes > self.limit {
            let Some(key) = self.queue.pop_front() else {
                return;
            };
            let current = self.nodes.get(&key.ino).map(|node| node.generation);
            if let Some(block) = self.blocks.get_mut(&key)
                && std::mem::take(&mut block.was_used)
                && current == Some(key.generation)
            {
                self.queue.push_back(key);
                continue;
            }
            if let Some(block) = self.blocks.remove(&key) {
                self.bytes -= block.bytes.len() + OVERHEAD;
            }
            if let Some(node) = self.nodes.get_mut(&key.ino) {
                node.blocks = node.blocks.saturating_sub(1);
                self.forget_unused(key.ino);
            }
        }
    }
}
