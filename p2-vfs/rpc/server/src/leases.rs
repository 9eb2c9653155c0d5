//! Leases: as long as a client has one of a file, nobody else changes the file.
//!
//! A client cannot be called, as a guest that computes does not listen. So a lease lasts for a time
//! after the client's last frame; whoever wants to change the file has it recalled with the client's
//! next reply, and waits until it is given back or has run out. A file that clients change by turns
//! is *contested*: it is not leased until that has ceased, so that they wait for each other once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fs_core::Ino;
use rpc_protocol::{MAX_RECALLS, Recall, ReplyBuilder, SessionId};
use tokio::sync::Notify;

/// Tables, so that changes of different files seldom wait for each other.
const SHARDS: usize = 64;

/// Entries of a table above which those are looked for that are of no use any more.
const CROWD: usize = 1024;

/// The recall of all leases.
const ALL: Recall = Recall { node: 0 };

/// A client as a holder of leases.
#[derive(Debug)]
pub(crate) struct Holder {
    id: SessionId,
    start: Instant,
    /// When its last frame came, in nanoseconds since the start.
    last_frame: AtomicU64,
    recalls: Mutex<Vec<Ino>>,
}

impl Holder {
    pub(crate) fn new(id: SessionId) -> Self {
        Self {
            id,
            start: Instant::now(),
            last_frame: AtomicU64::new(0),
            recalls: Mutex::default(),
        }
    }

    /// A frame has come: all that is not recalled lasts longer.
    pub(crate) fn renew(&self) {
        let since = self.start.elapsed().as_nanos() as u64;
        self.last_frame.store(since, Ordering::SeqCst);
    }

    /// Puts what is recalled into a reply.
    pub(crate) fn deliver(&self, reply: &mut ReplyBuilder) {
        let mut recalls = self.recalls();
        if recalls.len() > MAX_RECALLS {
            recalls.clear();
            reply.recall(ALL);
        }
        for ino in recalls.drain(..) {
            reply.recall(Recall { node: ino.0 });
        }
    }

    fn recalls(&self) -> MutexGuard<'_, Vec<Ino>> {
        self.recalls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leased_until(&self, time: Duration) -> Instant {
        let since = Duration::from_nanos(self.last_frame.load(Ordering::SeqCst));
        self.start + since + time
    }
}

struct LeaseOf {
    holder: Arc<Holder>,
    /// When it ends for good, once it is recalled.
    end: Option<Instant>,
}

#[derive(Default)]
struct File {
    leases: Vec<LeaseOf>,
    /// Until when nobody gets a lease, and who used the file last.
    contest: Option<(Instant, SessionId)>,
}

impl File {
    /// Goes on with the contest if another client than the last one uses the file.
    fn is_contested(&mut self, now: Instant, by: SessionId, time: Duration) -> bool {
        let Some((until, last)) = &mut self.contest else {
            return false;
        };
        if *until <= now {
            self.contest = None;
            return false;
        }
        if *last != by {
            (*until, *last) = (now + 2 * time, by);
        }
        true
    }
}

/// A change has to wait for another client's lease, at most until this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait(pub(crate) Instant);

/// The leases of a server.
pub(crate) struct Leases {
    time: Duration,
    shards: Vec<Mutex<HashMap<Ino, File>>>,
    count: AtomicUsize,
    returned: Notify,
}

impl Leases {
    pub(crate) fn new(time: Duration) -> Self {
        Self {
            time,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            count: AtomicUsize::new(0),
            returned: Notify::new(),
        }
    }

    fn shard(&self, ino: Ino) -> MutexGuard<'_, HashMap<Ino, File>> {
        let shard = &self.shards[ino.0 as usize % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody has a lease.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::SeqCst) == 0
    }

    /// Wakes when a lease is given back.
    pub(crate) fn returned(&self) -> &Notify {
        &self.returned
    }

    /// Gives a lease of the file, if it is not contested. What the client is told of the file is to
    /// be looked at after that.
    pub(crate) fn grant(&self, holder: &Arc<Holder>, ino: Ino) -> bool {
        let now = Instant::now();
        let mut shard = self.shard(ino);
        if shard.len() > CROWD {
            shard.retain(|_, file| {
                !file.leases.is_empty() || file.contest.is_some_and(|(until, _)| until > now)
            });
        }
        let file = shard.entry(ino).or_default();
        if file.is_contested(now, holder.id, self.time) {
            return false;
        }
        match file
            .leases
            .iter()
            .find(|lease| lease.holder.id == holder.id)
        {
            Some(lease) => lease.end.is_none(),
            None => {
                self.count.fetch_add(1, Ordering::SeqCst);
                file.leases.push(LeaseOf {
                    holder: holder.clone(),
                    end: None,
                });
                true
            }
        }
    }

    /// Changes the content of the file if no other client has a lease of it; nobody gets one
    /// meanwhile.
    ///
    /// # Errors
    /// The leases are recalled; nothing was done.
    pub(crate) fn change<T>(
        &self,
        holder: &Holder,
        ino: Ino,
        change: impl FnOnce() -> T,
    ) -> Result<T, Wait> {
        let mut shard = self.shard(ino);
        if let Some(file) = shard.get_mut(&ino)
            && let Some(wait) = self.recall_from(file, holder, ino)
        {
            return Err(wait);
        }
        Ok(change())
    }

    /// The attributes of the file have changed with its names: its leases are recalled, but nobody
    /// waits.
    pub(crate) fn recall(&self, holder: &Holder, ino: Ino) {
        if let Some(file) = self.shard(ino).get_mut(&ino) {
            self.recall_from(file, holder, ino);
        }
    }

    /// Recalls the leases of other clients, drops those that have run out, and says how long it is
    /// until the last one has.
    fn recall_from(&self, file: &mut File, holder: &Holder, ino: Ino) -> Option<Wait> {
        let now = Instant::now();
        let before = file.leases.len();
        let mut last = None;
        let mut is_contested = file.is_contested(now, holder.id, self.time);
        file.leases.retain_mut(|lease| {
            if lease.holder.id == holder.id {
                return true;
            }
            is_contested = true;
            let end = *lease.end.get_or_insert_with(|| {
                lease.holder.recalls().push(ino);
                lease.holder.leased_until(self.time)
            });
            last = last.max((end > now).then_some(end));
            end > now
        });
        self.count
            .fetch_sub(before - file.leases.len(), Ordering::SeqCst);
        if is_contested && file.contest.is_none() {
            file.contest = Some((now + 2 * self.time, holder.id));
        }
        last.map(Wait)
    }

    /// Takes a lease back.
    pub(crate) fn give_back(&self, holder: &Holder, ino: Ino) {
        let mut shard = self.shard(ino);
        let Some(file) = shard.get_mut(&ino) else {
            return;
        };
        let before = file.leases.len();
        file.leases.retain(|lease| lease.holder.id != holder.id);
        let after = file.leases.len();
        if file.leases.is_empty() && file.contest.is_none() {
            shard.remove(&ino);
        }
        drop(shard);
        if after < before {
            self.count.fetch_sub(before - after, Ordering::SeqCst);
            self.returned.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Ino = Ino(7);
    const TIME: Duration = Duration::from_secs(3600);

    fn holder(id: u64) -> Arc<Holder> {
        let holder = Holder::new(SessionId(id));
        holder.renew();
        Arc::new(holder)
    }

    #[test]
    fn a_change_waits_for_the_leases_of_others_and_not_for_ones_own() {
        let leases = Leases::new(TIME);
        let (one, two) = (holder(1), holder(2));
        assert!(leases.grant(&one, FILE));
        assert!(leases.change(&one, FILE, || ()).is_ok());
        assert!(leases.change(&two, FILE, || ()).is_err());
        let mut reply = ReplyBuilder::default();
        one.deliver(&mut reply);
        assert_eq!(reply.recalls(), [Recall { node: FILE.0 }]);
        leases.give_back(&one, FILE);
        assert!(leases.change(&two, FILE, || ()).is_ok());
        assert!(leases.is_empty());
    }

    #[test]
    fn a_lease_that_has_run_out_holds_nobody_up() {
        let leases = Leases::new(Duration::ZERO);
        assert!(leases.grant(&holder(1), FILE));
        assert!(leases.change(&holder(2), FILE, || ()).is_ok());
    }

    #[test]
    fn what_is_contested_is_not_leased() {
        let leases = Leases::new(TIME);
        let (one, two) = (holder(1), holder(2));
        assert!(leases.grant(&one, FILE));
        assert!(leases.change(&two, FILE, || ()).is_err());
        leases.give_back(&one, FILE);
        assert!(!leases.grant(&one, FILE) && !leases.grant(&two, FILE));
    }
}
