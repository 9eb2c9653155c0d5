//! The room a file system has: its quota, and the pages that wait to be used again.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error_code::{ErrorCode, Result};

/// Bytes of a page: the unit in which large files are held.
pub(crate) const PAGE_SIZE: usize = 64 * 1024;

/// Where pages start within the 4 KiB blocks of memory. Copying between addresses that are equal
/// but for a few bytes within such a block is up to twenty times slower on some processors
/// (4K aliasing). Programs keep their buffers at or near the start of a block, pages keep clear.
const SKEW: usize = 2048;
const BLOCK: usize = 4096;

/// The bytes of one page, always initialised; what they hold is up to the owner.
#[derive(Debug)]
pub(crate) struct PageBytes(Box<[u8; PAGE_SIZE + BLOCK]>);

impl PageBytes {
    #[inline]
    fn start(&self) -> usize {
        SKEW.wrapping_sub(self.0.as_ptr().addr()) % BLOCK
    }
}

impl Deref for PageBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        let start = self.start();
        &self.0[start..start + PAGE_SIZE]
    }
}

impl DerefMut for PageBytes {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        let start = self.start();
        &mut self.0[start..start + PAGE_SIZE]
    }
}

/// Free pages kept for the next file, 64 MiB. A page from here needs no clearing.
const POOLED_PAGES: usize = 1024;

/// How much a file system may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of content and of the targets of symbolic links; holes do not count.
    pub bytes: u64,
    /// Inodes, the root among them, and further names of inodes.
    pub inodes: u64,
}

impl Default for Limits {
    /// 3 GiB and 2^20 inodes: what fits into one wasm memory.
    fn default() -> Self {
        Self {
            bytes: 3 << 30,
            inodes: 1 << 20,
        }
    }
}

/// How much a file system holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of content and of the targets of symbolic links; holes do not count.
    pub bytes: u64,
    /// Inodes, the root and open files without a name among them, and further names of inodes.
    pub inodes: u64,
}

/// The account of one file system. Everything is charged before it is allocated.
#[derive(Debug)]
pub(crate) struct Space {
    limits: Limits,
    bytes: AtomicU64,
    inodes: AtomicU64,
    pool: Mutex<Vec<PageBytes>>,
}

impl Space {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            bytes: AtomicU64::new(0),
            inodes: AtomicU64::new(0),
            pool: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            bytes: self.bytes.load(Ordering::Relaxed),
            inodes: self.inodes.load(Ordering::Relaxed),
        }
    }

    /// Charges `wanted` bytes, or what is left of the quota, and returns how many.
    pub(crate) fn charge_up_to(&self, wanted: u64) -> u64 {
        if wanted == 0 {
            return 0;
        }
        let mut granted = 0;
        let grant = |used: u64| {
            granted = wanted.min(self.limits.bytes.saturating_sub(used));
            Some(used + granted)
        };
        // The closure always answers `Some`, so the update cannot fail.
        let _ = self
            .bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, grant);
        granted
    }

    /// Charges all of `bytes`.
    ///
    /// # Errors
    /// `InsufficientSpace`: there is less.
    pub(crate) fn charge(&self, bytes: u64) -> Result<()> {
        let granted = self.charge_up_to(bytes);
        if granted < bytes {
            self.release(granted);
            return Err(ErrorCode::InsufficientSpace);
        }
        Ok(())
    }

    pub(crate) fn release(&self, bytes: u64) {
        if bytes != 0 {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    pub(crate) fn charge_inode(&self) -> Result<()> {
        self.charge_inodes(1)
    }

    pub(crate) fn charge_inodes(&self, count: u64) -> Result<()> {
        self.inodes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(count)
                    .filter(|total| *total <= self.limits.inodes)
            })
            .map(drop)
            .map_err(|_| ErrorCode::InsufficientSpace)
    }

    /// An image that was not verified may have fewer inodes and names than it shows.
    pub(crate) fn release_inode(&self) {
        let less = |used: u64| Some(used.saturating_sub(1));
        // The closure always answers `Some`, so the update cannot fail.
        let _ = self
            .inodes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// A page whose bytes are arbitrary.
    ///
    /// # Errors
    /// `InsufficientSpace`: the allocator has none.
    pub(crate) fn take_page(&self) -> Result<PageBytes> {
        let pooled = self
            .pool
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        pooled.map_or_else(new_page, Ok)
    }

    pub(crate) fn give_page(&self, page: PageBytes) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < POOLED_PAGES && pool.try_reserve(1).is_ok() {
            pool.push(page);
        }
    }
}

/// A page that nobody had before.
///
/// # Errors
/// `InsufficientSpace`: the allocator has none.
pub(crate) fn new_page() -> Result<PageBytes> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(PAGE_SIZE + BLOCK)
        .map_err(|_| ErrorCode::InsufficientSpace)?;
    bytes.resize(PAGE_SIZE + BLOCK, 0);
    let bytes = bytes.into_boxed_slice().try_into();
    bytes
        .map(PageBytes)
        .map_err(|_| ErrorCode::InsufficientSpace)
}
