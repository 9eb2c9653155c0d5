//! One conditional change of one object, until it is known what became of it.
//!
//! An answer can be lost after the change took effect. Sent again, the same change then fails its
//! own condition, and looks like a conflict with somebody else. So every write carries a number of
//! its own in the object's metadata, and a failed condition is settled by looking at the object:
//! the same number means success.
//!
//! An entity tag names a content, not a moment. A foreign client that puts back exactly what a
//! change expects cannot be told from one that did nothing.

/// What marks one write among all others: the value of the metadata `monaka-put`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PutId(pub u128);

/// A version of an object, opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(pub String);

/// What the object must be for the change to take effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// There is none (`If-None-Match: *`).
    Absent,
    /// This version (`If-Match`).
    Version(ETag),
}

/// What is to be done to the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Write it, marked with this number.
    Put(PutId, Expected),
    /// Remove this version.
    Delete(ETag),
}

/// What the driver is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the change, after the wait that belongs to so many failures.
    Send {
        /// How many times it failed so far.
        failures: u32,
    },
    /// Look at the object, after the wait that belongs to so many failures.
    Look {
        /// How many times something failed so far.
        failures: u32,
    },
    /// Nothing: it is settled.
    Settled(Outcome),
}

/// A version of an object, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Which version.
    pub version: ETag,
    /// The number that its write left in it, if any.
    pub put: Option<PutId>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Written; this is the version now.
    Written(ETag),
    /// The object is gone.
    Deleted,
    /// Another write or removal came before; this is what is there now.
    Conflict(Option<Present>),
    /// Refused for a reason that trying again does not mend.
    Refused,
    /// Not known within the attempts allowed: it may or may not have taken effect.
    Unknown,
}

/// What the store answered to the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took effect; a write has this version now.
    Done(Option<ETag>),
    /// The condition does not hold (412), or names a version of nothing (404).
    Failed,
    /// Another change of the same object was under way (409): neither success nor failure.
    Busy,
    /// 5xx, a timeout, a closed connection: it may have taken effect.
    Lost,
    /// Such as 403: it took no effect.
    Refused,
}

/// What a look at the object found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No object.
    Nothing,
    /// This version.
    Version(Present),
    /// The look failed.
    Lost,
    /// The look was refused, such as with 403.
    Refused,
}

/// A change on its way.
#[derive(Clone, Debug)]
pub struct Change {
    kind: Kind,
    failures: u32,
    /// An earlier copy may have taken effect, or may still do so.
    in_doubt: bool,
    allowed: u32,
}

impl Change {
    /// A change that gives up after so many failures.
    pub fn new(kind: Kind, allowed: u32) -> Self {
        Self {
            kind,
            failures: 0,
            in_doubt: false,
            allowed,
        }
    }

    /// What is to be done.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The first step.
    pub fn start(&self) -> Step {
        Step::Send { failures: 0 }
    }

    /// The step after an answer to the change.
    pub fn answered(&mut self, answer: Answer) -> Step {
        match answer {
            Answer::Done(version) => Step::Settled(match (&self.kind, version) {
                (Kind::Delete(_), _) => Outcome::Deleted,
                (Kind::Put(..), Some(version)) => Outcome::Written(version),
                // A store that does not say which version it made: a look tells.
                (Kind::Put(..), None) => return self.look(),
            }),
            Answer::Failed => {
                // By another's hand, or by that of an earlier copy.
                self.in_doubt = true;
                self.look()
            }
            Answer::Busy => self.again(),
            Answer::Lost => {
                self.in_doubt = true;
                self.again()
            }
            Answer::Refused if self.in_doubt => self.look(),
            Answer::Refused => Step::Settled(Outcome::Refused),
        }
    }

    /// The step after a look at the object.
    pub fn looked(&mut self, found: Found) -> Step {
        let outcome = match (found, &self.kind) {
            (Found::Lost, _) => {
                self.failures += 1;
                return self.within_limit(Step::Look {
                    failures: self.failures,
                });
            }
            (Found::Refused, _) => Outcome::Unknown,
            (Found::Version(present), Kind::Put(own, _)) if present.put == Some(*own) => {
                Outcome::Written(present.version)
            }
            (Found::Nothing, Kind::Delete(_)) => Outcome::Deleted,
            // The condition would hold now: what stood in the way has gone again.
            (Found::Nothing, Kind::Put(_, Expected::Absent)) => return self.again(),
            (Found::Version(present), Kind::Put(_, Expected::Version(wanted)))
            | (Found::Version(present), Kind::Delete(wanted))
                if present.version == *wanted =>
            {
                return self.again();
            }
            (Found::Nothing, Kind::Put(..)) => Outcome::Conflict(None),
            (Found::Version(present), _) => Outcome::Conflict(Some(present)),
        };
        Step::Settled(outcome)
    }

    fn look(&self) -> Step {
        Step::Look {
            failures: self.failures,
        }
    }

    fn again(&mut self) -> Step {
        self.failures += 1;
        self.within_limit(Step::Send {
            failures: self.failures,
        })
    }

    fn within_limit(&self, step: Step) -> Step {
        if self.failures < self.allowed {
            step
        } else {
            Step::Settled(Outcome::Unknown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: PutId = PutId(7);
    const ALLOWED: u32 = 4;

    /// One object of a store, with who wrote it.
    #[derive(Clone, Debug, PartialEq)]
    struct Object {
        version: ETag,
        id: Option<PutId>,
    }

    /// What happens to one exchange with the store, besides the exchange itself.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Nothing,
        /// Refused before it takes effect, with an answer that leaves it open.
        Before,
        /// The answer is lost after it took effect.
        After,
        /// Answered with 412 although it took effect.
        Spurious,
        Busy,
        Forbidden,
        /// Somebody else writes first.
        ForeignWrite,
        /// Somebody else removes first.
        ForeignDelete,
    }

    const EVENTS: [Event; 8] = [
        Event::Nothing,
        Event::Before,
        Event::After,
        Event::Spurious,
        Event::Busy,
        Event::Forbidden,
        Event::ForeignWrite,
        Event::ForeignDelete,
    ];

    fn etag(text: &str) -> ETag {
        ETag(text.to_owned())
    }

    /// The store, and a history of what the change and others did to it.
    struct World {
        object: Option<Object>,
        own_effects: u32,
        /// A foreign version was replaced or removed by the change.
        foreign_lost: bool,
        foreign_writes: u32,
    }

    impl World {
        fn apply(&mut self, kind: &Kind) -> Answer {
            let present = self.object.as_ref().map(|object| &object.version);
            let holds = match kind {
                Kind::Put(_, Expected::Absent) => present.is_none(),
                Kind::Put(_, Expected::Version(wanted)) | Kind::Delete(wanted) => {
                    present == Some(wanted)
                }
            };
            if !holds {
                return Answer::Failed;
            }
            let foreign = |object: &Object| object.version.0.starts_with("foreign");
            self.foreign_lost |= self.object.as_ref().is_some_and(foreign);
            self.own_effects += 1;
            self.object = match kind {
                Kind::Put(id, _) => Some(Object {
                    version: etag("own"),
                    id: Some(*id),
                }),
                Kind::Delete(_) => None,
            };
            Answer::Done(self.object.as_ref().map(|object| object.version.clone()))
        }

        fn send(&mut self, kind: &Kind, event: Event) -> Answer {
            match event {
                Event::Nothing => self.apply(kind),
                Event::Before => Answer::Lost,
                Event::After => {
                    self.apply(kind);
                    Answer::Lost
                }
                Event::Spurious => {
                    self.apply(kind);
                    Answer::Failed
                }
                Event::Busy => Answer::Busy,
                Event::Forbidden => Answer::Refused,
                Event::ForeignWrite => {
                    self.foreign_writes += 1;
                    self.object = Some(Object {
                        version: ETag(format!("foreign {}", self.foreign_writes)),
                        id: None,
                    });
                    self.apply(kind)
                }
                Event::ForeignDelete => {
                    self.object = None;
                    self.apply(kind)
                }
            }
        }

        fn look(&self, event: Event) -> Found {
            match (event, &self.object) {
                (Event::Before | Event::After, _) => Found::Lost,
                (Event::Forbidden, _) => Found::Refused,
                (_, None) => Found::Nothing,
                (_, Some(object)) => Found::Version(Present {
                    version: object.version.clone(),
                    put: object.id,
                }),
            }
        }
    }

    /// Runs a change in a world where these things happen, in this order, and then nothing.
    fn run(kind: Kind, object: Option<Object>, events: &[Event]) -> (Outcome, World) {
        let mut world = World {
            object,
            own_effects: 0,
            foreign_lost: false,
            foreign_writes: 0,
        };
        let mut change = Change::new(kind.clone(), ALLOWED);
        let mut step = change.start();
        let mut events = events
            .iter()
            .copied()
            .chain(std::iter::repeat(Event::Nothing));
        for event in events.by_ref().take(3 * ALLOWED as usize) {
            step = match step {
                Step::Send { .. } => change.answered(world.send(&kind, event)),
                Step::Look { .. } => change.looked(world.look(event)),
                Step::Settled(outcome) => return (outcome, world),
            };
        }
        panic!("not settled: {step:?}");
    }

    /// Every sequence of four events.
    fn sequences() -> impl Iterator<Item = [Event; 4]> {
        let count = EVENTS.len();
        (0..count.pow(4)).map(move |number| {
            std::array::from_fn(|place| EVENTS[number / count.pow(place as u32) % count])
        })
    }

    #[test]
    fn whatever_happens_the_outcome_is_true_and_nothing_foreign_is_lost() {
        let base = || {
            Some(Object {
                version: etag("base"),
                id: None,
            })
        };
        let changes = [
            (Kind::Put(OWN, Expected::Absent), None),
            (Kind::Put(OWN, Expected::Version(etag("base"))), base()),
            (Kind::Delete(etag("base")), base()),
        ];
        for (kind, object) in changes {
            for events in sequences() {
                let (outcome, world) = run(kind.clone(), object.clone(), &events);
                let context = format!("{kind:?} {events:?} {outcome:?}");
                assert!(!world.foreign_lost, "{context}");
                match outcome {
                    Outcome::Written(version) => {
                        assert!(world.own_effects > 0, "{context}");
                        assert_eq!(version, etag("own"), "{context}");
                    }
                    Outcome::Deleted => assert_eq!(world.object, None, "{context}"),
                    Outcome::Conflict(found) => {
                        let present = world.object.map(|object| object.version);
                        let found = found.map(|present| present.version);
                        assert_eq!(found, present, "{context}");
                        assert_ne!(present, Some(etag("own")), "{context}");
                    }
                    Outcome::Refused => assert_eq!(world.own_effects, 0, "{context}"),
                    Outcome::Unknown => {}
                }
            }
        }
    }

    #[test]
    fn a_lost_answer_is_no_conflict() {
        let put = Kind::Put(OWN, Expected::Absent);
        for event in [Event::After, Event::Spurious] {
            let (outcome, world) = run(put.clone(), None, &[event]);
            assert_eq!(outcome, Outcome::Written(etag("own")), "{event:?}");
            assert_eq!(world.own_effects, 1);
        }
    }

    #[test]
    fn a_store_that_never_answers_leaves_it_open() {
        let put = Kind::Put(OWN, Expected::Absent);
        let (outcome, _) = run(put, None, &[Event::Before; 8]);
        assert_eq!(outcome, Outcome::Unknown);
    }
}
