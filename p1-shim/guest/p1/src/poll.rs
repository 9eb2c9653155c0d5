//! Waiting at the host, in the application's own arrays.

use preview1::{
    ClockId, Errno, EventFlags, GuestMemory, GuestRange, PollScratch, Ready, Result, Stdio,
    Timeout, Wait,
};

use crate::host;
use crate::outside::fd;

const SUBSCRIPTION_SIZE: usize = 48;
const EVENT_SIZE: usize = 32;

/// `eventtype`.
const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

/// `subclockflags`: the timeout is a time of the clock.
const ABSTIME: u16 = 1;

/// Has the host wait, with the subscriptions rewritten for the time of the call: to the numbers of
/// the host, to userdata that tell which wait an event belongs to, and for what is ready already
/// to timers that are over.
pub(crate) fn poll(
    memory: &mut impl GuestMemory,
    waits: &[Wait],
    scratch: &PollScratch,
) -> Result<Vec<Ready>> {
    let saved = bytes_of(memory, scratch.subscriptions)?;
    let mut records = scratch.subscriptions;
    for (index, wait) in waits.iter().enumerate() {
        records.put(memory, &subscription(index, wait));
    }
    let answer = host::poll_oneoff(
        scratch.subscriptions.start(),
        scratch.events.start(),
        waits.len() as u32,
        scratch.count.start(),
    );
    let reported = Errno::check(answer).and_then(|()| {
        // The host counts; we believe no more than there is room for.
        let count = (memory.load_u32(scratch.count) as usize).min(waits.len());
        let mut events = scratch.events;
        bytes_of(memory, events.take(count * EVENT_SIZE))
    });
    memory.write(scratch.subscriptions, &saved);

    let reported = reported?;
    let (events, _) = reported.as_chunks();
    let is_now = |index: &usize| waits.get(*index) == Some(&Wait::Now);
    // Some hosts leave out the timer when a stream is ready.
    let now = (0..waits.len()).filter(is_now).map(ready_now);
    let others = events
        .iter()
        .map(ready)
        .filter(|ready| !is_now(&ready.wait));
    Ok(now.chain(others).collect())
}

fn bytes_of(memory: &impl GuestMemory, range: GuestRange) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let len = range.len() as usize;
    bytes.try_reserve_exact(len).map_err(|_| Errno::NOMEM)?;
    bytes.resize(len, 0);
    memory.read(range, &mut bytes);
    Ok(bytes)
}

/// The `subscription` for a wait.
fn subscription(index: usize, wait: &Wait) -> [u8; SUBSCRIPTION_SIZE] {
    let (tag, subject, timeout, precision, flags) = match *wait {
        Wait::Now => (CLOCK, ClockId::Monotonic.to_raw(), 0, 0, 0),
        Wait::Clock {
            clock,
            timeout,
            precision,
        } => {
            let (timeout, flags) = match timeout {
                Timeout::After(duration) => (duration, 0),
                Timeout::At(time) => (time, ABSTIME),
            };
            (CLOCK, clock.to_raw(), timeout, precision, flags)
        }
        Wait::Read => (FD_READ, fd(Stdio::Input), 0, 0, 0),
        Wait::Write(output) => (FD_WRITE, fd(Stdio::Output(output)), 0, 0, 0),
    };
    let mut record = [0; SUBSCRIPTION_SIZE];
    record[0..8].copy_from_slice(&(index as u64).to_le_bytes());
    record[8] = tag;
    record[16..20].copy_from_slice(&subject.to_le_bytes());
    record[24..32].copy_from_slice(&timeout.to_le_bytes());
    record[32..40].copy_from_slice(&precision.to_le_bytes());
    record[40..42].copy_from_slice(&u16::to_le_bytes(flags));
    record
}

fn ready_now(wait: usize) -> Ready {
    Ready {
        wait,
        error: None,
        bytes: 0,
        flags: EventFlags::empty(),
    }
}

/// What an `event` says.
fn ready(event: &[u8; EVENT_SIZE]) -> Ready {
    let error = u16::from_le_bytes([event[8], event[9]]);
    Ready {
        wait: u64_at(event, 0) as usize,
        error: Errno::check(error.into()).err(),
        bytes: u64_at(event, 16),
        flags: EventFlags::from_bits_truncate(u16::from_le_bytes([event[24], event[25]])),
    }
}

fn u64_at(event: &[u8; EVENT_SIZE], at: usize) -> u64 {
    let mut field = [0; 8];
    field.copy_from_slice(&event[at..at + 8]);
    u64::from_le_bytes(field)
}
