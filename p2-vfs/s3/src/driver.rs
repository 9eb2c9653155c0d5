//! The thread that talks to the store. What is to be said is decided in [`crate::sync_core`].

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use crate::change::{Answer as Echo, Change, ETag, Expected, Found, Kind, Outcome, PutId, Step};
use crate::file::File;
use crate::key::{Key, Prefix};
use crate::place::Place;
use crate::problem::Problem;
use crate::remote::{Remote, StoreError};
use crate::shared::{News, Shared};
use crate::sync_core::{Answer, Goal, Progress, SyncCore, Task, Work};

/// How often a change is sent before its outcome is left open for now.
const ATTEMPTS: u32 = 4;

/// The wait after the first exchange that failed; it doubles with each.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked for changes that nobody waits for.
const TICK: Duration = Duration::from_millis(500);

/// The most that is written as one object at once.
const MAX_OBJECT: u64 = 5 << 30;

/// Where an answer goes.
pub(crate) type Reply<T> = SyncSender<T>;

/// What the driver is asked.
pub(crate) enum Command {
    /// These changes happened.
    News(Vec<News>),
    /// Answer when the goal is reached or missed, or at the deadline.
    Sync {
        goal: Goal,
        deadline: Instant,
        reply: Reply<Result<(), Problem>>,
    },
    /// Answer with what is not saved when nothing can be done about it, or at the deadline.
    Drain {
        deadline: Instant,
        reply: Reply<Vec<(Place, Option<Problem>)>>,
    },
    /// Fetch a range of a file.
    Load {
        file: Arc<File>,
        range: Range<u64>,
        reply: Reply<Result<(), StoreError>>,
    },
}

struct Waiter {
    goal: Goal,
    deadline: Instant,
    reply: Reply<Result<(), Problem>>,
}

struct Drainer {
    deadline: Instant,
    reply: Reply<Vec<(Place, Option<Problem>)>>,
}

/// The numbers that mark writes: a random one, and those that follow.
struct PutIds(u128);

impl PutIds {
    fn new() -> Self {
        // The standard library's source of random keys.
        let half = || u128::from(RandomState::new().hash_one("monaka-put"));
        Self(half() << 64 | half())
    }

    fn next(&mut self) -> PutId {
        self.0 = self.0.wrapping_add(1);
        PutId(self.0)
    }
}

pub(crate) struct Driver {
    pub(crate) core: SyncCore,
    remote: Remote,
    prefix: Prefix,
    shared: Weak<Shared>,
    started: Instant,
    ids: PutIds,
    waiters: Vec<Waiter>,
    drainers: Vec<Drainer>,
    under_way: JoinSet<(Place, Answer)>,
}

impl Driver {
    pub(crate) fn new(
        core: SyncCore,
        remote: Remote,
        prefix: Prefix,
        shared: Weak<Shared>,
    ) -> Self {
        Self {
            core,
            remote,
            prefix,
            shared,
            started: Instant::now(),
            ids: PutIds::new(),
            waiters: Vec::new(),
            drainers: Vec::new(),
            under_way: JoinSet::new(),
        }
    }

    /// Serves until the last that could ask is gone.
    pub(crate) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        loop {
            let wake = self.wake_at();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                Some(done) = self.under_way.join_next() => {
                    if let Ok((place, answer)) = done {
                        let now = self.now();
                        self.core.answer(&place, answer, now);
                    }
                }
                () = tokio::time::sleep_until(wake.into()) => {
                    if let Some(shared) = self.shared.upgrade() {
                        shared.try_tell();
                    }
                }
            }
            self.start_what_is_due();
            self.answer_waiters();
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn wake_at(&self) -> Instant {
        let now = Instant::now();
        let waiters = self.waiters.iter().map(|waiter| waiter.deadline);
        let drainers = self.drainers.iter().map(|drainer| drainer.deadline);
        let due = self.core.wake_at();
        let due = due.and_then(|due| self.started.checked_add(due));
        // What is due and blocked is looked at when something else is done.
        let due = due.map(|due| due.max(now + Duration::from_millis(20)));
        let times = waiters.chain(drainers).chain(due);
        times.min().map_or(now + TICK, |time| time.min(now + TICK))
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::News(news) => news.into_iter().for_each(|news| self.hear(news)),
            Command::Sync {
                goal,
                deadline,
                reply,
            } => {
                self.core.urge(&goal);
                self.waiters.push(Waiter {
                    goal,
                    deadline,
                    reply,
                });
            }
            Command::Drain { deadline, reply } => {
                self.core.urge(&Goal::Below(String::new()));
                self.drainers.push(Drainer { deadline, reply });
            }
            Command::Load { file, range, reply } => {
                let remote = self.remote.clone();
                tokio::spawn(async move {
                    let loaded = file.load(&remote, range).await;
                    // Whoever asked may be gone.
                    let _ = reply.send(loaded);
                });
            }
        }
    }

    fn hear(&mut self, news: News) {
        let now = self.now();
        match news {
            News::Placed(ino, generation, place) => self.core.place(ino, generation, place, now),
            News::Directory {
                ino,
                place,
                is_empty,
            } => self.core.place_directory(ino, place, is_empty, now),
            News::Gone(ino) => self.core.unplace(ino, now),
            News::Written(ino, generation) => self.core.changed(ino, generation, now),
        }
    }

    fn start_what_is_due(&mut self) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        let now = self.now();
        while let Some(work) = self.core.next(now, || self.ids.next()) {
            let errand = Errand {
                remote: self.remote.clone(),
                prefix: self.prefix.clone(),
                shared: shared.clone(),
            };
            self.under_way.spawn(async move {
                let answer = errand.run(&work).await;
                (work.place, answer)
            });
        }
    }

    fn answer_waiters(&mut self) {
        let now = Instant::now();
        let core = &self.core;
        self.waiters.retain(|waiter| {
            let answer = match core.progress(&waiter.goal) {
                Progress::Done => Ok(()),
                Progress::Failed(problem) => Err(problem),
                Progress::Waiting if waiter.deadline <= now => Err(Problem::Unreachable),
                Progress::Waiting => return true,
            };
            // Whoever waited may be gone.
            let _ = waiter.reply.send(answer);
            false
        });
        if self.drainers.is_empty() {
            return;
        }
        let unsaved = core.unsaved();
        let is_over = unsaved
            .iter()
            .all(|(_, problem)| problem.as_ref().is_some_and(Problem::is_final));
        self.drainers.retain(|drainer| {
            if !is_over && drainer.deadline > now {
                return true;
            }
            let _ = drainer.reply.send(unsaved.clone());
            false
        });
    }
}

/// One thing that is done at the store.
struct Errand {
    remote: Remote,
    prefix: Prefix,
    shared: Arc<Shared>,
}

impl Errand {
    async fn run(&self, work: &Work) -> Answer {
        let Ok(key) = work.place.key(&self.prefix) else {
            return Answer::Failed(Problem::TooLong);
        };
        match &work.task {
            Task::Look => match self.remote.look(&key).await {
                Found::Nothing => Answer::Found(None),
                Found::Version(present) => Answer::Found(Some(present)),
                Found::Refused => Answer::Failed(Problem::Refused),
                Found::Lost => Answer::Failed(Problem::Unreachable),
            },
            Task::Delete(version) => self.change(&key, Message::Delete(version.clone())).await,
            Task::Put {
                ino, put, expected, ..
            } => {
                let (attributes, content) = match self.shared.content(&self.remote, *ino).await {
                    Ok(content) => content,
                    Err(problem) => return Answer::Failed(problem),
                };
                if content.len() as u64 > MAX_OBJECT {
                    return Answer::Failed(Problem::TooLarge);
                }
                let message = Message::Put {
                    content,
                    metadata: attributes.metadata(*put),
                    put: *put,
                    expected: expected.clone(),
                };
                self.change(&key, message).await
            }
        }
    }

    /// Sends a change until it is known what became of it, or for now.
    async fn change(&self, key: &Key, message: Message) -> Answer {
        let mut change = Change::new(message.kind(), ATTEMPTS);
        let mut step = change.start();
        let mut refusal = None;
        loop {
            step = match step {
                Step::Send { failures } => {
                    pause(failures).await;
                    let echo = match self.send(key, &message).await {
                        Ok(echo) => echo,
                        Err(error) => {
                            refusal = Some(error.to_string());
                            Echo::Refused
                        }
                    };
                    change.answered(echo)
                }
                Step::Look { failures } => {
                    pause(failures).await;
                    change.looked(self.remote.look(key).await)
                }
                Step::Settled(Outcome::Refused) => {
                    return Answer::Failed(match refusal {
                        Some(refusal) => Problem::RefusedWith(refusal),
                        None => Problem::Refused,
                    });
                }
                Step::Settled(outcome) => return Answer::Changed(outcome),
            };
        }
    }

    async fn send(&self, key: &Key, message: &Message) -> Result<Echo, StoreError> {
        match message {
            Message::Put {
                content,
                metadata,
                expected,
                ..
            } => {
                let (content, metadata) = (content.clone(), metadata.clone());
                self.remote.put(key, content, metadata, expected).await
            }
            Message::Delete(version) => self.remote.delete(key, version).await,
        }
    }
}

/// A change as it is sent, perhaps more than once.
enum Message {
    Put {
        content: Bytes,
        metadata: HashMap<String, String>,
        put: PutId,
        expected: Expected,
    },
    Delete(ETag),
}

impl Message {
    fn kind(&self) -> Kind {
        match self {
            Self::Put { put, expected, .. } => Kind::Put(*put, expected.clone()),
            Self::Delete(version) => Kind::Delete(version.clone()),
        }
    }
}

async fn pause(failures: u32) {
    if failures > 0 {
        tokio::time::sleep(PAUSE.saturating_mul(1 << (failures - 1).min(5))).await;
    }
}
