//! What the times of inodes make of the clock they are given.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, Descriptor, MemFs, Pace, Timestamp, WriteAt};

use crate::support::{create, empty, write};

#[test]
fn a_host_without_a_clock_still_gives_times_that_are_not_zero() {
    let (_, _, hands) = empty();
    hands.set(0);
    let fs = MemFs::builder(hands).build().expect("an empty file system");
    let file = create(&fs.root(), "file").expect("a new file");
    write(&file, WriteAt::End, b"x");
    assert!(file.stat().expect("open").modification > Timestamp(200));
}

#[test]
fn a_change_has_the_time_of_the_clock() {
    let (_, root, hands) = empty();
    let file = create(&root, "file").expect("a new file");
    for second in [200, 300] {
        hands.set(second);
        write(&file, WriteAt::End, b"x");
        let change = file.stat().expect("open").change;
        assert_eq!(change, Timestamp(second * 1_000_000_000));
    }
}

/// A clock that counts how often it is asked, which is seldom.
struct Seldom(AtomicU64);

static PACE: Pace = Pace::new(64);

impl Clock for &'static Seldom {
    fn now(&self) -> Timestamp {
        let looks = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp(1_700_000_000_000_000_000 + looks * 1_000_000)
    }

    fn pace(&self) -> &'static Pace {
        &PACE
    }
}

#[test]
fn no_two_writes_have_the_same_time_though_the_clock_is_asked_seldom() {
    static CLOCK: Seldom = Seldom(AtomicU64::new(0));
    let fs = MemFs::builder(&CLOCK)
        .build()
        .expect("an empty file system");
    let file = create(&fs.root(), "file").expect("a new file");
    let mut last = file.stat().expect("open").change;
    let asked = CLOCK.0.load(Ordering::Relaxed);
    for _ in 0..640 {
        write(&file, WriteAt::End, b"x");
        let change = file.stat().expect("open").change;
        assert!(change > last);
        last = change;
    }
    assert!(CLOCK.0.load(Ordering::Relaxed) - asked <= 10);
}
