//! What lies beneath the pages that a file has written: shared, and never changed.

use std::sync::Arc;

use bytes::Bytes;

use crate::error_code::Result;
use crate::page_table::{Page, PageTable};
use crate::space::PAGE_SIZE;

/// Pages of a snapshot over the bytes of an image, either of which may be absent. Whatever neither
/// has is zeros.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    bytes: Bytes,
    pages: Option<Arc<PageTable<Arc<Page>>>>,
    /// Of the pages, what lies behind this was cut off.
    pages_end: u64,
}

impl From<Bytes> for Base {
    fn from(bytes: Bytes) -> Self {
        Self {
            bytes,
            pages: None,
            pages_end: 0,
        }
    }
}

impl Base {
    /// The bytes, if they are all there is.
    pub(crate) fn into_bytes(self) -> core::result::Result<Bytes, Self> {
        match self.pages {
            None => Ok(self.bytes),
            Some(_) => Err(self),
        }
    }

    /// Whether both are the same, seen without a look at the bytes.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        let same_pages = match (&self.pages, &other.pages) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => {
                Arc::ptr_eq(ours, theirs) && self.pages_end == other.pages_end
            }
            (None, Some(_)) | (Some(_), None) => false,
        };
        let (ours, theirs) = (&self.bytes, &other.bytes);
        let same_bytes =
            ours.len() == theirs.len() && (ours.is_empty() || ours.as_ptr() == theirs.as_ptr());
        same_pages && same_bytes
    }

    /// Whether both hold the same bytes; zeros at the end are nothing.
    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        let mut indices = self.indices().chain(other.indices());
        indices.all(|index| {
            let (ours, theirs) = (self.page(index), other.page(index));
            let is_shared = ours.as_ptr() == theirs.as_ptr() && ours.len() == theirs.len();
            is_shared || is_equal_up_to_zeros(ours, theirs)
        })
    }

    /// The pages that are not holes.
    fn indices(&self) -> impl Iterator<Item = u64> {
        let of_bytes = 0..(self.bytes.len() as u64).div_ceil(PAGE_SIZE as u64);
        let paged = self.pages.iter().flat_map(|pages| pages.iter());
        let paged = paged.map(|(index, _)| index);
        paged.chain(of_bytes.filter(|index| !self.has_page(*index)))
    }

    /// What the page at `index` holds; zeros follow.
    pub(crate) fn page(&self, index: u64) -> &[u8] {
        let start = index * PAGE_SIZE as u64;
        if let Some(page) = self.pages.as_ref().and_then(|pages| pages.get(index)) {
            let left = within(self.pages_end.saturating_sub(start), PAGE_SIZE);
            let content = page.content();
            return &content[..content.len().min(left)];
        }
        let start = within(start, self.bytes.len());
        &self.bytes[start..self.bytes.len().min(start + PAGE_SIZE)]
    }

    /// Cuts off what lies behind `size`. Returns how many bytes that were, but for those that
    /// `is_covered` says are not seen.
    pub(crate) fn truncate(&mut self, size: u64, is_covered: impl Fn(u64) -> bool) -> u64 {
        let cut = self
            .indices()
            .filter(|index| *index >= size / PAGE_SIZE as u64 && !is_covered(*index))
            .map(|index| {
                let kept = within(size.saturating_sub(index * PAGE_SIZE as u64), PAGE_SIZE);
                self.page(index).len().saturating_sub(kept) as u64
            })
            .sum();
        self.bytes.truncate(within(size, self.bytes.len()));
        self.pages_end = self.pages_end.min(size);
        cut
    }

    fn has_page(&self, index: u64) -> bool {
        let pages = self.pages.as_ref();
        pages.is_some_and(|pages| pages.get(index).is_some())
    }

    /// Lays `pages` over what is here, and leaves none of them. Returns how many bytes they hold.
    ///
    /// # Errors
    /// `InsufficientSpace`; nothing has changed then.
    pub(crate) fn absorb(&mut self, pages: &mut PageTable) -> Result<u64> {
        if pages.iter().next().is_none() {
            return Ok(0);
        }
        let mut merged = PageTable::<Arc<Page>>::default();
        if let Some(beneath) = &self.pages {
            for (index, page) in beneath.iter() {
                let content = self.page(index);
                if content.is_empty() || pages.get(index).is_some() {
                    continue;
                }
                let is_whole = content.len() == page.content().len();
                *merged.slot(index)? = Some(if is_whole {
                    page.clone()
                } else {
                    Arc::new(Page::copy_of(content)?)
                });
            }
        }
        for (index, _) in pages.iter() {
            merged.slot(index)?;
        }
        let mut written = 0;
        for (index, page) in pages.drain() {
            written += page.content().len() as u64;
            self.pages_end = self.pages_end.max((index + 1) * PAGE_SIZE as u64);
            *merged.slot(index)? = Some(Arc::new(page));
        }
        self.pages = Some(Arc::new(merged));
        Ok(written)
    }
}

fn is_equal_up_to_zeros(one: &[u8], other: &[u8]) -> bool {
    let common = one.len().min(other.len());
    let rest = one[common..].iter().chain(&other[common..]);
    one[..common] == other[..common] && rest.into_iter().all(|byte| *byte == 0)
}

fn within(value: u64, limit: usize) -> usize {
    usize::try_from(value).map_or(limit, |value| value.min(limit))
}
