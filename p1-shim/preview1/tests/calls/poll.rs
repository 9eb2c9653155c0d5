//! `poll_oneoff`.

use preview1::{ClockId, Errno, Fd, Output, Ptr, Result, Timeout, Wait};

use crate::guest::{DATA, Guest, INPUT, MEMORY, RESULT, ROOT, SET, STDERR, STDIN, STDOUT};

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;
const ABSTIME: u16 = 1;

/// `subscription`; its user data is set by its place.
#[derive(Clone, Copy)]
enum Subscription {
    Clock { id: u32, timeout: u64, flags: u16 },
    Read(Fd),
    Write(Fd),
    Unknown,
}

use Subscription::{Clock, Read, Unknown, Write};

impl Subscription {
    fn encode(self, userdata: u64) -> [u8; 48] {
        let (tag, subject, timeout, flags) = match self {
            Clock { id, timeout, flags } => (0, id, timeout, flags),
            Read(fd) => (1, fd.0, 0, 0),
            Write(fd) => (2, fd.0, 0, 0),
            Unknown => (3, 0, 0, 0),
        };
        let mut record = [0xcc; 48];
        record[0..8].copy_from_slice(&userdata.to_le_bytes());
        record[8] = tag;
        record[16..20].copy_from_slice(&subject.to_le_bytes());
        record[24..32].copy_from_slice(&timeout.to_le_bytes());
        record[32..40].copy_from_slice(&77u64.to_le_bytes());
        record[40..42].copy_from_slice(&flags.to_le_bytes());
        record
    }
}

/// `event`, with the place of its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    of: usize,
    error: u16,
    kind: u8,
    bytes: u64,
    flags: u16,
}

impl Event {
    fn ready(of: usize, kind: u8, bytes: u64) -> Self {
        Self {
            of,
            error: 0,
            kind,
            bytes,
            flags: 0,
        }
    }
}

fn poll(guest: &mut Guest, subscriptions: &[Subscription]) -> Result<Vec<Event>> {
    for (index, subscription) in subscriptions.iter().enumerate() {
        let record = subscription.encode(1000 + index as u64);
        guest.put(Ptr(INPUT.0 + 48 * index as u32), &record);
    }
    let count = subscriptions.len() as u32;
    guest.call(|c, m| c.poll_oneoff(m, INPUT, DATA, count, RESULT))?;
    let event = |index| {
        let record = guest.get(Ptr(DATA.0 + 32 * index), 32);
        let number = |at| u64::from_le_bytes(record[at..at + 8].try_into().unwrap());
        Event {
            of: number(0) as usize - 1000,
            error: u16::from_le_bytes([record[8], record[9]]),
            kind: record[10],
            bytes: number(16),
            flags: u16::from_le_bytes([record[24], record[25]]),
        }
    };
    Ok((0..guest.u32_at(RESULT)).map(event).collect())
}

#[test]
fn no_subscriptions_are_invalid() {
    let mut guest = Guest::new();
    assert_eq!(poll(&mut guest, &[]), Err(Errno::INVAL));
}

#[test]
fn files_are_ready_at_once_with_what_is_left_to_read() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123456789");
    guest.seek(fd, 4, SET).unwrap();
    let events = poll(&mut guest, &[Read(fd), Write(fd)]).unwrap();
    assert_eq!(events, [Event::ready(0, 1, 6), Event::ready(1, 2, 1)]);
    assert!(guest.calls.outside().polled.is_empty(), "nobody was asked");
}

#[test]
fn a_file_at_its_end_has_hung_up() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"01");
    for position in [2, 100] {
        guest.seek(fd, position, SET).unwrap();
        let events = poll(&mut guest, &[Read(fd)]).unwrap();
        let hangup = Event {
            flags: 1,
            ..Event::ready(0, 1, 0)
        };
        assert_eq!(events, [hangup]);
    }
}

#[test]
fn a_descriptor_that_cannot_be_waited_for_fails_the_whole_call() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"01");
    for bad in [
        Read(Fd(99)),
        Write(Fd(u32::MAX)),
        Read(ROOT),
        Write(ROOT),
        Read(STDOUT),
        Write(STDIN),
    ] {
        assert_eq!(poll(&mut guest, &[Read(fd), bad]), Err(Errno::BADF));
    }
    guest.close(STDIN).unwrap();
    assert_eq!(poll(&mut guest, &[Read(STDIN)]), Err(Errno::BADF));
    assert!(guest.calls.outside().polled.is_empty());
}

#[test]
fn unknown_kinds_clocks_and_clock_flags_are_invalid() {
    let mut guest = Guest::new();
    let clock = |id, flags| Clock {
        id,
        timeout: 0,
        flags,
    };
    for bad in [Unknown, clock(2, 0), clock(3, 0), clock(4, 0), clock(0, 2)] {
        assert_eq!(poll(&mut guest, &[bad]), Err(Errno::INVAL));
    }
}

#[test]
fn clocks_and_streams_are_passed_on_with_what_they_are() {
    let mut guest = Guest::new();
    let file = guest.create("file", b"01");
    guest.renumber(STDERR, file).unwrap();
    let subscriptions = [
        Clock {
            id: REALTIME,
            timeout: 8,
            flags: ABSTIME,
        },
        Clock {
            id: MONOTONIC,
            timeout: 9,
            flags: 0,
        },
        Read(STDIN),
        Write(STDOUT),
        Write(file),
    ];
    let events = poll(&mut guest, &subscriptions).unwrap();
    let waits = [
        Wait::Clock {
            clock: ClockId::Realtime,
            timeout: Timeout::At(8),
            precision: 77,
        },
        Wait::Clock {
            clock: ClockId::Monotonic,
            timeout: Timeout::After(9),
            precision: 77,
        },
        Wait::Read,
        Wait::Write(Output::Stdout),
        Wait::Write(Output::Stderr),
    ];
    assert_eq!(guest.calls.outside().polled, [waits]);
    assert_eq!(events, [Event::ready(3, 2, 4096), Event::ready(4, 2, 4096)]);
}

#[test]
fn a_ready_file_is_reported_together_with_the_others_that_are() {
    let mut guest = Guest::new();
    let file = guest.create("file", b"0123");
    guest.calls.outside_mut().stdin.extend(b"in");
    let hour = Clock {
        id: MONOTONIC,
        timeout: 3_600_000_000_000,
        flags: 0,
    };
    let subscriptions = [hour, Read(file), Read(STDIN), Write(STDOUT)];
    let events = poll(&mut guest, &subscriptions).unwrap();
    assert_eq!(
        events,
        [
            Event::ready(1, 1, 4),
            Event::ready(2, 1, 2),
            Event::ready(3, 2, 4096),
        ]
    );
    assert_eq!(guest.calls.outside().now, 0, "nobody slept");
    assert_eq!(guest.calls.outside().polled[0][1], Wait::Now);
}

#[test]
fn a_clock_alone_sleeps() {
    let mut guest = Guest::new();
    for id in [REALTIME, MONOTONIC] {
        let before = guest.calls.outside().now;
        let sleep = Clock {
            id,
            timeout: 200,
            flags: 0,
        };
        assert_eq!(poll(&mut guest, &[sleep]), Ok(vec![Event::ready(0, 0, 0)]));
        assert_eq!(guest.calls.outside().now, before + 200);
    }
}

#[test]
fn standard_input_without_bytes_leaves_the_clock() {
    let mut guest = Guest::new();
    let sleep = Clock {
        id: MONOTONIC,
        timeout: 200,
        flags: 0,
    };
    let events = poll(&mut guest, &[Read(STDIN), sleep]);
    assert_eq!(events, Ok(vec![Event::ready(1, 0, 0)]));
}

#[test]
fn events_may_lie_over_the_subscriptions() {
    let mut guest = Guest::new();
    let fd = guest.create("file", b"0123");
    for index in 0..2 {
        let record = Read(fd).encode(1000 + index);
        guest.put(Ptr(INPUT.0 + 48 * index as u32), &record);
    }
    guest
        .call(|c, m| c.poll_oneoff(m, INPUT, INPUT, 2, RESULT))
        .unwrap();
    assert_eq!(guest.u64_at(INPUT), 1000);
    assert_eq!(guest.u64_at(Ptr(INPUT.0 + 32)), 1001);
}

#[test]
fn arrays_must_lie_inside_the_memory() {
    let mut guest = Guest::new();
    let (last_in, last_out) = (Ptr(MEMORY - 47), Ptr(MEMORY - 31));
    let answers = guest.call(|c, m| {
        [
            c.poll_oneoff(m, last_in, DATA, 1, RESULT),
            c.poll_oneoff(m, INPUT, last_out, 1, RESULT),
            c.poll_oneoff(m, INPUT, DATA, 1, Ptr(MEMORY - 3)),
            c.poll_oneoff(m, INPUT, DATA, 65_536, RESULT),
        ]
    });
    assert_eq!(answers, [Err(Errno::FAULT); 4]);
    let absurd = guest.call(|c, m| c.poll_oneoff(m, INPUT, DATA, u32::MAX, RESULT));
    assert_eq!(absurd, Err(Errno::INVAL));
}
