//! The locks, and the counters that many threads share.
//!
//! They are taken in this order: the names of the tree, an inode, the pages that wait to be used
//! again. The package `fs-core-orders` is this one with the locks of shuttle, which runs threads in
//! many orders and finds those in which they wait for each other.

#[cfg(not(shuttle))]
pub(crate) use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

#[cfg(shuttle)]
pub(crate) use shuttle::sync::atomic::{AtomicU64, Ordering};
#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
