//! Where the pages of a large file are: a table of two levels, so that a sparse file costs what it
//! holds and a look-up is two indices.

use crate::error_code::{ErrorCode, Result};
use crate::space::{PAGE_SIZE, PageBytes, Space, new_page};

/// Pages of one leaf: 32 MiB of file.
const LEAF_PAGES: usize = 512;

/// The longest file, 16 TiB: its table's first level takes 2 MiB in wasm.
pub(crate) const MAX_FILE_SIZE: u64 = 1 << 44;

/// A page and how much of it is content.
#[derive(Debug)]
pub(crate) struct Page {
    bytes: PageBytes,
    /// Bytes from here on are arbitrary and stand for zeros.
    valid: u32,
}

impl Page {
    /// What the page holds; zeros follow.
    pub(crate) fn content(&self) -> &[u8] {
        &self.bytes[..self.valid as usize]
    }

    /// Whether the bytes up to `end` are content.
    pub(crate) fn holds(&self, end: usize) -> bool {
        end <= self.valid as usize
    }

    /// The bytes `start..start + len`, to be overwritten whole. They are content from now on, and
    /// so is a gap before them, as zeros.
    pub(crate) fn overwrite(&mut self, start: usize, len: usize) -> &mut [u8] {
        let valid = self.valid as usize;
        if start > valid {
            self.bytes[valid..start].fill(0);
        }
        let end = start + len;
        self.valid = valid.max(end) as u32;
        &mut self.bytes[start..end]
    }

    /// A page of its own that holds the same.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub(crate) fn copy_of(content: &[u8]) -> Result<Self> {
        let mut page = Self {
            bytes: new_page()?,
            valid: 0,
        };
        page.overwrite(0, content.len()).copy_from_slice(content);
        Ok(page)
    }

    /// Cuts the content to `len` bytes and returns how many went.
    fn truncate(&mut self, len: usize) -> u64 {
        let cut = (self.valid as usize).saturating_sub(len);
        self.valid -= cut as u32;
        cut as u64
    }
}

type Leaf<P> = [Option<P>; LEAF_PAGES];

/// The pages of one file by their index.
#[derive(Debug)]
pub(crate) struct PageTable<P = Page> {
    leaves: Vec<Option<Box<Leaf<P>>>>,
}

impl<P> Default for PageTable<P> {
    fn default() -> Self {
        Self { leaves: Vec::new() }
    }
}

impl<P> PageTable<P> {
    /// The page at `index`, or `None` for a hole.
    #[inline]
    pub(crate) fn get(&self, index: u64) -> Option<&P> {
        let (leaf, slot) = position(index);
        self.leaves.get(leaf)?.as_ref()?[slot].as_ref()
    }

    /// The page at `index`, or `None` for a hole.
    #[inline]
    pub(crate) fn get_mut(&mut self, index: u64) -> Option<&mut P> {
        let (leaf, slot) = position(index);
        self.leaves.get_mut(leaf)?.as_mut()?[slot].as_mut()
    }

    /// All pages and their indices, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &P)> {
        let leaves = (0..).zip(&self.leaves);
        let leaves = leaves.filter_map(|(leaf, slots)| Some((leaf, slots.as_ref()?)));
        leaves.flat_map(|(leaf, slots)| {
            let first = leaf * LEAF_PAGES as u64;
            let pages = (first..).zip(slots.iter());
            pages.filter_map(|(index, page)| Some((index, page.as_ref()?)))
        })
    }

    /// Takes all pages out, in order.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (u64, P)> {
        let leaves = (0..).zip(std::mem::take(&mut self.leaves));
        let leaves = leaves.filter_map(|(leaf, slots)| Some((leaf, slots?)));
        leaves.flat_map(|(leaf, slots)| {
            let first = leaf * LEAF_PAGES as u64;
            let pages = (first..).zip(*slots);
            pages.filter_map(|(index, page)| Some((index, page?)))
        })
    }

    /// Where the page at `index` is or is to be.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub(crate) fn slot(&mut self, index: u64) -> Result<&mut Option<P>> {
        let (leaf, slot) = position(index);
        if leaf >= self.leaves.len() {
            let missing = leaf + 1 - self.leaves.len();
            self.leaves
                .try_reserve(missing)
                .map_err(|_| ErrorCode::InsufficientSpace)?;
            self.leaves.resize_with(leaf + 1, || None);
        }
        let leaf = match &mut self.leaves[leaf] {
            Some(leaf) => leaf,
            empty => empty.insert(new_leaf()?),
        };
        Ok(&mut leaf[slot])
    }
}

impl PageTable {
    /// Puts a page without content where there is a hole.
    ///
    /// # Errors
    /// `InsufficientSpace`.
    pub(crate) fn insert(&mut self, index: u64, space: &Space) -> Result<&mut Page> {
        let slot = self.slot(index)?;
        let page = Page {
            bytes: space.take_page()?,
            valid: 0,
        };
        Ok(slot.insert(page))
    }

    /// Cuts everything behind `size` bytes, gives the pages back and returns how many bytes of
    /// content went.
    pub(crate) fn truncate(&mut self, size: u64, space: &Space) -> u64 {
        let kept_pages = size.div_ceil(PAGE_SIZE as u64);
        let (kept_leaf, kept_slot) = position(kept_pages);
        let mut freed = 0;
        let mut give = |slot: &mut Option<Page>| {
            if let Some(page) = slot.take() {
                freed += u64::from(page.valid);
                space.give_page(page.bytes);
            }
        };
        for leaf in self.leaves.iter_mut().skip(kept_leaf + 1).flatten() {
            leaf.iter_mut().for_each(&mut give);
        }
        if let Some(Some(leaf)) = self.leaves.get_mut(kept_leaf) {
            leaf[kept_slot..].iter_mut().for_each(&mut give);
        }
        let kept_leaves = kept_leaf + usize::from(kept_slot != 0);
        self.leaves.truncate(kept_leaves);
        let tail = (size % PAGE_SIZE as u64) as usize;
        if tail != 0
            && let Some(page) = self.get_mut(kept_pages - 1)
        {
            freed += page.truncate(tail);
        }
        freed
    }
}

fn position(index: u64) -> (usize, usize) {
    // MAX_FILE_SIZE keeps the first level below 2^19.
    let index = index as usize;
    (index / LEAF_PAGES, index % LEAF_PAGES)
}

fn new_leaf<P>() -> Result<Box<Leaf<P>>> {
    let mut slots = Vec::new();
    slots
        .try_reserve_exact(LEAF_PAGES)
        .map_err(|_| ErrorCode::InsufficientSpace)?;
    slots.resize_with(LEAF_PAGES, || None);
    slots
        .into_boxed_slice()
        .try_into()
        .map_err(|_| ErrorCode::InsufficientSpace)
}
