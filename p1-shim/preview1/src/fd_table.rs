//! The descriptor table: the whole fd space of a guest, standard streams included.

use alloc::boxed::Box;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use fs_core::{Descriptor, DescriptorFlags, Preopen};

use crate::errno::{Errno, Result};
use crate::outside::{Output, Stdio};
use crate::snapshots::{Snapshot, Snapshots};
use crate::types::{Fd, FdFlags};

/// What an open number stands for.
pub(crate) enum Entry<D> {
    Stdio(Stdio),
    File(File<D>),
    Directory(Directory<D>),
}

/// An open file: a description, and what preview 1 adds to it.
pub(crate) struct File<D> {
    pub(crate) descriptor: D,
    /// What it was opened for; kept here because every read and write asks.
    pub(crate) access: DescriptorFlags,
    pub(crate) flags: FdFlags,
    /// Where the next read or write starts: at most 2^63 - 1.
    pub(crate) position: u64,
}

/// An open directory.
pub(crate) struct Directory<D> {
    pub(crate) descriptor: D,
    /// The name it was given under, if it was. It moves with the descriptor, not with the number.
    pub(crate) preopen: Option<Box<str>>,
    /// The directory as it was when reading it last began.
    pub(crate) listing: Option<Box<Snapshot>>,
}

impl<D> File<D> {
    /// # Errors
    /// `BADF`: not opened for that.
    #[inline]
    pub(crate) fn require(&self, access: DescriptorFlags) -> Result {
        if self.access.contains(access) {
            Ok(())
        } else {
            Err(Errno::BADF)
        }
    }
}

/// Open numbers and what they stand for.
pub(crate) struct FdTable<D> {
    entries: Vec<Option<Entry<D>>>,
    /// The closed numbers below `entries.len()`, each once, the lowest first. There is room for
    /// all of them, so that closing never allocates.
    closed: BinaryHeap<Reverse<u32>>,
    /// The number that is not given any more.
    limit: u32,
    /// What the directories among the entries have been read into.
    pub(crate) snapshots: Snapshots,
}

impl<D: Descriptor> FdTable<D> {
    /// The standard streams at 0, 1 and 2, the preopens from 3 on without a hole.
    pub(crate) fn new(preopens: Vec<Preopen<D>>, limit: u32) -> Self {
        let streams = [
            Stdio::Input,
            Stdio::Output(Output::Stdout),
            Stdio::Output(Output::Stderr),
        ];
        let directories = preopens.into_iter().map(|preopen| {
            Entry::Directory(Directory {
                descriptor: preopen.descriptor,
                preopen: Some(preopen.name.into_boxed_str()),
                listing: None,
            })
        });
        let streams = streams.into_iter().map(Entry::Stdio);
        let entries: Vec<_> = streams.chain(directories).map(Some).collect();
        Self {
            closed: BinaryHeap::with_capacity(entries.len()),
            entries,
            limit,
            snapshots: Snapshots::default(),
        }
    }

    /// # Errors
    /// `BADF`: closed.
    #[inline]
    pub(crate) fn get(&self, fd: Fd) -> Result<&Entry<D>> {
        match self.entries.get(fd.0 as usize) {
            Some(Some(entry)) => Ok(entry),
            Some(None) | None => Err(Errno::BADF),
        }
    }

    /// # Errors
    /// `BADF`: closed.
    #[inline]
    pub(crate) fn get_mut(&mut self, fd: Fd) -> Result<&mut Entry<D>> {
        match self.entries.get_mut(fd.0 as usize) {
            Some(Some(entry)) => Ok(entry),
            Some(None) | None => Err(Errno::BADF),
        }
    }

    /// The directory that is read.
    ///
    /// # Errors
    /// `BADF`: closed. `NOTDIR`: anything else.
    pub(crate) fn directory_to_read(&mut self, fd: Fd) -> Result<&mut Directory<D>> {
        match self.get_mut(fd)? {
            Entry::Directory(directory) => Ok(directory),
            Entry::File(_) | Entry::Stdio(_) => Err(Errno::NOTDIR),
        }
    }

    /// Gives up the snapshots that have been read to their end. Whoever goes on from there gets a
    /// new one.
    pub(crate) fn forget_finished_snapshots(&mut self) {
        for entry in self.entries.iter_mut().flatten() {
            if let Entry::Directory(directory) = entry {
                directory.listing.take_if(|snapshot| snapshot.is_finished);
            }
        }
    }

    /// The directory that paths start from.
    ///
    /// # Errors
    /// `BADF`: closed, or a standard stream. `NOTDIR`: a file.
    pub(crate) fn directory(&self, fd: Fd) -> Result<&Directory<D>> {
        match self.get(fd)? {
            Entry::Directory(directory) => Ok(directory),
            Entry::File(_) => Err(Errno::NOTDIR),
            Entry::Stdio(_) => Err(Errno::BADF),
        }
    }

    /// The lowest closed number.
    ///
    /// # Errors
    /// `MFILE`: there is none below the limit.
    pub(crate) fn vacant(&self) -> Result<Fd> {
        let lowest = match self.closed.peek() {
            Some(&Reverse(fd)) => fd,
            None => u32::try_from(self.entries.len()).map_err(|_| Errno::MFILE)?,
        };
        if lowest < self.limit {
            Ok(Fd(lowest))
        } else {
            Err(Errno::MFILE)
        }
    }

    /// Opens a number that [`FdTable::vacant`] gave.
    ///
    /// # Errors
    /// `NOMEM`.
    pub(crate) fn open(&mut self, fd: Fd, entry: Entry<D>) -> Result {
        if let Some(slot) = self.entries.get_mut(fd.0 as usize) {
            *slot = Some(entry);
            self.closed.pop();
        } else {
            let room = self.entries.len() + 1 - self.closed.len();
            self.entries.try_reserve(1).map_err(|_| Errno::NOMEM)?;
            self.closed.try_reserve(room).map_err(|_| Errno::NOMEM)?;
            self.entries.push(Some(entry));
        }
        Ok(())
    }

    /// # Errors
    /// `BADF`: closed.
    pub(crate) fn close(&mut self, fd: Fd) -> Result {
        self.remove(fd).map(drop)
    }

    /// Moves what `from` stands for to `to`, and closes what that stood for.
    ///
    /// # Errors
    /// `BADF`: one of them is closed. To itself: nothing changes.
    pub(crate) fn renumber(&mut self, from: Fd, to: Fd) -> Result {
        self.get(to)?;
        if from == to {
            return Ok(());
        }
        let entry = self.remove(from)?;
        *self.get_mut(to)? = entry;
        Ok(())
    }

    fn remove(&mut self, fd: Fd) -> Result<Entry<D>> {
        let slot = self.entries.get_mut(fd.0 as usize).ok_or(Errno::BADF)?;
        let entry = slot.take().ok_or(Errno::BADF)?;
        self.closed.push(Reverse(fd.0));
        Ok(entry)
    }
}
