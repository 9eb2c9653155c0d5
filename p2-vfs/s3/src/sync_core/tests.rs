//! Random trees, stores that fail in every way, and others who write there: against a model.

use super::*;
use crate::change::{Answer as Reply, Change, Found, Kind, Step};

/// What an object of the model's store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Ours(Ino, u64),
    Foreign(u64),
}

#[derive(Clone, Debug)]
struct Object {
    version: ETag,
    put: Option<PutId>,
    body: Body,
}

/// A xorshift generator: one seed, one history.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A change on its way, one exchange after the other.
struct Flight {
    work: Work,
    change: Option<Change>,
    step: Step,
}

struct World {
    seed: u64,
    dice: Dice,
    now: Duration,
    core: SyncCore,
    store: BTreeMap<Place, Object>,
    flights: Vec<Flight>,
    /// The tree: which file is where, and the number of its last change.
    tree: BTreeMap<Place, (Ino, u64)>,
    /// The change of each file that somebody was told is saved.
    saved: HashMap<Ino, u64>,
    /// Files whose objects somebody else changed, which nobody notices before the next write.
    meddled: BTreeSet<Ino>,
    next: u64,
    /// Others write too.
    is_shared: bool,
}

impl World {
    fn new(seed: u64, policy: Policy, is_shared: bool) -> Self {
        Self {
            seed,
            dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            now: Duration::ZERO,
            core: SyncCore::new(policy),
            store: BTreeMap::new(),
            flights: Vec::new(),
            tree: BTreeMap::new(),
            saved: HashMap::new(),
            meddled: BTreeSet::new(),
            next: 0,
            is_shared,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn any_place(&mut self) -> Place {
        let names = ["a", "b", "d/a", "d/b", "d/e/a"];
        Place::file(names[self.dice.roll(names.len() as u64) as usize])
    }

    fn any_file(&mut self) -> Option<(Place, Ino, u64)> {
        let count = self.tree.len() as u64;
        if count == 0 {
            return None;
        }
        let index = self.dice.roll(count) as usize;
        let (place, (ino, generation)) = self.tree.iter().nth(index)?;
        Some((place.clone(), *ino, *generation))
    }

    /// One thing that a program, a peer or the network does.
    fn step(&mut self) {
        match self.dice.roll(16) {
            0..=2 => self.write(),
            3 => self.rename(),
            4 => self.remove(),
            5 => self.sync(),
            6 if self.is_shared => self.meddle(),
            7 => self.now += Duration::from_millis(700),
            8..=10 => self.launch(),
            _ => self.exchange(true),
        }
        self.check();
    }

    fn write(&mut self) {
        let place = self.any_place();
        match self.tree.get_mut(&place) {
            Some((ino, generation)) => {
                *generation += 1;
                let (ino, generation) = (*ino, *generation);
                self.core.changed(ino, generation, self.now);
            }
            None => {
                let ino = Ino(self.number());
                self.tree.insert(place.clone(), (ino, 1));
                self.core.place(ino, 1, place, self.now);
            }
        }
    }

    fn rename(&mut self) {
        let (Some((from, ino, generation)), to) = (self.any_file(), self.any_place()) else {
            return;
        };
        if from == to || self.may_make_ring(&to, ino) {
            return;
        }
        self.tree.remove(&from);
        let replaced = self.tree.insert(to.clone(), (ino, generation));
        self.core.place(ino, generation, to, self.now);
        if let Some((replaced, _)) = replaced {
            self.saved.remove(&replaced);
            self.core.unplace(replaced, self.now);
        }
    }

    /// Whether the store holds there, or soon will, another file that is elsewhere by now: in a
    /// ring of such places, the only copy of something is written over.
    fn may_make_ring(&self, place: &Place, ino: Ino) -> bool {
        let held = self.store.get(place).map(|object| object.body);
        let held = held.and_then(|body| match body {
            Body::Ours(held, _) => Some(held),
            Body::Foreign(_) => None,
        });
        let flights = self.flights.iter();
        let flights = flights.filter(|flight| flight.work.place == *place);
        let coming = flights.filter_map(|flight| match flight.work.task {
            Task::Put { ino, .. } => Some(ino),
            Task::Delete(_) | Task::Look => None,
        });
        let is_alive = |other: Ino| self.tree.values().any(|(it, _)| *it == other);
        held.into_iter()
            .chain(coming)
            .any(|other| other != ino && is_alive(other))
    }

    fn remove(&mut self) {
        if let Some((place, ino, _)) = self.any_file() {
            self.tree.remove(&place);
            self.saved.remove(&ino);
            self.core.unplace(ino, self.now);
        }
    }

    /// Somebody asks for a file to be saved, and perhaps is told that it is.
    fn sync(&mut self) {
        if let Some((_, ino, generation)) = self.any_file() {
            let goal = Goal::Inode(ino, generation);
            self.core.urge(&goal);
            let is_done = self.core.progress(&goal) == Progress::Done;
            if is_done && !self.meddled.contains(&ino) {
                self.saved.insert(ino, generation);
            }
        }
    }

    /// Somebody else writes or removes an object.
    fn meddle(&mut self) {
        let place = self.any_place();
        let was_ours = self.store.get(&place).map(|object| object.body);
        if let Some(Body::Ours(ino, _)) = was_ours {
            self.saved.remove(&ino);
            self.meddled.insert(ino);
        }
        if self.dice.roll(3) == 0 {
            self.store.remove(&place);
        } else {
            let number = self.number();
            self.store.insert(
                place,
                Object {
                    version: ETag(format!("foreign {number}")),
                    put: None,
                    body: Body::Foreign(number),
                },
            );
        }
    }

    /// The driver takes on what is due.
    fn launch(&mut self) {
        let number = self.number();
        let put = PutId(u128::from(number));
        let Some(work) = self.core.next(self.now, || put) else {
            return;
        };
        let kind = match &work.task {
            Task::Put { put, expected, .. } => Some(Kind::Put(*put, expected.clone())),
            Task::Delete(version) => Some(Kind::Delete(version.clone())),
            Task::Look => None,
        };
        let change = kind.map(|kind| Change::new(kind, 3));
        let step = match &change {
            Some(change) => change.start(),
            None => Step::Look { failures: 0 },
        };
        self.flights.push(Flight { work, change, step });
    }

    /// One exchange of one flight with the store.
    fn exchange(&mut self, is_faulty: bool) {
        let count = self.flights.len() as u64;
        if count == 0 {
            return;
        }
        let mut flight = self.flights.swap_remove(self.dice.roll(count) as usize);
        let fault = if is_faulty { self.dice.roll(8) } else { 7 };
        let place = flight.work.place.clone();
        let Some(change) = &mut flight.change else {
            let answer = match self.look(&place, fault) {
                Found::Version(present) => Answer::Found(Some(present)),
                Found::Nothing => Answer::Found(None),
                Found::Lost | Found::Refused => Answer::Failed(Problem::Unreachable),
            };
            return self.core.answer(&place, answer, self.now);
        };
        flight.step = match flight.step {
            Step::Send { .. } => {
                let reply = match fault {
                    0 => Reply::Lost,
                    1 => {
                        Self::apply(&mut self.store, &flight.work, &mut self.next);
                        Reply::Lost
                    }
                    2 => {
                        Self::apply(&mut self.store, &flight.work, &mut self.next);
                        Reply::Failed
                    }
                    3 => Reply::Busy,
                    _ => Self::apply(&mut self.store, &flight.work, &mut self.next),
                };
                change.answered(reply)
            }
            Step::Look { .. } => {
                let found = self.look(&place, fault);
                change.looked(found)
            }
            Step::Settled(outcome) => Step::Settled(outcome),
        };
        match flight.step {
            Step::Settled(outcome) => {
                self.core.answer(&place, Answer::Changed(outcome), self.now);
            }
            Step::Send { .. } | Step::Look { .. } => self.flights.push(flight),
        }
    }

    fn look(&self, place: &Place, fault: u64) -> Found {
        match (fault, self.store.get(place)) {
            (0 | 1, _) => Found::Lost,
            (_, None) => Found::Nothing,
            (_, Some(object)) => Found::Version(Present {
                version: object.version.clone(),
                put: object.put,
            }),
        }
    }

    fn apply(store: &mut BTreeMap<Place, Object>, work: &Work, next: &mut u64) -> Reply {
        let place = &work.place;
        let present = store.get(place).map(|object| object.version.clone());
        let wanted = match &work.task {
            Task::Put { expected, .. } => match expected {
                Expected::Absent => None,
                Expected::Version(version) => Some(version.clone()),
            },
            Task::Delete(version) => Some(version.clone()),
            Task::Look => return Reply::Done(None),
        };
        if present != wanted {
            return Reply::Failed;
        }
        match &work.task {
            Task::Put {
                ino,
                generation,
                put,
                ..
            } => {
                *next += 1;
                let version = ETag(format!("ours {next}"));
                let object = Object {
                    version: version.clone(),
                    put: Some(*put),
                    body: Body::Ours(*ino, *generation),
                };
                store.insert(place.clone(), object);
                Reply::Done(Some(version))
            }
            Task::Delete(_) | Task::Look => {
                store.remove(place);
                Reply::Done(None)
            }
        }
    }

    /// If the process died now, what was told to be saved would be there.
    fn check(&self) {
        for (ino, generation) in &self.saved {
            let is_there = self.store.values().any(|object| {
                matches!(object.body, Body::Ours(held, at) if held == *ino && at >= *generation)
            });
            assert!(is_there, "seed {}: {ino:?} {generation} is lost", self.seed);
        }
    }

    /// Nothing fails any more, and everybody waits.
    fn come_to_rest(&mut self) {
        let all = Goal::Below(String::new());
        for _ in 0..2000 {
            self.core.urge(&all);
            self.launch();
            self.exchange(false);
            self.now += Duration::from_millis(10);
            self.check();
            if self.flights.is_empty() && self.core.progress(&all) == Progress::Done {
                return;
            }
        }
        panic!("seed {}: {:?}", self.seed, self.core.unsaved());
    }
}

/// One seed by `MONAKA_SEED`, else many.
fn seeds() -> Vec<u64> {
    match std::env::var("MONAKA_SEED")
        .ok()
        .and_then(|it| it.parse().ok())
    {
        Some(seed) => vec![seed],
        None => (1..=10_000).collect(),
    }
}

#[test]
fn whatever_fails_what_was_saved_is_there_and_in_the_end_all_is() {
    for seed in seeds() {
        let mut world = World::new(seed, Policy::Fail, false);
        for _ in 0..120 {
            world.step();
        }
        world.come_to_rest();
        let store: BTreeMap<Place, Body> = world
            .store
            .iter()
            .map(|(place, object)| (place.clone(), object.body))
            .collect();
        let tree: BTreeMap<Place, Body> = world
            .tree
            .iter()
            .map(|(place, (ino, generation))| (place.clone(), Body::Ours(*ino, *generation)))
            .collect();
        assert_eq!(store, tree, "seed {seed}");
    }
}

#[test]
fn what_others_wrote_is_never_lost_unless_asked_for() {
    for seed in seeds() {
        let mut world = World::new(seed, Policy::Fail, true);
        for _ in 0..120 {
            let foreign: Vec<(Place, Body)> = foreign(&world.store);
            let next = world.next;
            world.step();
            for (place, body) in foreign {
                let present = world.store.get(&place).map(|object| object.body);
                // Those who wrote it may write or remove it again.
                let is_theirs = match present {
                    Some(Body::Foreign(number)) => number >= next || present == Some(body),
                    Some(Body::Ours(..)) => false,
                    None => world.was_meddled(next),
                };
                assert!(is_theirs, "seed {seed}: {body:?} at {place} is lost");
            }
        }
    }
}

fn foreign(store: &BTreeMap<Place, Object>) -> Vec<(Place, Body)> {
    let objects = store
        .iter()
        .map(|(place, object)| (place.clone(), object.body));
    objects
        .filter(|(_, body)| matches!(body, Body::Foreign(_)))
        .collect()
}

impl World {
    /// Whether nothing was numbered since, as when somebody else removes an object: our own
    /// removals never hit a foreign one, because they name a version.
    fn was_meddled(&self, next: u64) -> bool {
        self.next == next
    }
}

#[test]
fn whoever_overwrites_comes_to_rest_with_what_is_here() {
    for seed in seeds() {
        let mut world = World::new(seed, Policy::Overwrite, true);
        for _ in 0..120 {
            world.step();
        }
        world.come_to_rest();
        let untouched = world.tree.iter();
        let untouched = untouched.filter(|(_, (ino, _))| !world.meddled.contains(ino));
        for (place, (ino, generation)) in untouched {
            let held = world.store.get(place).map(|object| object.body);
            assert_eq!(held, Some(Body::Ours(*ino, *generation)), "seed {seed}");
        }
    }
}

fn put(core: &mut SyncCore, now: Duration) -> Option<Work> {
    core.next(now, || PutId(1))
}

#[test]
fn a_file_that_moves_before_it_is_written_is_written_once() {
    let mut core = SyncCore::new(Policy::Fail);
    let now = Duration::ZERO;
    core.place(Ino(2), 1, Place::file("cfg.tmp"), now);
    assert_eq!(put(&mut core, now), None);
    core.place(Ino(2), 1, Place::file("cfg"), now);
    core.urge(&Goal::Below(String::new()));
    let work = put(&mut core, now).expect("the file is due");
    assert_eq!(work.place, Place::file("cfg"));
    let written = Outcome::Written(ETag("1".to_owned()));
    core.answer(&work.place, Answer::Changed(written), now);
    assert_eq!(put(&mut core, now), None);
    assert_eq!(core.progress(&Goal::Below(String::new())), Progress::Done);
}

#[test]
fn the_old_name_goes_after_the_new_one_is_written() {
    let mut core = SyncCore::new(Policy::Fail);
    let now = Duration::ZERO;
    core.adopt(Place::file("a"), Ino(2), ETag("1".to_owned()), now);
    core.place(Ino(2), 0, Place::file("z"), now);
    core.urge(&Goal::Below(String::new()));
    let work = put(&mut core, now).expect("the new name is due");
    assert_eq!(work.place, Place::file("z"));
    assert_eq!(put(&mut core, now), None);
    let written = Outcome::Written(ETag("2".to_owned()));
    core.answer(&work.place, Answer::Changed(written), now);
    let work = put(&mut core, now).expect("the old name is due");
    assert_eq!(work.task, Task::Delete(ETag("1".to_owned())));
}

#[test]
fn a_failure_is_told_until_it_is_mended() {
    let mut core = SyncCore::new(Policy::Fail);
    let now = Duration::ZERO;
    let goal = Goal::Inode(Ino(2), 1);
    core.place(Ino(2), 1, Place::file("a"), now);
    core.urge(&goal);
    let work = put(&mut core, now).expect("the file is due");
    core.answer(&work.place, Answer::Changed(Outcome::Refused), now);
    assert_eq!(core.progress(&goal), Progress::Failed(Problem::Refused));
    assert_eq!(core.unsaved().len(), 1);
    core.urge(&goal);
    assert_eq!(core.progress(&goal), Progress::Waiting);
    let work = put(&mut core, now).expect("it is tried again");
    let written = Outcome::Written(ETag("1".to_owned()));
    core.answer(&work.place, Answer::Changed(written), now);
    assert_eq!(core.progress(&goal), Progress::Done);
}
