//! The sessions of a server, with and without a connection.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rpc_protocol::{Key, Mode, Reason, SessionId};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, watch};

use crate::session::Session;

/// A session and who has it.
pub(crate) struct Slot {
    pub(crate) id: SessionId,
    /// What a client must know to take the session over.
    pub(crate) key: Key,
    /// Held by the connection that the session belongs to.
    pub(crate) session: Arc<AsyncMutex<Session>>,
    /// Counts the connections that took the session; the last one owns it.
    owner: watch::Sender<u64>,
    subtree: String,
    mode: Mode,
}

/// A connection's claim on a session.
pub(crate) struct Claim {
    owners: watch::Receiver<u64>,
    mine: u64,
}

impl Slot {
    /// Whether the session belongs to a connection.
    fn is_connected(&self) -> bool {
        self.session.try_lock().is_err()
    }

    /// Takes the session from the connection that has it.
    pub(crate) fn claim(&self) -> Claim {
        let mut mine = 0;
        self.owner.send_modify(|owner| {
            *owner += 1;
            mine = *owner;
        });
        Claim {
            owners: self.owner.subscribe(),
            mine,
        }
    }
}

impl Claim {
    /// Returns when another connection takes the session.
    pub(crate) async fn lost(&mut self) {
        let mine = self.mine;
        // The sender is in a slot that this connection holds.
        let _ = self.owners.wait_for(|owner| *owner != mine).await;
    }
}

/// Every session.
pub(crate) struct Registry {
    slots: Mutex<HashMap<SessionId, Arc<Slot>>>,
    next: AtomicU64,
    max: usize,
}

impl Registry {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            slots: Mutex::new(HashMap::new()),
            next: AtomicU64::new(1),
            max,
        }
    }

    pub(crate) fn next_id(&self) -> SessionId {
        SessionId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn get(&self, id: SessionId) -> Option<Arc<Slot>> {
        self.lock().get(&id).cloned()
    }

    pub(crate) fn remove(&self, id: SessionId) {
        // What the session has open is closed here, outside the lock.
        let slot = self.lock().remove(&id);
        drop(slot);
    }

    /// Adds a session that is attached to `subtree`, and locks it for its connection. One that has
    /// no connection gives way.
    ///
    /// # Errors
    /// `TooMany`, `Occupied`.
    pub(crate) fn insert(
        &self,
        (id, key): (SessionId, Key),
        session: Session,
        subtree: String,
        mode: Mode,
    ) -> Result<(Arc<Slot>, OwnedMutexGuard<Session>), Reason> {
        let excludes = |other: &Slot| {
            (mode == Mode::Private || other.mode == Mode::Private)
                && (is_within(&subtree, &other.subtree) || is_within(&other.subtree, &subtree))
        };
        // What they have open is closed when the lock is released.
        let mut gone = Vec::new();
        let mut slots = self.lock();
        let in_the_way: Vec<_> = slots
            .values()
            .filter(|other| excludes(other))
            .cloned()
            .collect();
        if in_the_way.iter().any(|other| other.is_connected()) {
            return Err(Reason::Occupied);
        }
        gone.extend(in_the_way);
        if slots.len() >= self.max {
            let idle = slots.values().find(|other| !other.is_connected());
            gone.push(idle.cloned().ok_or(Reason::TooMany)?);
        }
        for slot in &gone {
            slots.remove(&slot.id);
        }
        let session = Arc::new(AsyncMutex::new(session));
        let connected = session.clone().try_lock_owned();
        let connected = connected.map_err(|_| Reason::Occupied)?;
        let slot = Arc::new(Slot {
            id,
            key,
            session,
            owner: watch::Sender::new(0),
            subtree,
            mode,
        });
        slots.insert(id, slot.clone());
        drop(slots);
        drop(gone);
        Ok((slot, connected))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the directory `path` is `ancestor` or below it; both without links and `..`.
fn is_within(path: &str, ancestor: &str) -> bool {
    ancestor.is_empty()
        || path
            .strip_prefix(ancestor)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn directories_are_within_themselves_and_those_above() {
        assert!(is_within("a/b", "") && is_within("a/b", "a") && is_within("a", "a"));
        assert!(!is_within("ab", "a") && !is_within("", "a"));
    }
}
