//! The numbers of one guest, and of all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fs_core::ErrorCode;

use super::audit::{AuditLog, Event};

/// What a call does to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Opening, and with that creating and emptying, a file or directory.
    Open,
    /// Reading content.
    Read,
    /// Writing content.
    Write,
    /// Looking at attributes, or where a symbolic link leads.
    Stat,
    /// Listing a directory.
    List,
    /// Making a directory.
    Create,
    /// Making a hard or symbolic link.
    Link,
    /// Moving a name.
    Rename,
    /// Removing a name.
    Remove,
    /// Cutting or extending a file.
    Resize,
    /// Setting times.
    SetTimes,
    /// Waiting for durability.
    Sync,
}

impl Operation {
    /// Every operation, in the order of their declaration.
    pub const ALL: [Self; 12] = [
        Self::Open,
        Self::Read,
        Self::Write,
        Self::Stat,
        Self::List,
        Self::Create,
        Self::Link,
        Self::Rename,
        Self::Remove,
        Self::Resize,
        Self::SetTimes,
        Self::Sync,
    ];

    /// Its name in logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Stat => "stat",
            Self::List => "list",
            Self::Create => "create",
            Self::Link => "link",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Resize => "resize",
            Self::SetTimes => "set-times",
            Self::Sync => "sync",
        }
    }
}

/// How often each operation was called.
type Counts = [AtomicU64; Operation::ALL.len()];

/// What one guest has done since it was made, or several of one name. Numbers only grow, but for
/// that of open descriptors.
#[derive(Debug)]
pub struct Activity {
    guest: String,
    audit: Option<Arc<AuditLog>>,
    calls: Counts,
    failures: Counts,
    read: AtomicU64,
    written: AtomicU64,
    open: AtomicU64,
}

impl Activity {
    fn new(guest: &str, audit: Option<Arc<AuditLog>>) -> Self {
        Self {
            guest: guest.to_owned(),
            audit,
            calls: Counts::default(),
            failures: Counts::default(),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            open: AtomicU64::new(0),
        }
    }

    /// The guest's name.
    #[must_use]
    pub fn guest(&self) -> &str {
        &self.guest
    }

    /// How often an operation was called, whatever came of it.
    #[must_use]
    pub fn calls(&self, operation: Operation) -> u64 {
        self.calls[operation as usize].load(Ordering::Relaxed)
    }

    /// How often it failed.
    #[must_use]
    pub fn failures(&self, operation: Operation) -> u64 {
        self.failures[operation as usize].load(Ordering::Relaxed)
    }

    /// Bytes that were read out of files.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes that were written to files.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Descriptors that are open now, those of preopens and streams among them.
    #[must_use]
    pub fn open_descriptors(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn count(&self, operation: Operation, has_failed: bool) {
        self.calls[operation as usize].fetch_add(1, Ordering::Relaxed);
        if has_failed {
            self.failures[operation as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(super) fn read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn wrote(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn closed(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Where a descriptor is, if somebody wants to know.
    pub(super) fn place(&self, place: impl FnOnce() -> String) -> Option<Arc<str>> {
        self.is_audited().then(|| place().into())
    }

    #[inline]
    pub(super) fn is_audited(&self) -> bool {
        self.audit.is_some() || tracing::enabled!(target: TARGET, tracing::Level::TRACE)
    }

    pub(super) fn tell(&self, operation: Operation, path: &str, error: Option<ErrorCode>) {
        let event = Event {
            guest: &self.guest,
            operation,
            path,
            error,
        };
        tracing::trace!(
            target: TARGET,
            guest = event.guest,
            operation = operation.name(),
            path,
            result = event.result(),
        );
        if let Some(audit) = &self.audit {
            audit.write(&event);
        }
    }
}

/// The target of events about single calls.
const TARGET: &str = "vfs_host::files";

/// The activities of all guests, by their names. `clone` shares it.
#[derive(Clone, Debug, Default)]
pub struct Monitor {
    guests: Arc<Mutex<BTreeMap<String, Arc<Activity>>>>,
    audit: Option<Arc<AuditLog>>,
}

impl Monitor {
    /// Counts, and keeps no log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts, and writes every call of every guest to `log`.
    #[must_use]
    pub fn with_audit(log: Arc<AuditLog>) -> Self {
        Self {
            audit: Some(log),
            ..Self::default()
        }
    }

    /// The activity of the guest of this name, which begins with the first question.
    #[must_use]
    pub fn guest(&self, name: &str) -> Arc<Activity> {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(activity) = guests.get(name) {
            return activity.clone();
        }
        let activity = Arc::new(Activity::new(name, self.audit.clone()));
        guests.insert(name.to_owned(), activity.clone());
        activity
    }

    /// All activities, by name.
    #[must_use]
    pub fn guests(&self) -> Vec<Arc<Activity>> {
        let guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        guests.values().cloned().collect()
    }
}
