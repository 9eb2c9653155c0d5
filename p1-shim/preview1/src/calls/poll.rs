//! Waiting.

use alloc::vec::Vec;

use fs_core::{Descriptor, FileSystem};

use crate::errno::{Errno, Result};
use crate::fd_table::{Entry, FdTable};
use crate::layout::{EVENT_SIZE, Event, EventType, SUBSCRIPTION_SIZE, Subscription};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::{Outside, PollScratch, Ready, Stdio, Timeout, Wait};
use crate::preview1::Preview1;
use crate::types::{ClockId, EventFlags, Fd};

/// The most subscriptions of one call; `poll` of POSIX has a limit of this kind, too.
const MAX_SUBSCRIPTIONS: u32 = 1 << 16;

/// `subclockflags`: the timeout is a time of the clock, not a duration.
const ABSTIME: u16 = 1;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// Waits until one of the subscriptions is over, and reports all that are. Files are ready at
    /// once.
    ///
    /// # Errors
    /// `INVAL` (no subscriptions, or over 65,536), `FAULT`; then in the order of the subscriptions
    /// `INVAL` (its kind, its clock) and `BADF` (closed, a directory, or a stream's wrong
    /// direction), which fail the whole call; then those of the outside.
    pub fn poll_oneoff(
        &mut self,
        memory: &mut impl GuestMemory,
        subscriptions: Ptr,
        events: Ptr,
        nsubscriptions: u32,
        nevents: Ptr,
    ) -> Result {
        if nsubscriptions == 0 || nsubscriptions > MAX_SUBSCRIPTIONS {
            return Err(Errno::INVAL);
        }
        let check = |at, size| GuestRange::check_array(memory, at, nsubscriptions, size);
        let scratch = PollScratch {
            subscriptions: check(subscriptions, SUBSCRIPTION_SIZE)?,
            events: check(events, EVENT_SIZE)?,
            count: GuestRange::check(memory, nevents, 4)?,
        };
        let (waits, awaited) = read_subscriptions(memory, scratch.subscriptions, &self.fds)?;
        let ready = if waits.iter().all(|wait| *wait == Wait::Now) {
            (0..waits.len()).map(ready_now).collect()
        } else {
            self.outside.poll(memory, &waits, &scratch)?
        };

        let mut room = scratch.events;
        for ready in &ready {
            let Some(awaited) = awaited.get(ready.wait) else {
                continue;
            };
            room.put(memory, &awaited.event(ready).encode());
        }
        let stored = (scratch.events.len() - room.len()) / EVENT_SIZE;
        memory.store_u32(scratch.count, stored);
        Ok(())
    }
}

/// What is kept of a subscription to answer it.
struct Awaited {
    userdata: u64,
    event_type: EventType,
    /// The answer, if it is known here.
    known: Option<Readiness>,
}

/// How ready a file is.
#[derive(Clone, Copy)]
struct Readiness {
    bytes: u64,
    flags: EventFlags,
}

impl Awaited {
    fn event(&self, ready: &Ready) -> Event {
        let readiness = self.known.unwrap_or(Readiness {
            bytes: ready.bytes,
            flags: ready.flags,
        });
        Event {
            userdata: self.userdata,
            error: ready.error,
            event_type: self.event_type,
            bytes: readiness.bytes,
            flags: readiness.flags,
        }
    }
}

fn ready_now(wait: usize) -> Ready {
    Ready {
        wait,
        error: None,
        bytes: 0,
        flags: EventFlags::empty(),
    }
}

fn read_subscriptions<D: Descriptor>(
    memory: &impl GuestMemory,
    mut records: GuestRange,
    fds: &FdTable<D>,
) -> Result<(Vec<Wait>, Vec<Awaited>)> {
    let count = (records.len() / SUBSCRIPTION_SIZE) as usize;
    let (mut waits, mut awaited) = (Vec::new(), Vec::new());
    waits.try_reserve_exact(count).map_err(|_| Errno::NOMEM)?;
    awaited.try_reserve_exact(count).map_err(|_| Errno::NOMEM)?;
    while !records.is_empty() {
        let mut record = [0; SUBSCRIPTION_SIZE as usize];
        memory.read(records.take(record.len()), &mut record);
        let subscription = Subscription::decode(&record);
        let fd = Fd(subscription.subject);
        let (event_type, wait, known) = match subscription.tag {
            0 => (EventType::Clock, clock_wait(&subscription)?, None),
            1 => {
                let (wait, known) = read_wait(fds, fd)?;
                (EventType::FdRead, wait, known)
            }
            2 => {
                let (wait, known) = write_wait(fds, fd)?;
                (EventType::FdWrite, wait, known)
            }
            _ => return Err(Errno::INVAL),
        };
        waits.push(wait);
        awaited.push(Awaited {
            userdata: subscription.userdata,
            event_type,
            known,
        });
    }
    Ok((waits, awaited))
}

fn clock_wait(subscription: &Subscription) -> Result<Wait> {
    // Unlike the clock functions, `BADF` here would speak of a descriptor.
    let clock = ClockId::from_raw(subscription.subject).map_err(|_| Errno::INVAL)?;
    let timeout = match subscription.clock_flags {
        0 => Timeout::After(subscription.timeout),
        ABSTIME => Timeout::At(subscription.timeout),
        _ => return Err(Errno::INVAL),
    };
    Ok(Wait::Clock {
        clock,
        timeout,
        precision: subscription.precision,
    })
}

fn read_wait<D: Descriptor>(fds: &FdTable<D>, fd: Fd) -> Result<(Wait, Option<Readiness>)> {
    match fds.get(fd)? {
        Entry::File(file) => {
            let bytes = file.descriptor.stat()?.size.saturating_sub(file.position);
            let mut flags = EventFlags::empty();
            flags.set(EventFlags::HANGUP, bytes == 0);
            Ok((Wait::Now, Some(Readiness { bytes, flags })))
        }
        Entry::Stdio(Stdio::Input) => Ok((Wait::Read, None)),
        Entry::Stdio(Stdio::Output(_)) | Entry::Directory(_) => Err(Errno::BADF),
    }
}

fn write_wait<D: Descriptor>(fds: &FdTable<D>, fd: Fd) -> Result<(Wait, Option<Readiness>)> {
    match fds.get(fd)? {
        Entry::File(_) => {
            // How much room there is, nobody knows; but a byte always fits as far as one can tell.
            let readiness = Readiness {
                bytes: 1,
                flags: EventFlags::empty(),
            };
            Ok((Wait::Now, Some(readiness)))
        }
        Entry::Stdio(Stdio::Output(output)) => Ok((Wait::Write(*output), None)),
        Entry::Stdio(Stdio::Input) | Entry::Directory(_) => Err(Errno::BADF),
    }
}
