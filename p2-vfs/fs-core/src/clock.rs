//! Time, given from outside.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::types::Timestamp;

/// Where a file system gets the times of its inodes from.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// How often the file system asks; unless said otherwise, for every change.
    fn pace(&self) -> &'static Pace {
        &EVERY_CHANGE
    }
}

static EVERY_CHANGE: Pace = Pace::new(1);

/// How many changes share one look at a clock, and what it showed.
///
/// New inodes and cuts always look. Writes of data, and names that are linked, moved or removed,
/// may do without: then time advances by a nanosecond for each, as times of a kernel's coarse clock
/// lag behind, and never runs backwards.
#[derive(Debug)]
pub struct Pace {
    changes_per_look: u32,
    /// How many more changes may do without a look.
    credit: AtomicU32,
    last: AtomicU64,
}

impl Pace {
    /// One look for so many changes; for 1, each has its own.
    pub const fn new(changes_per_look: u32) -> Self {
        Self {
            changes_per_look,
            credit: AtomicU32::new(0),
            last: AtomicU64::new(0),
        }
    }

    /// Has the next change look. To be called where the program may have seen time pass: it must
    /// not find its next write to lie before that.
    pub fn expire(&self) {
        self.credit.store(0, Ordering::Relaxed);
    }

    /// The time of a change that may do without a look, if there is credit.
    #[inline]
    pub(crate) fn step(&self) -> Option<Timestamp> {
        let credit = self.credit.load(Ordering::Relaxed).checked_sub(1)?;
        self.credit.store(credit, Ordering::Relaxed);
        Some(self.advance_to(Timestamp(0)))
    }

    /// The time of a change for which the clock showed `time`.
    pub(crate) fn look(&self, time: Timestamp) -> Timestamp {
        if self.changes_per_look <= 1 {
            return time;
        }
        self.credit
            .store(self.changes_per_look - 1, Ordering::Relaxed);
        self.advance_to(time)
    }

    /// The time given, or the moment after the last one if that is later.
    #[inline]
    fn advance_to(&self, time: Timestamp) -> Timestamp {
        let next = self.last.load(Ordering::Relaxed).saturating_add(1);
        let time = time.0.max(next);
        self.last.store(time, Ordering::Relaxed);
        Timestamp(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(43_200_000_000_000);

    #[test]
    fn times_are_ordered_though_the_clock_stands_still() {
        let pace = Pace::new(3);
        let times: Vec<Timestamp> = (0..100)
            .map(|_| pace.step().unwrap_or_else(|| pace.look(NOON)))
            .collect();
        assert_eq!(times[0], NOON);
        assert!(times.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn a_change_looks_again_when_credit_is_used_up_or_time_was_seen() {
        let pace = Pace::new(64);
        let looks = |changes: u32| {
            let look = |_: &u32| pace.step().is_none().then(|| pace.look(NOON)).is_some();
            (0..changes).filter(look).count()
        };
        assert_eq!(looks(128), 2);
        assert_eq!(looks(1), 1);
        assert_eq!(looks(1), 0);
        pace.expire();
        assert_eq!(looks(1), 1);
    }

    #[test]
    fn without_a_pace_every_change_looks() {
        assert_eq!(EVERY_CHANGE.look(NOON), NOON);
        assert_eq!(EVERY_CHANGE.step(), None);
    }
}
