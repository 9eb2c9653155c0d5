//! A file whose content may still be in the store alone.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fs_core::{
    Descriptor, ErrorCode, FileType, MemDescriptor, NewTimestamp, Result, Stat, Target, Timestamp,
    WriteAt,
};

use crate::change::ETag;
use crate::metadata::Attributes;
use crate::remote::{Remote, StoreError};

/// The unit in which content is fetched.
const CHUNK: u64 = 1 << 20;

/// The most that one request fetches, and that is held beside the file meanwhile.
const MAX_RUN: u64 = 8 * CHUNK;

/// How often a piece is asked for again when it ends early.
const ATTEMPTS: u32 = 3;

/// What of a file is still in the store alone.
#[derive(Debug)]
struct Origin {
    key: String,
    version: ETag,
    /// How much of the object is still content of the file; the rest was cut off.
    valid: u64,
    /// By chunk, whether it is here.
    is_here: Vec<bool>,
    /// Where the last request ended: who goes on there reads all of it, probably.
    last_end: u64,
    run: u64,
}

/// A regular file with a name in the tree, or that had one when it was opened.
pub(crate) struct File {
    /// Open for everything.
    content: MemDescriptor,
    permissions: u32,
    /// The number of its last change.
    generation: AtomicU64,
    is_touched: AtomicBool,
    /// How many descriptions of it programs have.
    pub(crate) opens: AtomicUsize,
    /// Whether there is an origin, to be seen without a lock.
    is_partial: AtomicBool,
    origin: Mutex<Option<Origin>>,
    /// A time of change that loading made, and the one it stands for.
    change: Mutex<Option<(Timestamp, Timestamp)>>,
    loading: tokio::sync::Mutex<()>,
}

/// Keeps a file from being loaded, so that it can be changed.
pub(crate) struct Held<'f>(MutexGuard<'f, Option<Origin>>);

impl File {
    /// A file that is here.
    pub(crate) fn new(content: MemDescriptor) -> Self {
        Self {
            content,
            permissions: 0o644,
            generation: AtomicU64::new(1),
            is_touched: AtomicBool::new(false),
            opens: AtomicUsize::new(0),
            is_partial: AtomicBool::new(false),
            origin: Mutex::new(None),
            change: Mutex::new(None),
            loading: tokio::sync::Mutex::new(()),
        }
    }

    /// A file of which the store has all, and nothing is here. `content` is new and empty.
    ///
    /// # Errors
    /// `FileTooLarge`, `InsufficientSpace`.
    pub(crate) fn in_store(
        content: MemDescriptor,
        attributes: Attributes,
        key: String,
        version: ETag,
        size: u64,
    ) -> Result<Self> {
        content.set_size(size)?;
        let origin = (size > 0).then(|| Origin {
            key,
            version,
            valid: size,
            is_here: vec![false; size.div_ceil(CHUNK) as usize],
            last_end: 0,
            run: CHUNK,
        });
        let file = Self {
            permissions: attributes.permissions,
            generation: AtomicU64::new(0),
            is_partial: AtomicBool::new(origin.is_some()),
            origin: Mutex::new(origin),
            ..Self::new(content)
        };
        let time = attributes.modification;
        file.set_times(time, time)?;
        *lock(&file.change) = Some((file.content.stat()?.change, time));
        Ok(file)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Notes a change. Whether it is the first since the last look.
    pub(crate) fn touch(&self) -> bool {
        self.generation.fetch_add(1, Ordering::AcqRel);
        !self.is_touched.swap(true, Ordering::AcqRel)
    }

    /// The number of the last change, of which has been told now.
    pub(crate) fn tell(&self) -> u64 {
        self.is_touched.store(false, Ordering::Release);
        self.generation()
    }

    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial.load(Ordering::Acquire)
    }

    /// Keeps the file as it is while it is cut or gets other times.
    pub(crate) fn hold(&self) -> Held<'_> {
        Held(lock(&self.origin))
    }

    /// What is behind `size` is not content any more.
    pub(crate) fn cut(&self, held: &mut Held<'_>, size: u64) {
        if let Some(origin) = held.0.as_mut() {
            origin.valid = origin.valid.min(size);
        }
        self.finish(&mut held.0);
    }

    /// The attributes as they are shown: fetching content changes nothing.
    pub(crate) fn shown(&self, mut stat: Stat) -> Stat {
        if let Some((made, shown)) = *lock(&self.change)
            && stat.change == made
        {
            stat.change = shown;
        }
        stat
    }

    /// What is kept beside the content.
    ///
    /// # Errors
    /// None that the file in memory gives.
    pub(crate) fn attributes(&self) -> Result<Attributes> {
        let modification = self.content.stat()?.modification;
        let attributes = Attributes::new(FileType::RegularFile, modification);
        Ok(Attributes {
            permissions: self.permissions,
            ..attributes
        })
    }

    /// The content as it is at one moment. All of it must be here.
    ///
    /// # Errors
    /// `InsufficientMemory`.
    pub(crate) fn snapshot(&self) -> Result<Bytes> {
        let size = self.content.stat()?.size;
        let size = usize::try_from(size).map_err(|_| ErrorCode::InsufficientMemory)?;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(size)
            .map_err(|_| ErrorCode::InsufficientMemory)?;
        // One call, under the inode's lock: no write comes between.
        self.content
            .read_at(0, size, |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes.into())
    }

    /// Whether all of the range is here.
    pub(crate) fn has(&self, range: &Range<u64>) -> bool {
        !self.is_partial() || lock(&self.origin).as_mut().is_none_or(|it| it.has(range))
    }

    /// Fetches what of the range is not here.
    ///
    /// # Errors
    /// Those of the store; `Other` (there is no room).
    pub(crate) async fn load(
        &self,
        remote: &Remote,
        range: Range<u64>,
    ) -> std::result::Result<(), StoreError> {
        let _alone = self.loading.lock().await;
        loop {
            let next = {
                let mut origin = lock(&self.origin);
                origin.as_mut().and_then(|origin| {
                    let run = origin.next_run(&range)?;
                    Some((origin.key.clone(), origin.version.clone(), run))
                })
            };
            let Some((key, version, run)) = next else {
                return Ok(());
            };
            let bytes = fetch(remote, &key, &version, run.clone()).await?;
            self.fill(run, &bytes)
                .map_err(|code| StoreError::Other(format!("no room for {key}: {code:?}")))?;
        }
    }

    /// Puts fetched bytes where they belong, unless they were cut off meanwhile.
    fn fill(&self, run: Range<u64>, bytes: &[u8]) -> Result<()> {
        let mut origin = lock(&self.origin);
        let Some(source) = origin.as_mut() else {
            return Ok(());
        };
        let end = run.end.min(source.valid);
        if end > run.start {
            let before = self.shown(self.content.stat()?);
            let mut rest = &bytes[..(end - run.start) as usize];
            let mut offset = run.start;
            while !rest.is_empty() {
                let mut from = rest;
                let written =
                    self.content
                        .write_at(WriteAt::Offset(offset), rest.len(), |piece| {
                            let (head, tail) = from.split_at(piece.len());
                            piece.copy_from_slice(head);
                            from = tail;
                        })?;
                rest = &rest[written.len..];
                offset = written.end;
            }
            self.set_times(before.access, before.modification)?;
            *lock(&self.change) = Some((self.content.stat()?.change, before.change));
        }
        source.arrived(&run);
        self.finish(&mut origin);
        Ok(())
    }

    /// Forgets the origin once nothing is missing.
    fn finish(&self, origin: &mut Option<Origin>) {
        let is_complete = origin.as_mut().is_none_or(|it| it.has(&(0..u64::MAX)));
        if is_complete {
            *origin = None;
            self.is_partial.store(false, Ordering::Release);
        }
    }

    fn set_times(&self, access: Timestamp, modification: Timestamp) -> Result<()> {
        self.content.set_times_at(
            Target::This,
            NewTimestamp::At(access),
            NewTimestamp::At(modification),
        )
    }
}

impl Origin {
    /// The chunks of a range.
    fn chunks(&self, range: &Range<u64>) -> Range<usize> {
        let end = range.end.min(self.valid).div_ceil(CHUNK);
        let start = (range.start / CHUNK).min(end);
        start as usize..end as usize
    }

    fn has(&mut self, range: &Range<u64>) -> bool {
        self.is_here[self.chunks(range)].iter().all(|here| *here)
    }

    /// The next piece to fetch for a range, and what probably comes after it.
    fn next_run(&mut self, range: &Range<u64>) -> Option<Range<u64>> {
        let chunks = self.chunks(range);
        let first = chunks.clone().find(|chunk| !self.is_here[*chunk])?;
        let start = first as u64 * CHUNK;
        self.run = match start == self.last_end && start > 0 {
            true => (2 * self.run).min(MAX_RUN),
            false => CHUNK,
        };
        let wanted = (chunks.end as u64 * CHUNK).saturating_sub(start);
        let len = wanted.max(self.run).min(MAX_RUN);
        let missing = self.is_here[first..].iter().take_while(|here| !**here);
        let end = start + len.min(missing.count() as u64 * CHUNK);
        self.last_end = end;
        Some(start..end.min(self.valid))
    }

    fn arrived(&mut self, run: &Range<u64>) {
        let end = run.end.div_ceil(CHUNK).min(self.is_here.len() as u64);
        for chunk in run.start / CHUNK..end {
            self.is_here[chunk as usize] = true;
        }
    }
}

/// A piece of an object, whole.
async fn fetch(
    remote: &Remote,
    key: &str,
    version: &ETag,
    run: Range<u64>,
) -> std::result::Result<Vec<u8>, StoreError> {
    let len = (run.end - run.start) as usize;
    let mut bytes = Vec::with_capacity(len);
    for _ in 0..ATTEMPTS {
        let rest = run.start + bytes.len() as u64..run.end;
        let mut body = remote.read(key, version, rest).await?;
        while let Some(Ok(piece)) = body.next().await {
            bytes.extend_from_slice(&piece);
        }
        match bytes.len().cmp(&len) {
            std::cmp::Ordering::Equal => return Ok(bytes),
            // A body that ended early is no end of the file.
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Greater => break,
        }
    }
    Err(StoreError::Unreachable(format!(
        "{key} ended after {} of {len} bytes",
        bytes.len()
    )))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
