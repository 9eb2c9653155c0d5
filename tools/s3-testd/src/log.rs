//! What was asked, in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::operation::Operation;

/// One request that was answered, or whose answer was lost on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was asked.
    pub operation: Operation,
    /// Of which object, percent-encoded; empty for a bucket.
    pub key: String,
    /// The status the client saw; `None` if it saw none.
    pub status: Option<u16>,
    /// The length the request gave for its body.
    pub sent: u64,
}

/// The requests of a server. `clone` shares it.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, entry: Entry) {
        tracing::info!(
            operation = ?entry.operation,
            key = entry.key,
            status = entry.status,
            sent = entry.sent,
        );
        self.lock().push(entry);
    }

    /// What was asked so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// What was asked since the last call of this.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.lock())
    }

    /// How often each operation was asked for.
    pub fn counts(&self) -> BTreeMap<Operation, usize> {
        let mut counts = BTreeMap::new();
        for entry in self.lock().iter() {
            *counts.entry(entry.operation).or_default() += 1;
        }
        counts
    }

    /// How often this operation was asked for.
    pub fn count(&self, operation: Operation) -> usize {
        let entries = self.lock();
        entries
            .iter()
            .filter(|entry| entry.operation == operation)
            .count()
    }
}
