//! The file system, and its open file descriptions.

mod behind;
mod reading;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fs_core::{
    Descriptor, DescriptorFlags, DirEntry, ErrorCode, FileSystem, FileType, Ino, Listing,
    NewTimestamp, OpenFlags, PathFlags, Preopen, Remove, Result, Stat, SyncLevel, Target, WriteAt,
    Written,
};
use rpc_protocol::{
    Entries, Handle, Lease, MAX_DATA, Operation, Outcome, Position, Space, Status, TimesOf,
};
use rpc_values::{error, file_type, new_time, stat};

use crate::link::Connector;
use crate::names::Names;
use crate::readahead::Readahead;
use crate::session::{AttachError, Attachment, Consistency, Session, next};

use behind::{Fresh, UNKNOWN};

/// Entries of a directory that are asked for at once, in bytes.
const PAGE: u32 = 256 << 10;

/// How much content comes along when a file is opened for reading.
const INLINE: u32 = 64 << 10;

/// A file system in another process. `clone` shares the session.
///
/// ```no_run
/// use fs_core::{Descriptor, FileSystem, PathFlags};
/// use rpc_client::{Attachment, RemoteFs, Tcp};
///
/// let server = Tcp { address: "127.0.0.1:7070".to_owned() };
/// let files = RemoteFs::attach(server, &Attachment::default())?;
/// let root = &files.preopens()[0].descriptor;
/// println!("{:?}", root.stat_at(PathFlags::empty(), "etc/motd"));
/// # Ok::<(), rpc_client::AttachError>(())
/// ```
pub struct RemoteFs<C: Connector> {
    shared: Arc<Shared<C>>,
    root: RemoteDescriptor<C>,
}

impl<C: Connector> Clone for RemoteFs<C> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            root: self.root.clone(),
        }
    }
}

struct Shared<C: Connector>(Mutex<Session<C>>);

impl<C: Connector> Shared<C> {
    fn session(&self) -> MutexGuard<'_, Session<C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Connector> Drop for Shared<C> {
    fn drop(&mut self) {
        self.session().say_goodbye();
    }
}

impl<C: Connector> RemoteFs<C> {
    /// Attaches to a server.
    ///
    /// # Errors
    /// Every [`AttachError`].
    pub fn attach(connector: C, attachment: &Attachment) -> std::result::Result<Self, AttachError> {
        let (session, welcome) = Session::attach(connector, attachment)?;
        let shared = Arc::new(Shared(Mutex::new(session)));
        let root = Open {
            shared: shared.clone(),
            handle: Handle::ROOT,
            ino: Ino(welcome.root.node),
            file_type: FileType::Directory,
            access: DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            is_cached: false,
            readahead: Mutex::default(),
            fresh: Mutex::default(),
        };
        Ok(Self {
            shared,
            root: RemoteDescriptor::of(root),
        })
    }

    /// How much the file system holds and may hold.
    ///
    /// # Errors
    /// `Io`.
    pub fn space(&self) -> Result<Space> {
        self.shared
            .session()
            .call(&Operation::Space, |outcome| match outcome {
                Outcome::Space(space) => Ok(space),
                other => Err(unexpected(&other)),
            })
    }

    /// How often the client has waited for the server since it is attached.
    pub fn round_trips(&self) -> u64 {
        self.shared.session().round_trips()
    }
}

impl<C: Connector> FileSystem for RemoteFs<C> {
    type Descriptor = RemoteDescriptor<C>;

    fn preopens(&self) -> Vec<Preopen<RemoteDescriptor<C>>> {
        vec![Preopen {
            descriptor: self.root.clone(),
            name: "/".to_owned(),
        }]
    }
}

/// An open file description of a [`RemoteFs`].
pub struct RemoteDescriptor<C: Connector>(Arc<Open<C>>);

impl<C: Connector> Clone for RemoteDescriptor<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Open<C: Connector> {
    shared: Arc<Shared<C>>,
    handle: Handle,
    ino: Ino,
    file_type: FileType,
    access: DescriptorFlags,
    /// Whether the cache knows the file, and that it is open here.
    is_cached: bool,
    readahead: Mutex<Readahead>,
    fresh: Mutex<Option<Fresh>>,
}

impl<C: Connector> Drop for Open<C> {
    fn drop(&mut self) {
        if self.handle != Handle::ROOT {
            let mut session = self.shared.session();
            if self.is_cached {
                session.cache.close(self.ino);
            }
            session.defer(&Operation::Close(self.handle));
        }
    }
}

impl<C: Connector> RemoteDescriptor<C> {
    fn of(open: Open<C>) -> Self {
        Self(Arc::new(open))
    }

    fn call<T>(
        &self,
        operation: &Operation<'_>,
        take: impl FnOnce(Outcome<'_>) -> Result<T>,
    ) -> Result<T> {
        self.0.shared.session().call(operation, take)
    }

    fn done(&self, operation: &Operation<'_>) -> Result<()> {
        self.call(operation, |outcome| match outcome {
            Outcome::Done | Outcome::Attributes { .. } => Ok(()),
            other => Err(unexpected(&other)),
        })
    }

    /// The same for what changes attributes of inodes that are not known here, and names as `follow`
    /// says.
    fn changed(&self, operation: &Operation<'_>, follow: impl FnOnce(&mut Names)) -> Result<()> {
        self.done(operation)?;
        let mut session = self.0.shared.session();
        session.cache.forget_attributes();
        session.note_change();
        follow(&mut session.names);
        Ok(())
    }

    /// The same for changes of a file's length.
    fn resized(&self, operation: &Operation<'_>) -> Result<()> {
        let ino = self.0.ino;
        let mut session = self.0.shared.session();
        session.call_all(&[*operation], |cache, outcomes| match next(outcomes)? {
            Outcome::Attributes { attributes, .. } => {
                cache.changed(ino, attributes, 0, &[]);
                Ok(())
            }
            other => Err(unexpected(&other)),
        })
    }

    fn same_file_system(&self, other: &Self) -> Result<()> {
        match Arc::ptr_eq(&self.0.shared, &other.0.shared) {
            true => Ok(()),
            false => Err(ErrorCode::CrossDevice),
        }
    }

    fn write_piece(&self, at: WriteAt, data: &[u8]) -> Result<Written> {
        let mut session = self.0.shared.session();
        if let Some(written) = self.write_behind(&mut session, at, data) {
            return Ok(written);
        }
        let write = Operation::Write {
            handle: self.0.handle,
            position: match at {
                WriteAt::Offset(offset) => Position::Offset(offset),
                WriteAt::End => Position::End,
            },
            expected: 0,
            data,
        };
        let ino = self.0.ino;
        session.call_all(&[write], |cache, outcomes| match next(outcomes)? {
            Outcome::Written {
                len,
                end,
                attributes,
            } if len as usize <= data.len() => {
                let len = len as usize;
                let start = end.saturating_sub(len as u64);
                cache.changed(ino, attributes, start, &data[..len]);
                Ok(Written { len, end })
            }
            other => Err(unexpected(&other)),
        })
    }
}

impl<C: Connector> Descriptor for RemoteDescriptor<C> {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        if let Some(created) = self.create_behind(path, open, access)? {
            return Ok(created);
        }
        let mut session = self.0.shared.session();
        let handle = session.new_handle();
        let is_cached = session.consistency() != Consistency::Strict
            && access.contains(DescriptorFlags::READ)
            && !open.contains(OpenFlags::DIRECTORY);
        let (lease, inline) = match is_cached {
            true => (Lease::Read, INLINE),
            false => (Lease::None, 0),
        };
        let operation = Operation::Open {
            directory: self.0.handle,
            handle,
            at: at.bits(),
            open: open.bits(),
            access: access.bits(),
            lease,
            inline,
            known: match is_cached {
                true => session.cache.known(self.0.ino, path),
                false => 0,
            },
            path: sent(path),
        };
        let stat = session.call_all(&[operation], |cache, outcomes| match next(outcomes)? {
            Outcome::Opened {
                attributes,
                lease,
                data,
            } => {
                let stat = stat(&attributes);
                if is_cached && stat.file_type == FileType::RegularFile {
                    cache.note(stat.ino, attributes, lease);
                    cache.open(stat.ino);
                    cache.store(stat.ino, 0, data);
                    cache.remember(self.0.ino, path, stat.ino);
                } else if open.contains(OpenFlags::TRUNCATE) {
                    cache.changed(stat.ino, attributes, 0, &[]);
                }
                Ok(stat)
            }
            other => Err(unexpected(&other)),
        })?;
        if open.contains(OpenFlags::CREATE) {
            session.note_change();
            session.names.add(self.0.ino, path);
        }
        drop(session);
        Ok(Self::of(Open {
            shared: self.0.shared.clone(),
            handle,
            ino: stat.ino,
            file_type: stat.file_type,
            access,
            is_cached: is_cached && stat.file_type == FileType::RegularFile,
            readahead: Mutex::default(),
            fresh: Mutex::default(),
        }))
    }

    fn flags(&self) -> DescriptorFlags {
        self.0.access
    }

    fn file_type(&self) -> Result<FileType> {
        Ok(self.0.file_type)
    }

    fn stat(&self) -> Result<Stat> {
        let ino = self.0.ino;
        let mut session = self.0.shared.session();
        if session.has_leases()
            && let Some(attributes) = session.cache.attributes(ino)
        {
            return Ok(stat(attributes));
        }
        let operation = Operation::Stat {
            handle: self.0.handle,
            lease: match self.0.is_cached {
                true => Lease::Read,
                false => Lease::None,
            },
        };
        session.call_all(&[operation], |cache, outcomes| match next(outcomes)? {
            Outcome::Attributes { attributes, lease } => {
                cache.confirm(ino, attributes, lease);
                Ok(stat(&attributes))
            }
            other => Err(unexpected(&other)),
        })
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        let operation = Operation::StatAt {
            directory: self.0.handle,
            at: at.bits(),
            path: sent(path),
        };
        self.call(&operation, |outcome| match outcome {
            Outcome::Attributes { attributes, .. } => Ok(stat(&attributes)),
            other => Err(unexpected(&other)),
        })
    }

    fn read_at(&self, offset: u64, len: usize, mut sink: impl FnMut(&[u8])) -> Result<usize> {
        let mut session = self.0.shared.session();
        let mut readahead = self.readahead();
        let is_cached = self.0.is_cached;
        readahead.begin(offset);
        let mut read = 0;
        loop {
            let at = offset.saturating_add(read as u64);
            let piece = match is_cached {
                true => self.read_cached(&mut session, &mut readahead, at, len - read, &mut sink),
                false => self.read_piece(&mut session, at, len - read, &mut sink),
            };
            match piece {
                Ok(piece) => read += piece,
                Err(_) if read > 0 => return Ok(read),
                Err(error) => return Err(error),
            }
            if piece == Ok(0) || read == len {
                readahead.end(offset.saturating_add(read as u64));
                if is_cached {
                    self.read_ahead(&mut session, &mut readahead);
                }
                return Ok(read);
            }
        }
    }

    fn write_at(
        &self,
        mut at: WriteAt,
        len: usize,
        mut source: impl FnMut(&mut [u8]),
    ) -> Result<Written> {
        let mut data = Vec::new();
        data.try_reserve_exact(len.min(MAX_DATA))
            .map_err(|_| ErrorCode::InsufficientMemory)?;
        let mut all = Written { len: 0, end: 0 };
        loop {
            let piece = (len - all.len).min(MAX_DATA);
            data.resize(piece, 0);
            if piece > 0 {
                source(&mut data);
            }
            let written = match self.write_piece(at, &data) {
                Err(_) if all.len > 0 => return Ok(all),
                written => written?,
            };
            all.len += written.len;
            all.end = written.end;
            if written.len < piece || all.len == len {
                return Ok(all);
            }
            if let WriteAt::Offset(offset) = &mut at {
                *offset = written.end;
            }
        }
    }

    fn set_size(&self, size: u64) -> Result<()> {
        self.resized(&Operation::SetSize {
            handle: self.0.handle,
            size,
        })
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        self.resized(&Operation::Allocate {
            handle: self.0.handle,
            offset,
            len,
        })
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let operation = Operation::SetTimes {
            handle: self.0.handle,
            of: match target {
                Target::This => TimesOf::Handle,
                Target::At(at, path) => TimesOf::Path(at.bits(), sent(path)),
            },
            access: new_time(access),
            modification: new_time(modification),
        };
        self.changed(&operation, |_| {})
    }

    fn read_dir(&self) -> Result<Listing> {
        let listing = self.0.shared.session().new_listing();
        let mut all = Listing {
            this: self.0.ino,
            parent: self.0.ino,
            entries: Vec::new(),
        };
        loop {
            let page = Operation::ReadDirectory {
                handle: self.0.handle,
                listing,
                cookie: all.entries.len() as u64,
                len: PAGE,
            };
            let is_last = self.call(&page, |outcome| match outcome {
                Outcome::Page {
                    this,
                    parent,
                    is_last,
                    entries,
                } => {
                    (all.this, all.parent) = (Ino(this), Ino(parent));
                    for entry in Entries::new(entries) {
                        let entry = entry.map_err(|_| ErrorCode::Io)?;
                        all.entries.push(DirEntry {
                            ino: Ino(entry.node),
                            file_type: file_type(entry.kind),
                            name: entry.name.to_owned(),
                        });
                    }
                    // A page without entries that is not the last would never end.
                    Ok(is_last || entries.is_empty())
                }
                other => Err(unexpected(&other)),
            })?;
            if is_last {
                return Ok(all);
            }
        }
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        let operation = Operation::CreateDirectory {
            directory: self.0.handle,
            path: sent(path),
        };
        self.changed(&operation, |names| names.add(self.0.ino, path))
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        let operation = Operation::SymbolicLink {
            directory: self.0.handle,
            target,
            path: sent(path),
        };
        self.changed(&operation, |names| names.add(self.0.ino, path))
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        let operation = Operation::ReadLink {
            directory: self.0.handle,
            path: sent(path),
        };
        self.call(&operation, |outcome| match outcome {
            Outcome::Target(target) => Ok(target.to_owned()),
            other => Err(unexpected(&other)),
        })
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        let operation = Operation::HardLink {
            directory: self.0.handle,
            at: at.bits(),
            path: sent(old_path),
            new_directory: new_dir.0.handle,
            new_path: sent(new_path),
        };
        self.changed(&operation, |names| names.add(new_dir.0.ino, new_path))
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        let operation = Operation::Rename {
            directory: self.0.handle,
            path: sent(old_path),
            new_directory: new_dir.0.handle,
            new_path: sent(new_path),
        };
        self.changed(&operation, |names| {
            names.remove(self.0.ino, old_path);
            names.add(new_dir.0.ino, new_path);
        })
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        let operation = Operation::Remove {
            directory: self.0.handle,
            is_directory: kind == Remove::Directory,
            path: sent(path),
        };
        self.changed(&operation, |names| names.remove(self.0.ino, path))
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        let synced = self.done(&Operation::Sync {
            handle: self.0.handle,
            data_only: level == SyncLevel::Data,
        });
        match self.0.shared.session().take_failure() {
            Some(failure) => Err(failure),
            None => synced,
        }
    }

    fn is_same_object(&self, other: &Self) -> bool {
        let ino = |descriptor: &Self| match descriptor.0.ino {
            UNKNOWN => descriptor.stat().ok().map(|stat| stat.ino),
            known => Some(known),
        };
        // The same description, or two that are known to be of one inode.
        Arc::ptr_eq(&self.0, &other.0)
            || Arc::ptr_eq(&self.0.shared, &other.0.shared)
                && ino(self).is_some_and(|this| ino(other) == Some(this))
    }
}

/// A path as it is sent. The wire cuts paths that no file system takes; a NUL byte that would be
/// cut off is what they are refused for first.
fn sent(path: &str) -> &str {
    match path.find('\0') {
        Some(nul) => &path[nul..],
        None => path,
    }
}

/// The error that an outcome stands for; one that does not belong to its operation is `Io`.
fn unexpected(outcome: &Outcome<'_>) -> ErrorCode {
    match outcome {
        Outcome::Failed(status) => error(*status).unwrap_or(ErrorCode::Io),
        _ => error(Status::Io).unwrap_or(ErrorCode::Io),
    }
}
