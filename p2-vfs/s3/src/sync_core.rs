//! What the store still lacks, and in which order it gets it.
//!
//! Without I/O and without a clock: the driver says what happened and when, and does what
//! [`SyncCore::next`] says. For every place there is what the tree wants there and what the store
//! holds there, as far as it is known; the two are made equal. Contents are named by the inode and
//! the number of its change, so that a file that moves while it waits is written once, where it
//! ends up.
//!
//! The only copy of something in the store is not written over or removed before it has arrived
//! where it belongs now. Files that changed places in a ring are the exception: there the store
//! holds a part of them, in between.

mod slot;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use fs_core::Ino;

use self::slot::{Doubt, Slot, Stored};
use crate::change::{ETag, Expected, Outcome, Present, PutId};
use crate::place::Place;
use crate::problem::Problem;

/// How many changes are under way at once.
const MAX_IN_FLIGHT: usize = 16;

/// What is done when somebody else changed an object that was changed here too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It stays as it is in the store; what is here is not saved, and everybody who asks is told.
    Fail,
    /// What is here wins.
    Overwrite,
}

/// One thing for the driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Where.
    pub place: Place,
    /// What.
    pub task: Task,
}

/// What is to be done at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Write this inode, as it is after this change or a later one.
    Put {
        /// Which inode.
        ino: Ino,
        /// The number of the change.
        generation: u64,
        /// The number to mark the object with.
        put: PutId,
        /// What must be there.
        expected: Expected,
    },
    /// Remove this version.
    Delete(ETag),
    /// Look what is there.
    Look,
}

/// What came of a [`Work`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Of a change, what became of it.
    Changed(Outcome),
    /// Of a look, what was found.
    Found(Option<Present>),
    /// It was not even tried, or refused, for this reason.
    Failed(Problem),
}

/// What somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The store holds this inode as it was after this change, wherever it is now.
    Inode(Ino, u64),
    /// The store holds everything below this directory, and nothing else.
    Below(String),
}

/// How far a [`Goal`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Reached.
    Done,
    /// On its way.
    Waiting,
    /// Not to be reached without help, or not soon.
    Failed(Problem),
}

#[derive(Debug, Default)]
struct Inode {
    generation: u64,
    place: Option<Place>,
}

/// The state of everything that is kept in the store.
#[derive(Debug)]
pub struct SyncCore {
    policy: Policy,
    inodes: HashMap<Ino, Inode>,
    slots: BTreeMap<Place, Slot>,
    /// The slots in which the store lacks something.
    pending: BTreeSet<Place>,
    in_flight: usize,
}

impl SyncCore {
    /// Nothing in the tree, nothing in the store.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            inodes: HashMap::new(),
            slots: BTreeMap::new(),
            pending: BTreeSet::new(),
            in_flight: 0,
        }
    }

    /// The tree and the store hold the same at this place: this inode, this version.
    pub fn adopt(&mut self, place: Place, ino: Ino, version: ETag, now: Duration) {
        let slot = self.slots.entry(place.clone()).or_default();
        slot.stored = Some(Stored {
            version,
            content: Some((ino, 0)),
        });
        self.place(ino, 0, place, now);
    }

    /// The inode is at this place now, and this is the number of its last change.
    pub fn place(&mut self, ino: Ino, generation: u64, place: Place, now: Duration) {
        let inode = self.inodes.entry(ino).or_default();
        inode.generation = inode.generation.max(generation);
        let left = inode.place.replace(place.clone());
        if let Some(left) = left.filter(|left| *left != place) {
            self.leave(ino, &left, now);
        }
        self.slots.entry(place.clone()).or_default().wanted = Some(ino);
        self.refresh(&place, now);
    }

    /// The inode has no name any more.
    pub fn unplace(&mut self, ino: Ino, now: Duration) {
        let inode = self.inodes.remove(&ino);
        if let Some(left) = inode.and_then(|inode| inode.place) {
            self.leave(ino, &left, now);
        }
    }

    fn leave(&mut self, ino: Ino, place: &Place, now: Duration) {
        // Another inode may have taken the place already.
        if let Some(slot) = self.slots.get_mut(place)
            && slot.wanted == Some(ino)
        {
            slot.wanted = None;
            self.refresh(place, now);
        }
    }

    /// The directory is at this place now. Its marker is kept if there is one, and written if
    /// nothing else in the store would tell of the directory.
    pub fn place_directory(&mut self, ino: Ino, place: Place, is_empty: bool, now: Duration) {
        let slot = self.slots.get(&place);
        let is_marked = slot.is_some_and(|slot| {
            slot.stored.is_some() && slot.wanted.is_none_or(|wanted| wanted == ino)
        });
        if is_empty || is_marked {
            self.place(ino, 0, place, now);
        } else {
            self.unplace(ino, now);
        }
    }

    /// The inode was changed, and this is the number of the change. Without a name, that is nothing.
    pub fn changed(&mut self, ino: Ino, generation: u64, now: Duration) {
        if let Some(inode) = self.inodes.get_mut(&ino) {
            inode.generation = inode.generation.max(generation);
            if let Some(place) = inode.place.clone() {
                self.refresh(&place, now);
            }
        }
    }

    /// The next thing to do, if anything is due. Every [`Work`] must be [answered](Self::answer).
    pub fn next(&mut self, now: Duration, put: impl FnOnce() -> PutId) -> Option<Work> {
        if self.in_flight >= MAX_IN_FLIGHT {
            return None;
        }
        let due = self.pending.iter().find(|place| {
            let slot = &self.slots[*place];
            slot.is_due(now) && !self.is_blocked(place)
        });
        let place = due?.clone();
        let slot = self.slots.get_mut(&place)?;
        let task = match (slot.must_look, slot.wanted, &slot.stored) {
            (true, ..) => Task::Look,
            (false, Some(ino), stored) => Task::Put {
                ino,
                generation: self.inodes.get(&ino).map_or(0, |inode| inode.generation),
                put: put(),
                expected: match stored {
                    Some(stored) => Expected::Version(stored.version.clone()),
                    None => Expected::Absent,
                },
            },
            (false, None, Some(stored)) => Task::Delete(stored.version.clone()),
            (false, None, None) => return None,
        };
        slot.under_way = Some(task.clone());
        self.in_flight += 1;
        Some(Work { place, task })
    }

    /// What came of the work at `place`.
    pub fn answer(&mut self, place: &Place, answer: Answer, now: Duration) {
        let Some(slot) = self.slots.get_mut(place) else {
            return;
        };
        let Some(task) = slot.under_way.take() else {
            return;
        };
        self.in_flight -= 1;
        match (task, answer) {
            (
                Task::Put {
                    ino, generation, ..
                },
                Answer::Changed(Outcome::Written(version)),
            ) => slot.holds(Some(Stored {
                version,
                content: Some((ino, generation)),
            })),
            (_, Answer::Changed(Outcome::Written(_) | Outcome::Deleted)) => slot.holds(None),
            (_, Answer::Changed(Outcome::Conflict(present)) | Answer::Found(present)) => {
                self.settle(place, present);
            }
            (task, Answer::Changed(Outcome::Unknown)) => {
                match task {
                    Task::Put {
                        ino,
                        generation,
                        put,
                        ..
                    } => slot.doubts.push(Doubt {
                        put,
                        content: (ino, generation),
                    }),
                    Task::Delete(_) => slot.may_be_removed = true,
                    Task::Look => {}
                }
                slot.must_look = true;
                slot.failed(Problem::Unreachable, now);
            }
            (_, Answer::Changed(Outcome::Refused)) => slot.failed(Problem::Refused, now),
            (_, Answer::Failed(problem)) => slot.failed(problem, now),
        }
        self.refresh(place, now);
    }

    /// Takes what was found at a place for what the store holds there, if that is no surprise.
    fn settle(&mut self, place: &Place, present: Option<Present>) {
        let Some(slot) = self.slots.get_mut(place) else {
            return;
        };
        slot.must_look = false;
        if let Some(stored) = slot.explained(present.as_ref()) {
            return slot.holds_perhaps(stored);
        }
        if let (true, Some(present), Some(ino)) = (place.is_directory(), &present, slot.wanted) {
            // One marker is as good as another.
            let version = present.version.clone();
            let content = Some((ino, 0));
            return slot.holds_perhaps(Some(Stored { version, content }));
        }
        match self.policy {
            Policy::Overwrite => slot.holds_foreign(present),
            Policy::Fail => slot.conflict(),
        }
    }

    /// Somebody waits for the goal: what belongs to it does not wait, and what failed is tried
    /// again.
    pub fn urge(&mut self, goal: &Goal) {
        let mut urged: Vec<Place> = match goal {
            Goal::Inode(ino, _) => {
                let inode = self.inodes.get(ino);
                inode
                    .and_then(|inode| inode.place.clone())
                    .into_iter()
                    .collect()
            }
            Goal::Below(directory) => {
                let pending = self.pending.iter();
                pending
                    .filter(|place| place.is_below(directory))
                    .cloned()
                    .collect()
            }
        };
        let mut seen = BTreeSet::new();
        while let Some(place) = urged.pop() {
            if !self.pending.contains(&place) || !seen.insert(place.clone()) {
                continue;
            }
            urged.extend(self.awaits(&place).cloned());
            if let Some(slot) = self.slots.get_mut(&place) {
                slot.urge();
            }
        }
    }

    /// How far the goal is.
    pub fn progress(&self, goal: &Goal) -> Progress {
        match goal {
            Goal::Inode(ino, generation) => {
                let Some(place) = self.inodes.get(ino).and_then(|inode| inode.place.as_ref())
                else {
                    // Without a name there is nothing to keep.
                    return Progress::Done;
                };
                let is_kept = self.slots[place].keeps(*ino, *generation);
                match (is_kept, self.obstacle(place)) {
                    (true, _) => Progress::Done,
                    (false, Some(problem)) => Progress::Failed(problem),
                    (false, None) => Progress::Waiting,
                }
            }
            Goal::Below(directory) => {
                let pending = self.pending.iter();
                let mut below = pending.filter(|place| place.is_below(directory)).peekable();
                if below.peek().is_none() {
                    return Progress::Done;
                }
                let mut worst = None;
                for place in below {
                    match self.obstacle(place) {
                        Some(problem) => worst = Some(problem),
                        None => return Progress::Waiting,
                    }
                }
                worst.map_or(Progress::Done, Progress::Failed)
            }
        }
    }

    /// Why this place, or one that must come before it, is not saved.
    fn obstacle(&self, place: &Place) -> Option<Problem> {
        let mut place = Some(place);
        for _ in 0..=self.pending.len() {
            let Some(here) = place else { break };
            let slot = self.slots.get(here)?;
            if slot.problem.is_some() {
                return slot.problem.clone();
            }
            place = self.awaits(here);
        }
        None
    }

    /// What the store lacks, with the reason where there is one.
    pub fn unsaved(&self) -> Vec<(Place, Option<Problem>)> {
        let pending = self.pending.iter();
        pending
            .map(|place| (place.clone(), self.obstacle(place)))
            .collect()
    }

    /// When [`SyncCore::next`] will have something to do if nothing happens until then.
    pub fn wake_at(&self) -> Option<Duration> {
        let waiting = self.pending.iter().map(|place| &self.slots[place]);
        let waiting = waiting.filter(|slot| slot.under_way.is_none());
        waiting.map(Slot::due_at).min()
    }

    /// The place that must have its content before this one may lose what the store holds there.
    fn awaits(&self, place: &Place) -> Option<&Place> {
        let slot = self.slots.get(place)?;
        let (held, generation) = slot.stored.as_ref()?.content?;
        if slot.wanted == Some(held) {
            return None;
        }
        let elsewhere = self.inodes.get(&held)?.place.as_ref()?;
        let has_arrived = self.slots.get(elsewhere)?.keeps(held, generation);
        (!has_arrived).then_some(elsewhere)
    }

    /// Whether something must arrive before. In a ring nothing would ever come first.
    fn is_blocked(&self, place: &Place) -> bool {
        let Some(mut before) = self.awaits(place) else {
            return false;
        };
        for _ in 0..self.pending.len() {
            if before == place {
                return false;
            }
            match self.awaits(before) {
                Some(next) => before = next,
                None => return true,
            }
        }
        true
    }

    /// Notes whether the store lacks something at this place.
    fn refresh(&mut self, place: &Place, now: Duration) {
        let Some(slot) = self.slots.get_mut(place) else {
            return;
        };
        let wanted = slot.wanted.map(|ino| {
            let inode = self.inodes.get(&ino);
            (ino, inode.map_or(0, |inode| inode.generation))
        });
        if !slot.lacks(wanted) {
            slot.settled();
            self.pending.remove(place);
            if slot.is_vacant() {
                self.slots.remove(place);
            }
        } else if self.pending.insert(place.clone()) {
            slot.since = now;
        }
    }
}
