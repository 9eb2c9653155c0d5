//! One place: what the tree wants there, what the store holds there, and what is under way.

use std::time::Duration;

use fs_core::Ino;

use super::Task;
use crate::change::{ETag, Present, PutId};
use crate::problem::Problem;

/// How long something may change again before it is written without anybody waiting for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest that, for files that are written again and again.
const MAX_PATIENCE: Duration = Duration::from_secs(64);

/// The wait after the first failure; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);

/// The longest wait after a failure.
const MAX_PAUSE: Duration = Duration::from_secs(16);

/// An inode as it was after one of its changes.
pub(super) type Content = (Ino, u64);

/// What the store holds.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) version: ETag,
    /// `None`: nothing that came from here.
    pub(super) content: Option<Content>,
}

/// A write that may have taken effect, or may still do so.
#[derive(Clone, Debug)]
pub(super) struct Doubt {
    pub(super) put: PutId,
    pub(super) content: Content,
}

#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) wanted: Option<Ino>,
    pub(super) stored: Option<Stored>,
    pub(super) doubts: Vec<Doubt>,
    /// A removal of what the store held may have taken effect.
    pub(super) may_be_removed: bool,
    /// What the store holds is to be found out first.
    pub(super) must_look: bool,
    pub(super) under_way: Option<Task>,
    pub(super) problem: Option<Problem>,
    /// When it came to lack something.
    pub(super) since: Duration,
    is_urgent: bool,
    failures: u32,
    not_before: Duration,
    /// How often it was written.
    writes: u32,
}

impl Slot {
    /// Whether the store lacks something here.
    pub(super) fn lacks(&self, wanted: Option<Content>) -> bool {
        if self.must_look || self.under_way.is_some() {
            return true;
        }
        match wanted {
            Some((ino, generation)) => !self.keeps(ino, generation),
            None => self.stored.is_some(),
        }
    }

    /// Whether the store holds the inode as it was after this change or a later one, and goes on
    /// to do so.
    pub(super) fn keeps(&self, ino: Ino, generation: u64) -> bool {
        let is_going = self.may_be_removed || matches!(self.under_way, Some(Task::Delete(_)));
        !is_going && self.holds_content(ino, generation)
    }

    fn holds_content(&self, ino: Ino, generation: u64) -> bool {
        let content = self.stored.as_ref().and_then(|stored| stored.content);
        content.is_some_and(|(held, at)| held == ino && at >= generation)
    }

    /// Whether nothing is known of this place that could be of use.
    pub(super) fn is_vacant(&self) -> bool {
        self.wanted.is_none() && self.stored.is_none() && self.doubts.is_empty()
    }

    pub(super) fn due_at(&self) -> Duration {
        if self.is_urgent {
            return self.not_before;
        }
        let patience = PATIENCE.saturating_mul(1 << self.writes.min(5));
        let ripe = self.since + patience.min(MAX_PATIENCE);
        ripe.max(self.not_before)
    }

    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.under_way.is_none() && self.due_at() <= now
    }

    /// Somebody waits.
    pub(super) fn urge(&mut self) {
        self.is_urgent = true;
        self.problem = None;
        self.not_before = Duration::ZERO;
    }

    /// Nothing is lacking.
    pub(super) fn settled(&mut self) {
        self.is_urgent = false;
        self.problem = None;
        self.failures = 0;
        self.not_before = Duration::ZERO;
    }

    /// The store is known to hold this after a change of ours.
    pub(super) fn holds(&mut self, stored: Option<Stored>) {
        self.doubts.clear();
        self.may_be_removed = false;
        self.writes = self.writes.saturating_add(1);
        self.holds_perhaps(stored);
    }

    /// The store holds this, and earlier writes of ours may still arrive.
    pub(super) fn holds_perhaps(&mut self, stored: Option<Stored>) {
        self.stored = stored;
        self.problem = None;
        self.failures = 0;
    }

    /// The store holds what somebody else put there, which is to give way.
    pub(super) fn holds_foreign(&mut self, present: Option<Present>) {
        self.holds_perhaps(present.map(|present| Stored {
            version: present.version,
            content: None,
        }));
    }

    /// What the store holds, if what was found is what it held or what was written from here.
    pub(super) fn explained(&self, present: Option<&Present>) -> Option<Option<Stored>> {
        match (present, &self.stored) {
            (None, None) => Some(None),
            // A removal of ours whose answer was lost, or one that was to be.
            (None, Some(_)) if self.may_be_removed || self.wanted.is_none() => Some(None),
            (None, Some(_)) => None,
            (Some(present), stored) => {
                let mut doubts = self.doubts.iter();
                let ours = doubts.find(|doubt| Some(doubt.put) == present.put);
                match (ours, stored) {
                    (Some(doubt), _) => Some(Some(Stored {
                        version: present.version.clone(),
                        content: Some(doubt.content),
                    })),
                    (None, Some(stored)) if stored.version == present.version => {
                        Some(Some(stored.clone()))
                    }
                    (None, _) => None,
                }
            }
        }
    }

    pub(super) fn conflict(&mut self) {
        self.is_urgent = false;
        self.problem = Some(Problem::Conflict);
        // Until somebody asks again.
        self.not_before = Duration::MAX;
    }

    pub(super) fn failed(&mut self, problem: Problem, now: Duration) {
        let pause = PAUSE.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        self.not_before = now + pause.min(MAX_PAUSE);
        self.problem = Some(problem);
    }
}
