//! What descriptors and the driver share: the files in memory, and what is known of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Ino, MemDescriptor, MemFs, OpenFlags,
    PathFlags, Result,
};
use tokio::sync::mpsc::UnboundedSender;

use crate::driver::{Command, Reply};
use crate::file::File;
use crate::metadata::Attributes;
use crate::names::{Names, Notice};
use crate::place::Place;
use crate::problem::Problem;
use crate::remote::{Remote, StoreError};
use crate::sync_core::Goal;

/// What of an inode is written to the store.
#[derive(Clone)]
pub(crate) enum Kept {
    File(Arc<File>),
    Link(Attributes, Bytes),
    Directory(MemDescriptor),
}

/// What the driver is told about inodes.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Placed(Ino, u64, Place),
    Directory {
        ino: Ino,
        place: Place,
        is_empty: bool,
    },
    Gone(Ino),
    Written(Ino, u64),
}

pub(crate) struct Shared {
    pub(crate) memory: MemFs,
    names: RwLock<Names>,
    kept: RwLock<HashMap<Ino, Kept>>,
    /// Files that changed since the driver was told.
    touched: Mutex<Vec<Ino>>,
    driver: UnboundedSender<Command>,
    /// Bytes written that the store does not have yet, at most.
    dirty: AtomicU64,
    max_dirty: u64,
    patience: Duration,
}

impl Shared {
    pub(crate) fn new(
        memory: MemFs,
        names: Names,
        kept: HashMap<Ino, Kept>,
        driver: UnboundedSender<Command>,
        max_dirty: u64,
        patience: Duration,
    ) -> Self {
        Self {
            memory,
            names: RwLock::new(names),
            kept: RwLock::new(kept),
            touched: Mutex::new(Vec::new()),
            driver,
            dirty: AtomicU64::new(0),
            max_dirty,
            patience,
        }
    }

    /// Keeps all names as they are.
    pub(crate) fn names(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps others from changing names.
    pub(crate) fn names_mut(&self) -> RwLockWriteGuard<'_, Names> {
        self.names.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> RwLockReadGuard<'_, HashMap<Ino, Kept>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file that is this inode.
    pub(crate) fn file(&self, ino: Ino) -> Option<Arc<File>> {
        match self.kept().get(&ino) {
            Some(Kept::File(file)) => Some(file.clone()),
            Some(Kept::Link(..) | Kept::Directory(_)) | None => None,
        }
    }

    /// Notes a new file.
    pub(crate) fn add(&self, ino: Ino, file: Arc<File>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.entry(ino).or_insert(Kept::File(file));
    }

    /// Notes that a file changed, by so many bytes.
    pub(crate) fn touch(&self, ino: Ino, file: &File, bytes: u64) {
        self.dirty.fetch_add(bytes, Ordering::Relaxed);
        if file.touch() {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            touched.push(ino);
        }
    }

    /// Waits until there is room for more that the store does not have.
    ///
    /// # Errors
    /// `InsufficientSpace`: the store took nothing for so long.
    pub(crate) fn make_room(&self) -> Result<()> {
        if self.dirty.load(Ordering::Relaxed) < self.max_dirty {
            return Ok(());
        }
        self.wait(Goal::Below(String::new()))
            .map_err(|_| ErrorCode::InsufficientSpace)?;
        self.dirty.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until a goal is reached.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn wait(&self, goal: Goal) -> std::result::Result<(), Problem> {
        self.tell();
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let deadline = Instant::now() + self.patience;
        let sent = self.driver.send(Command::Sync {
            goal,
            deadline,
            reply,
        });
        sent.map_err(|_| Problem::Unreachable)?;
        answer.recv().unwrap_or(Err(Problem::Unreachable))
    }

    /// Waits until everything is in the store, or the time is over. Returns what is not.
    pub(crate) fn drain(&self, time: Duration) -> Vec<(Place, Option<Problem>)> {
        self.tell();
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let deadline = Instant::now() + time;
        let sent = self.driver.send(Command::Drain { deadline, reply });
        // Without a driver, nothing is known to be saved; it ends with the last of us only.
        sent.ok()
            .and_then(|()| answer.recv().ok())
            .unwrap_or_default()
    }

    /// Fetches a range of a file.
    ///
    /// # Errors
    /// `NotRecoverable` (the object is not what it was), `Access`, `Io`.
    pub(crate) fn load(&self, file: &Arc<File>, range: std::ops::Range<u64>) -> Result<()> {
        if file.has(&range) {
            return Ok(());
        }
        let (reply, answer): (Reply<_>, _) = std::sync::mpsc::sync_channel(1);
        let sent = self.driver.send(Command::Load {
            file: file.clone(),
            range,
            reply,
        });
        sent.map_err(|_| ErrorCode::Io)?;
        match answer.recv().map_err(|_| ErrorCode::Io)? {
            Ok(()) => Ok(()),
            Err(StoreError::Changed { .. }) => Err(ErrorCode::NotRecoverable),
            Err(StoreError::Denied | StoreError::Expired | StoreError::WrongCredentials { .. }) => {
                Err(ErrorCode::Access)
            }
            Err(_) => Err(ErrorCode::Io),
        }
    }

    /// Tells the driver what changed. In the order of the changes, as names stay put meanwhile.
    pub(crate) fn tell(&self) {
        self.tell_of(&mut self.names_mut());
    }

    /// The same, unless somebody is changing names: that may take until the driver has fetched
    /// something.
    pub(crate) fn try_tell(&self) {
        match self.names.try_write() {
            Ok(mut names) => self.tell_of(&mut names),
            Err(TryLockError::Poisoned(names)) => self.tell_of(&mut names.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    fn tell_of(&self, names: &mut Names) {
        let notices = match names.look() {
            Ok(notices) => notices,
            // There is no memory for a listing: the names are looked at again.
            Err(_) => match names.touch_all() {
                Ok(()) | Err(_) => return,
            },
        };
        let mut news: Vec<News> = notices
            .into_iter()
            .filter_map(|notice| self.news(notice, names))
            .collect();
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched)
        };
        let written = touched.into_iter().filter_map(|ino| {
            let file = self.file(ino)?;
            Some(News::Written(ino, file.tell()))
        });
        news.extend(written);
        if !news.is_empty() {
            // The driver ends after the last of us.
            let _ = self.driver.send(Command::News(news));
        }
    }

    fn news(&self, notice: Notice, names: &Names) -> Option<News> {
        match notice {
            Notice::Placed(ino, place) => {
                let generation = self.generation(ino, &place)?;
                Some(News::Placed(ino, generation, place))
            }
            Notice::Directory {
                ino,
                place,
                is_empty,
            } => {
                let handle = names.handle(ino)?.clone();
                self.keep(ino, Kept::Directory(handle));
                Some(News::Directory {
                    ino,
                    place,
                    is_empty,
                })
            }
            Notice::Gone(ino) => {
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                kept.remove(&ino);
                Some(News::Gone(ino))
            }
        }
    }

    fn keep(&self, ino: Ino, kept: Kept) {
        let mut all = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(ino, kept);
    }

    /// The number of the last change of what is at a place, which is noted if it is new.
    fn generation(&self, ino: Ino, place: &Place) -> Option<u64> {
        match self.kept().get(&ino) {
            Some(Kept::File(file)) => return Some(file.generation()),
            Some(Kept::Link(..) | Kept::Directory(_)) => return Some(0),
            None => {}
        }
        let root = self.memory.root();
        let stat = root.stat_at(PathFlags::empty(), place.path()).ok()?;
        let kept = match stat.file_type {
            FileType::SymbolicLink => {
                let target = root.readlink_at(place.path()).ok()?;
                let attributes = Attributes::new(FileType::SymbolicLink, stat.modification);
                Kept::Link(attributes, target.into())
            }
            FileType::RegularFile => {
                let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
                let path = place.path();
                let content = root.open_at(PathFlags::empty(), path, OpenFlags::empty(), access);
                Kept::File(Arc::new(File::new(content.ok()?)))
            }
            FileType::Directory => return None,
        };
        let generation = match &kept {
            Kept::File(file) => file.generation(),
            Kept::Link(..) | Kept::Directory(_) => 0,
        };
        self.keep(ino, kept);
        Some(generation)
    }

    /// What is to be written for an inode, all of it fetched.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(crate) async fn content(
        &self,
        remote: &Remote,
        ino: Ino,
    ) -> std::result::Result<(Attributes, Bytes), Problem> {
        let kept = self.kept().get(&ino).cloned();
        let file = match kept {
            Some(Kept::Link(attributes, target)) => return Ok((attributes, target)),
            Some(Kept::Directory(handle)) => {
                let stat = handle.stat().map_err(|_| Problem::ContentGone)?;
                let attributes = Attributes::new(FileType::Directory, stat.modification);
                return Ok((attributes, Bytes::new()));
            }
            Some(Kept::File(file)) => file,
            None => return Err(Problem::ContentGone),
        };
        file.load(remote, 0..u64::MAX)
            .await
            .map_err(|error| match error {
                StoreError::Changed { .. } => Problem::ContentGone,
                StoreError::Unreachable(_) => Problem::Unreachable,
                other => Problem::RefusedWith(other.to_string()),
            })?;
        let attributes = file.attributes().map_err(|_| Problem::Unreachable)?;
        let content = file.snapshot().map_err(|_| Problem::TooLarge)?;
        Ok((attributes, content))
    }
}
