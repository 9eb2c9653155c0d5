//! Waiting with `wasi:io/poll`.

use preview1::{ClockId, EventFlags, Ready, Timeout, Wait};

use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::io::poll::{self, Pollable};
use crate::bindings::wasi::io::streams::StreamError;
use crate::streams::{Streams, errno};
use crate::wall_clock::nanoseconds;

/// Waits until one of the waits is over, and gives all that are.
pub(crate) fn poll(streams: &mut Streams, waits: &[Wait]) -> Vec<Ready> {
    // `None`, a wait that is over, is nothing that a host could poll.
    let pollables: Vec<Option<Pollable>> =
        waits.iter().map(|wait| subscribe(streams, wait)).collect();
    let polled: Option<Vec<&Pollable>> = pollables.iter().map(Option::as_ref).collect();
    let over: Vec<usize> = match polled {
        Some(polled) => poll::poll(&polled)
            .into_iter()
            .map(|index| index as usize)
            .collect(),
        None => (0..)
            .zip(&pollables)
            .filter(|(_, pollable)| pollable.as_ref().is_none_or(Pollable::ready))
            .map(|(index, _)| index)
            .collect(),
    };
    over.into_iter()
        .filter_map(|index| Some(ready(streams, index, waits.get(index)?)))
        .collect()
}

fn subscribe(streams: &mut Streams, wait: &Wait) -> Option<Pollable> {
    match *wait {
        Wait::Now => None,
        Wait::Clock {
            clock,
            timeout,
            precision: _,
        } => Some(subscribe_clock(clock, timeout)),
        Wait::Read => Some(streams.input().subscribe()),
        Wait::Write(output) => Some(streams.output(output).subscribe()),
    }
}

fn subscribe_clock(clock: ClockId, timeout: Timeout) -> Pollable {
    match (clock, timeout) {
        (_, Timeout::After(duration)) => monotonic_clock::subscribe_duration(duration),
        (ClockId::Monotonic, Timeout::At(time)) => monotonic_clock::subscribe_instant(time),
        (ClockId::Realtime, Timeout::At(time)) => {
            // Beyond what a number of nanoseconds can say, every time is past.
            let now = nanoseconds(wall_clock::now()).unwrap_or(u64::MAX);
            monotonic_clock::subscribe_duration(time.saturating_sub(now))
        }
    }
}

fn ready(streams: &mut Streams, index: usize, wait: &Wait) -> Ready {
    let mut ready = Ready {
        wait: index,
        error: None,
        bytes: 0,
        flags: EventFlags::empty(),
    };
    match *wait {
        Wait::Now | Wait::Clock { .. } => {}
        // How many there are, nobody can ask without taking them.
        Wait::Read => ready.bytes = 1,
        Wait::Write(output) => match streams.output(output).check_write() {
            Ok(permit) => ready.bytes = permit,
            Err(StreamError::Closed) => ready.flags = EventFlags::HANGUP,
            Err(error @ StreamError::LastOperationFailed(_)) => ready.error = Some(errno(&error)),
        },
    }
    ready
}
