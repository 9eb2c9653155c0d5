//! Reading: from the cache, from the server, and ahead.

use std::sync::{MutexGuard, PoisonError};

use fs_core::Result;
use rpc_protocol::{Lease, MAX_DATA, Operation, Outcome};

use super::{RemoteDescriptor, unexpected};
use crate::cache::{BLOCK, Prefetch};
use crate::link::Connector;
use crate::readahead::Readahead;
use crate::session::{Session, next};

impl<C: Connector> RemoteDescriptor<C> {
    pub(super) fn readahead(&self) -> MutexGuard<'_, Readahead> {
        let readahead = self.0.readahead.lock();
        readahead.unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to [`MAX_DATA`] bytes from an offset; none only at the end.
    pub(super) fn read_piece(
        &self,
        session: &mut Session<C>,
        offset: u64,
        len: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<usize> {
        let len = len.min(MAX_DATA);
        let read = Operation::Read {
            handle: self.0.handle,
            offset,
            len: len as u32,
        };
        session.call(&read, |outcome| match outcome {
            Outcome::Data(data) if data.len() <= len => {
                if !data.is_empty() {
                    sink(data);
                }
                Ok(data.len())
            }
            other => Err(unexpected(&other)),
        })
    }

    /// Some bytes from an offset, from the cache if they are there; none only at the end.
    pub(super) fn read_cached(
        &self,
        session: &mut Session<C>,
        readahead: &mut Readahead,
        offset: u64,
        len: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<usize> {
        let ino = self.0.ino;
        loop {
            let is_leased = session.has_leases();
            let leased = session.cache.leased(ino).filter(|_| is_leased);
            if let Some((size, generation)) = leased
                && offset <= i64::MAX as u64
            {
                let wanted = (size.saturating_sub(offset)).min(len as u64) as usize;
                let read = session.cache.read(ino, generation, offset, wanted, sink);
                if read > 0 || wanted == 0 {
                    return Ok(read);
                }
                if session.await_prefetch(ino, offset)? {
                    continue;
                }
            }
            return self.fetch(session, readahead, leased.is_some(), offset, len, sink);
        }
    }

    /// Some bytes from an offset, from the server; they are kept if there is a lease.
    fn fetch(
        &self,
        session: &mut Session<C>,
        readahead: &mut Readahead,
        is_leased: bool,
        offset: u64,
        len: usize,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<usize> {
        let ino = self.0.ino;
        let start = offset - offset % BLOCK as u64;
        let skipped = (offset - start) as usize;
        let wanted = (skipped + len).max(readahead.window());
        let wanted = wanted.min(MAX_DATA).next_multiple_of(BLOCK);
        let operations = [
            Operation::Stat {
                handle: self.0.handle,
                lease: Lease::Read,
            },
            Operation::Read {
                handle: self.0.handle,
                offset: start,
                len: wanted as u32,
            },
        ];
        readahead.asked(start.saturating_add(wanted as u64));
        session.call_all(&operations[usize::from(is_leased)..], |cache, outcomes| {
            if !is_leased {
                match next(outcomes)? {
                    Outcome::Attributes { attributes, lease } => {
                        cache.confirm(ino, attributes, lease);
                    }
                    other => return Err(unexpected(&other)),
                }
            }
            match next(outcomes)? {
                Outcome::Data(data) if data.len() <= wanted => {
                    cache.store(ino, start, data);
                    let bytes = data.get(skipped..).unwrap_or_default();
                    let bytes = &bytes[..bytes.len().min(len)];
                    if !bytes.is_empty() {
                        sink(bytes);
                    }
                    Ok(bytes.len())
                }
                other => Err(unexpected(&other)),
            }
        })
    }

    /// Asks for what will be read next.
    pub(super) fn read_ahead(&self, session: &mut Session<C>, readahead: &mut Readahead) {
        let ino = self.0.ino;
        let is_leased = session.has_leases();
        let Some((size, generation)) = session.cache.leased(ino).filter(|_| is_leased) else {
            return;
        };
        while session.has_room_for_prefetch()
            && let Some((offset, len)) = readahead.ahead(size)
        {
            let read = Operation::Read {
                handle: self.0.handle,
                offset,
                len: len as u32,
            };
            let prefetch = Prefetch {
                ino,
                generation,
                offset,
                len,
            };
            session.prefetch(&read, prefetch);
        }
    }
}
