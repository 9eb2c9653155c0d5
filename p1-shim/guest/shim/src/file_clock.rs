//! The time of files.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use fs_core::{Clock, Timestamp};

/// How many changes share one look at the host's clock.
const CHANGES_PER_LOOK: u32 = 64;

/// Times up to here stand for "never" or "unknown" in programs, and some subtract a little.
const EARLIEST: u64 = 1_000;

/// A clock for inodes that asks the host seldom. No two of its times are equal, and each is later
/// than those before: what changed later is newer, however coarse the host's clock.
///
/// It is a static of one thread; the atomics are plain loads and stores there.
pub struct FileClock {
    host: fn() -> Timestamp,
    last: AtomicU64,
    /// How many more changes may do without the host.
    credit: AtomicU32,
}

impl FileClock {
    /// A clock that asks `host` for the time.
    pub const fn new(host: fn() -> Timestamp) -> Self {
        Self {
            host,
            last: AtomicU64::new(EARLIEST),
            credit: AtomicU32::new(0),
        }
    }

    /// Has the host asked at the next write. To be called where the program may have seen time
    /// pass: it must not find its next write to lie before that.
    pub fn expire(&self) {
        self.credit.store(0, Ordering::Relaxed);
    }

    /// The time given, or the moment after the last one if that is later.
    fn advance_to(&self, time: u64) -> Timestamp {
        let next = self.last.load(Ordering::Relaxed).saturating_add(1);
        let time = time.max(next);
        self.last.store(time, Ordering::Relaxed);
        Timestamp(time)
    }
}

impl Clock for &'static FileClock {
    fn now(&self) -> Timestamp {
        self.credit.store(CHANGES_PER_LOOK - 1, Ordering::Relaxed);
        self.advance_to((self.host)().0)
    }

    fn coarse_now(&self) -> Timestamp {
        match self.credit.load(Ordering::Relaxed).checked_sub(1) {
            Some(credit) => {
                self.credit.store(credit, Ordering::Relaxed);
                self.advance_to(0)
            }
            None => self.now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        Timestamp(43_200_000_000_000)
    }

    fn no_clock() -> Timestamp {
        Timestamp(0)
    }

    #[test]
    fn times_are_ordered_though_the_host_stands_still() {
        static CLOCK: FileClock = FileClock::new(noon);
        let times: Vec<Timestamp> = (0..100)
            .map(|turn| match turn % 3 {
                0 => (&CLOCK).now(),
                _ => (&CLOCK).coarse_now(),
            })
            .collect();
        assert_eq!(times[0], noon());
        assert!(times.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn a_change_asks_the_host_again_after_64_or_when_time_was_seen() {
        static LOOKS: AtomicU64 = AtomicU64::new(0);
        static CLOCK: FileClock = FileClock::new(|| {
            LOOKS.fetch_add(1, Ordering::Relaxed);
            noon()
        });
        let looks_of_writes = |writes: u32| {
            let before = LOOKS.load(Ordering::Relaxed);
            (0..writes).for_each(|_| {
                (&CLOCK).coarse_now();
            });
            LOOKS.load(Ordering::Relaxed) - before
        };
        assert_eq!(looks_of_writes(128), 2);
        assert_eq!(looks_of_writes(1), 1);
        assert_eq!(looks_of_writes(1), 0);
        CLOCK.expire();
        assert_eq!(looks_of_writes(1), 1);
    }

    #[test]
    fn without_a_host_clock_times_stay_above_what_programs_subtract() {
        static CLOCK: FileClock = FileClock::new(no_clock);
        assert!((&CLOCK).now() > Timestamp(200));
    }
}
