//! What a file holds: one exact buffer while it is small, pages when it is large, the embedded
//! image until it is changed. Holes take no room.

use std::sync::Arc;

use bytes::Bytes;

use crate::base::Base;
use crate::error_code::{ErrorCode, Result};
use crate::page_table::{MAX_FILE_SIZE, Page, PageTable};
use crate::space::{PAGE_SIZE, Space};

/// The longest file held in one buffer.
const SMALL_MAX: u64 = PAGE_SIZE as u64;

/// What holes are read from, piece by piece. Constants are stored in a guest's module, so it is
/// short.
static ZEROS: [u8; 4096] = [0; 4096];

/// The content of one file. What it stores is charged to its file system, and released on drop.
#[derive(Debug)]
pub(crate) struct Content {
    size: u64,
    extents: Extents,
    /// Bytes that are shared, but were written here and are still charged.
    shared_charge: u64,
    space: Arc<Space>,
}

/// Content that does not change any more, for whoever begins with it.
#[derive(Clone, Debug)]
pub(crate) struct Frozen {
    size: u64,
    base: Base,
}

impl Frozen {
    /// Whether both hold the same bytes. What they share is not read.
    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        self.size == other.size
            && (self.base.is_shared_with(&other.base) || self.base.is_equal(&other.base))
    }
}

impl From<Bytes> for Frozen {
    fn from(bytes: Bytes) -> Self {
        Self {
            size: bytes.len() as u64,
            base: Base::from(bytes),
        }
    }
}

/// Where the bytes are. Whatever an extent does not have, up to the size, is zeros.
#[derive(Debug)]
enum Extents {
    Small(Vec<u8>),
    /// Not written since it was shared or came out of an image, where it is read in place.
    Embedded(Bytes),
    /// Where there is no page, the base shows through.
    Paged {
        base: Base,
        pages: PageTable,
    },
}

impl Content {
    pub(crate) fn empty(space: Arc<Space>) -> Self {
        Self {
            size: 0,
            extents: Extents::Small(Vec::new()),
            shared_charge: 0,
            space,
        }
    }

    /// The content that begins as `frozen` is. Nothing is charged until it changes.
    pub(crate) fn over(frozen: Frozen, space: Arc<Space>) -> Self {
        let extents = match frozen.base.into_bytes() {
            Ok(bytes) => Extents::Embedded(bytes),
            Err(base) => Extents::Paged {
                base,
                pages: PageTable::default(),
            },
        };
        Self {
            size: frozen.size,
            extents,
            shared_charge: 0,
            space,
        }
    }

    /// The content as it is now, shared from now on. What is charged stays so until it is changed.
    ///
    /// # Errors
    /// `InsufficientSpace`; nothing has changed then.
    pub(crate) fn freeze(&mut self) -> Result<Frozen> {
        match &mut self.extents {
            Extents::Small(buffer) => {
                self.shared_charge = buffer.len() as u64;
                self.extents = Extents::Embedded(Bytes::from(std::mem::take(buffer)));
            }
            Extents::Embedded(_) => {}
            Extents::Paged { base, pages } => {
                let written = base.absorb(pages)?;
                self.shared_charge += written;
            }
        }
        let base = match &self.extents {
            Extents::Small(_) => Base::default(),
            Extents::Embedded(bytes) => Base::from(bytes.clone()),
            Extents::Paged { base, .. } => base.clone(),
        };
        let size = self.size;
        Ok(Frozen { size, base })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// All of it, in place if it was never written, otherwise copied, which is taken from `room`.
    ///
    /// # Errors
    /// `FileTooLarge` (for the room), `InsufficientMemory`.
    pub(crate) fn to_bytes(&self, room: &mut u64) -> Result<Bytes> {
        if let Extents::Embedded(bytes) = &self.extents
            && bytes.len() as u64 == self.size
        {
            return Ok(bytes.clone());
        }
        *room = room.checked_sub(self.size).ok_or(ErrorCode::FileTooLarge)?;
        let len = usize::try_from(self.size).map_err(|_| ErrorCode::InsufficientMemory)?;
        let mut copy = Vec::new();
        copy.try_reserve_exact(len)
            .map_err(|_| ErrorCode::InsufficientMemory)?;
        self.read(0, len, |piece| copy.extend_from_slice(piece));
        Ok(copy.into())
    }

    /// Hands up to `len` bytes from `offset` to `sink` and returns how many.
    #[inline]
    pub(crate) fn read(&self, offset: u64, len: usize, mut sink: impl FnMut(&[u8])) -> usize {
        let end = self.size.min(offset.saturating_add(len as u64));
        let mut at = offset;
        while at < end {
            let piece = self.piece(at, end);
            sink(piece);
            at += piece.len() as u64;
        }
        at.saturating_sub(offset) as usize
    }

    /// The longest piece in one place that starts at `at` and ends by `end`; never empty.
    #[inline]
    fn piece(&self, at: u64, end: u64) -> &[u8] {
        match &self.extents {
            Extents::Small(buffer) => slice_or_zeros(buffer, at, end),
            Extents::Embedded(bytes) => slice_or_zeros(bytes, at, end),
            Extents::Paged { base, pages } => {
                let index = at / PAGE_SIZE as u64;
                let start = index * PAGE_SIZE as u64;
                let end = end.min(start + PAGE_SIZE as u64);
                match pages.get(index) {
                    Some(page) => slice_or_zeros(page.content(), at - start, end - start),
                    None => slice_or_zeros(base.page(index), at - start, end - start),
                }
            }
        }
    }

    /// Writes `len` bytes at `offset` and returns how many there was room for.
    ///
    /// # Errors
    /// `FileTooLarge`, `InsufficientSpace` (for not a single byte).
    #[inline]
    pub(crate) fn write(
        &mut self,
        offset: u64,
        len: usize,
        source: impl FnMut(&mut [u8]),
    ) -> Result<usize> {
        let end = offset
            .checked_add(len as u64)
            .filter(|end| *end <= MAX_FILE_SIZE)
            .ok_or(ErrorCode::FileTooLarge)?;
        if len == 0 {
            return Ok(0);
        }
        if !matches!(self.extents, Extents::Paged { .. }) {
            self.prepare_for_write(end)?;
        }
        let written = match &mut self.extents {
            Extents::Small(buffer) => {
                write_small(buffer, &self.space, offset as usize, len, source)?
            }
            Extents::Paged { base, pages } => {
                let over = Over {
                    base,
                    charge: &mut self.shared_charge,
                    space: &self.space,
                };
                write_pages(pages, over, offset, len, source)?
            }
            Extents::Embedded(_) => unreachable!("embedded content is unshared before a write"),
        };
        self.size = self.size.max(offset + written as u64);
        Ok(written)
    }

    /// Chooses the extents that can take a write up to `end`.
    #[inline(never)]
    fn prepare_for_write(&mut self, end: u64) -> Result<()> {
        match &mut self.extents {
            Extents::Paged { .. } => {}
            Extents::Small(_) if end <= SMALL_MAX => {}
            Extents::Small(buffer) => {
                let mut pages = PageTable::default();
                if !buffer.is_empty() {
                    let page = pages.insert(0, &self.space)?;
                    page.overwrite(0, buffer.len()).copy_from_slice(buffer);
                }
                self.extents = Extents::Paged {
                    base: Base::default(),
                    pages,
                };
            }
            Extents::Embedded(bytes) if self.size <= SMALL_MAX && end <= SMALL_MAX => {
                let mut buffer = Vec::new();
                buffer
                    .try_reserve_exact(bytes.len())
                    .map_err(|_| ErrorCode::InsufficientSpace)?;
                // All of it or nothing: what the buffer holds and what is shared are the same.
                let paid = self.shared_charge as usize;
                grant(&self.space, paid, bytes.len(), 0, bytes.len())?;
                buffer.extend_from_slice(bytes);
                self.shared_charge = 0;
                self.extents = Extents::Small(buffer);
            }
            Extents::Embedded(bytes) => {
                self.extents = Extents::Paged {
                    base: Base::from(std::mem::take(bytes)),
                    pages: PageTable::default(),
                };
            }
        }
        Ok(())
    }

    /// Cuts the content to `size`, or extends it with a hole.
    ///
    /// # Errors
    /// `FileTooLarge`.
    pub(crate) fn set_size(&mut self, size: u64) -> Result<()> {
        if size > MAX_FILE_SIZE {
            return Err(ErrorCode::FileTooLarge);
        }
        if size < self.size {
            self.cut(size);
        }
        self.size = size;
        Ok(())
    }

    fn cut(&mut self, size: u64) {
        if size == 0 {
            self.empty_out();
            return;
        }
        match &mut self.extents {
            Extents::Small(buffer) => {
                let kept = clamp(size, buffer.len());
                self.space.release((buffer.len() - kept) as u64);
                buffer.truncate(kept);
            }
            Extents::Embedded(bytes) => {
                let kept = clamp(size, bytes.len());
                let cut = (bytes.len() - kept) as u64;
                bytes.truncate(kept);
                self.give_back(cut);
            }
            Extents::Paged { base, pages } => {
                let cut = base.truncate(size, |index| pages.get(index).is_some());
                self.space.release(pages.truncate(size, &self.space));
                self.give_back(cut);
            }
        }
    }

    fn empty_out(&mut self) {
        let freed = match &mut self.extents {
            Extents::Small(buffer) => buffer.len() as u64,
            Extents::Embedded(_) => 0,
            Extents::Paged { pages, .. } => pages.truncate(0, &self.space),
        };
        self.space.release(freed);
        self.extents = Extents::Small(Vec::new());
        self.give_back(u64::MAX);
    }

    /// Releases shared bytes that do not show any more, as far as they are charged.
    fn give_back(&mut self, bytes: u64) {
        let released = bytes.min(self.shared_charge);
        self.shared_charge -= released;
        self.space.release(released);
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.cut(0);
    }
}

#[inline(never)]
fn write_small(
    buffer: &mut Vec<u8>,
    space: &Space,
    start: usize,
    len: usize,
    mut source: impl FnMut(&mut [u8]),
) -> Result<usize> {
    let stored = buffer.len();
    let len = grant(space, stored, 0, start, len)?;
    let end = start + len;
    if end > stored {
        let growth = end - stored;
        let reserved = if stored == 0 {
            buffer.try_reserve_exact(growth)
        } else {
            buffer.try_reserve(growth)
        };
        if reserved.is_err() {
            space.release(growth as u64);
            return Err(ErrorCode::InsufficientSpace);
        }
        buffer.resize(end, 0);
    }
    source(&mut buffer[start..end]);
    Ok(len)
}

/// What lies beneath the pages of a file, and who pays for it.
struct Over<'c> {
    base: &'c Base,
    /// Bytes of the base that are charged.
    charge: &'c mut u64,
    space: &'c Space,
}

impl Over<'_> {
    fn reborrow(&mut self) -> Over<'_> {
        Over {
            base: self.base,
            charge: self.charge,
            space: self.space,
        }
    }
}

fn write_pages(
    pages: &mut PageTable,
    mut over: Over<'_>,
    offset: u64,
    len: usize,
    mut source: impl FnMut(&mut [u8]),
) -> Result<usize> {
    let mut done = 0;
    while done < len {
        let at = offset + done as u64;
        let index = at / PAGE_SIZE as u64;
        let start = (at % PAGE_SIZE as u64) as usize;
        let wanted = (PAGE_SIZE - start).min(len - done);
        let piece = match pages.get_mut(index) {
            // Most writes are over what is there: nothing to charge.
            Some(page) if page.holds(start + wanted) => Ok(page.overwrite(start, wanted)),
            Some(page) => grow(page, over.space, start, wanted),
            None => new_page(pages, over.reborrow(), index, start, wanted),
        };
        match piece {
            Ok(piece) => {
                source(piece);
                done += piece.len();
                if piece.len() != wanted {
                    break;
                }
            }
            Err(error) if done == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(done)
}

/// Makes `len` bytes at `start` of a page content, or as many as can be had.
///
/// # Errors
/// `InsufficientSpace` (for not a single byte).
#[inline(never)]
fn grow<'p>(page: &'p mut Page, space: &Space, start: usize, len: usize) -> Result<&'p mut [u8]> {
    let granted = grant(space, page.content().len(), 0, start, len)?;
    Ok(page.overwrite(start, granted))
}

/// Puts a page where there is none, with what was beneath it, and makes `len` bytes at `start`
/// content, or as many as can be had.
///
/// # Errors
/// `InsufficientSpace` (for not a single byte).
#[cold]
#[inline(never)]
fn new_page<'t>(
    pages: &'t mut PageTable,
    over: Over<'_>,
    index: u64,
    start: usize,
    len: usize,
) -> Result<&'t mut [u8]> {
    let beneath = over.base.page(index);
    let paid = beneath.len().min(clamp(*over.charge, PAGE_SIZE));
    let granted = grant(over.space, paid, beneath.len(), start, len)?;
    let page = pages.insert(index, over.space).inspect_err(|_| {
        let charged = beneath.len().max(start + granted) - paid;
        over.space.release(charged as u64);
    })?;
    *over.charge -= paid as u64;
    // What will be overwritten whole is not copied first.
    if start > 0 || granted < beneath.len() {
        page.overwrite(0, beneath.len()).copy_from_slice(beneath);
    }
    Ok(page.overwrite(start, granted))
}

/// Charges for `len` bytes at `start` of a buffer of which `stored` bytes are paid for and `kept`
/// must be stored in any case. Returns how many of `len` the quota allows.
///
/// # Errors
/// `InsufficientSpace` (not a single byte); nothing is charged then.
#[inline]
fn grant(space: &Space, stored: usize, kept: usize, start: usize, len: usize) -> Result<usize> {
    let wanted = (start + len).max(kept).saturating_sub(stored);
    let granted = space.charge_up_to(wanted as u64) as usize;
    if granted == wanted {
        return Ok(len);
    }
    let reach = stored + granted;
    if reach < kept || reach <= start {
        space.release(granted as u64);
        return Err(ErrorCode::InsufficientSpace);
    }
    Ok(reach - start)
}

fn slice_or_zeros(bytes: &[u8], start: u64, end: u64) -> &[u8] {
    if start < bytes.len() as u64 {
        &bytes[start as usize..clamp(end, bytes.len())]
    } else {
        &ZEROS[..clamp(end - start, ZEROS.len())]
    }
}

fn clamp(value: u64, limit: usize) -> usize {
    usize::try_from(value).map_or(limit, |value| value.min(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Limits;

    fn content(limit: u64) -> (Content, Arc<Space>) {
        let space = Arc::new(Space::new(Limits {
            bytes: limit,
            inodes: 1,
        }));
        (Content::empty(space.clone()), space)
    }

    fn read_all(content: &Content) -> Vec<u8> {
        let mut all = Vec::new();
        content.read(0, usize::MAX, |piece| all.extend_from_slice(piece));
        all
    }

    #[test]
    fn recycled_pages_never_show_old_bytes() {
        let (mut file, space) = content(u64::MAX);
        file.write(0, 3 * PAGE_SIZE, |piece| piece.fill(7))
            .expect("room");
        file.set_size(0).expect("small");
        assert_eq!(space.usage().bytes, 0);
        file.write(PAGE_SIZE as u64 + 10, 1, |piece| piece.fill(1))
            .expect("room");
        file.set_size(2 * PAGE_SIZE as u64).expect("small");
        let all = read_all(&file);
        assert_eq!(all.iter().filter(|byte| **byte != 0).count(), 1);
        assert_eq!(all[PAGE_SIZE + 10], 1);
    }

    #[test]
    fn the_quota_is_exact_to_the_byte() {
        let limit = PAGE_SIZE + 100;
        let (mut file, space) = content(limit as u64);
        let written = file.write(0, 2 * PAGE_SIZE, |piece| piece.fill(1));
        assert_eq!(written, Ok(limit));
        assert_eq!(file.size(), limit as u64);
        assert_eq!(
            file.write(limit as u64, 1, |_| panic!("no room, so no source")),
            Err(ErrorCode::InsufficientSpace)
        );
        assert_eq!(space.usage().bytes, limit as u64);
        assert_eq!(file.write(5, 1000, |piece| piece.fill(2)), Ok(1000));
        drop(file);
        assert_eq!(space.usage().bytes, 0);
    }

    #[test]
    fn embedded_bytes_are_free_until_they_change() {
        let image = Bytes::from(vec![9; 3 * PAGE_SIZE + 5]);
        let (_, space) = content(u64::MAX);
        let mut file = Content::over(Frozen::from(image), space.clone());
        assert_eq!(space.usage().bytes, 0);
        file.write(PAGE_SIZE as u64 + 1, 1, |piece| piece.fill(1))
            .expect("room");
        assert_eq!(space.usage().bytes, PAGE_SIZE as u64);
        let mut expected = vec![9; 3 * PAGE_SIZE + 5];
        expected[PAGE_SIZE + 1] = 1;
        assert_eq!(read_all(&file), expected);
        file.set_size(PAGE_SIZE as u64 / 2).expect("small");
        file.set_size(PAGE_SIZE as u64 * 3).expect("small");
        let tail_is_zero = read_all(&file)[PAGE_SIZE / 2..]
            .iter()
            .all(|byte| *byte == 0);
        assert!(tail_is_zero, "what was cut off must not come back");
    }

    #[test]
    fn sparse_files_take_what_they_hold() {
        let (mut file, space) = content(u64::MAX);
        let far = MAX_FILE_SIZE - 1;
        assert_eq!(file.write(far, 1, |piece| piece.fill(1)), Ok(1));
        assert_eq!(space.usage().bytes, PAGE_SIZE as u64);
        assert_eq!(file.size(), MAX_FILE_SIZE);
        assert_eq!(
            file.write(far, 2, |piece| piece.fill(1)),
            Err(ErrorCode::FileTooLarge)
        );
    }
}
