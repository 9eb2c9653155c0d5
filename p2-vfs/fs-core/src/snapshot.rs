//! Snapshots: a file system as it was, to start others from and to compare.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::clock::Clock;
use crate::error_code::Result;
use crate::frozen_tree::FrozenTree;
use crate::mem_fs::MemFs;
use crate::space::Limits;

/// A [`MemFs`] as it was at one moment. `clone` shares it.
///
/// What it holds is shared with the file system that it was taken of, and with all that start from
/// it; each pays for what it changes. It is read by starting one, which costs the same for every
/// size, and can be wrapped as [`ReadOnly`](crate::ReadOnly).
///
/// ```
/// use fs_core::{Change, Clock, Descriptor, MemFs, Timestamp, diff};
///
/// # struct Fixed;
/// # impl Clock for Fixed {
/// #     fn now(&self) -> Timestamp {
/// #         Timestamp(1_700_000_000_000_000_000)
/// #     }
/// # }
/// let warm = MemFs::builder(Fixed).build()?;
/// warm.root().create_directory_at("cache")?;
/// let before = warm.snapshot()?;
/// let guest = before.fork(Fixed, before.limits())?;
/// guest.root().create_directory_at("cache/own")?;
/// let changes = diff(&before, &guest.snapshot()?)?;
/// assert!(changes.iter().any(|it| it.path == "cache/own" && it.change == Change::Added));
/// # Ok::<(), fs_core::ErrorCode>(())
/// ```
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) tree: Arc<FrozenTree>,
    preopens: Vec<(String, String)>,
    limits: Limits,
    /// What its inodes and their further names are charged.
    inodes: u64,
    next_ino: u64,
}

impl MemFs {
    /// The file system as it is now. It takes time and memory for every inode that was made or
    /// touched since the start, and for no content, however much there is.
    ///
    /// Names are those of one moment. Of a write that happens meanwhile, each file has all or
    /// nothing.
    ///
    /// # Errors
    /// `InsufficientSpace` (there is no memory for it), `Io` (an image below is damaged).
    pub fn snapshot(&self) -> Result<Snapshot> {
        let mut tree = self.shared.write();
        Ok(Snapshot {
            tree: Arc::new(tree.freeze(&self.shared.space)?),
            preopens: self.shared.preopens.clone(),
            limits: self.limits(),
            inodes: tree.charged(),
            next_ino: self.shared.next_ino.load(Ordering::Relaxed),
        })
    }
}

impl Snapshot {
    /// What the file system might hold that this was taken of.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// A file system that begins as this one was, with its preopens and inode numbers. It holds no
    /// bytes until it changes some; the inodes count from the start.
    ///
    /// # Errors
    /// `InsufficientSpace` (the limit of inodes).
    pub fn fork(&self, clock: impl Clock + 'static, limits: Limits) -> Result<MemFs> {
        MemFs::builder(clock)
            .limits(limits)
            .preopens(self.preopens.clone())
            .over(self.tree.clone(), self.inodes, self.next_ino)
    }
}
