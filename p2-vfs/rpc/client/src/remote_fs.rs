//! The file system, and its open file descriptions.

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
use crate::session::{AttachError, Attachment, Session};

/// Entries of a directory that are asked for at once, in bytes.
const PAGE: u32 = 256 << 10;

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
        };
        Ok(Self {
            shared,
            root: RemoteDescriptor(Arc::new(root)),
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
}

impl<C: Connector> Drop for Open<C> {
    fn drop(&mut self) {
        if self.handle != Handle::ROOT {
            let mut session = self.shared.session();
            session.defer(&Operation::Close(self.handle));
        }
    }
}

impl<C: Connector> RemoteDescriptor<C> {
    /// What the inode is, which never changes.
    pub fn file_type(&self) -> FileType {
        self.0.file_type
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

    fn attributes(&self, operation: &Operation<'_>) -> Result<Stat> {
        self.call(operation, |outcome| match outcome {
            Outcome::Attributes { attributes, .. } => Ok(stat(&attributes)),
            other => Err(unexpected(&other)),
        })
    }

    fn same_file_system(&self, other: &Self) -> Result<()> {
        match Arc::ptr_eq(&self.0.shared, &other.0.shared) {
            true => Ok(()),
            false => Err(ErrorCode::CrossDevice),
        }
    }

    /// Up to [`MAX_DATA`] bytes from an offset.
    fn read_piece(&self, offset: u64, len: usize, sink: &mut impl FnMut(&[u8])) -> Result<usize> {
        let read = Operation::Read {
            handle: self.0.handle,
            offset,
            len: len as u32,
        };
        self.call(&read, |outcome| match outcome {
            Outcome::Data(data) if data.len() <= len => {
                if !data.is_empty() {
                    sink(data);
                }
                Ok(data.len())
            }
            other => Err(unexpected(&other)),
        })
    }

    fn write_piece(&self, at: WriteAt, data: &[u8]) -> Result<Written> {
        let write = Operation::Write {
            handle: self.0.handle,
            position: match at {
                WriteAt::Offset(offset) => Position::Offset(offset),
                WriteAt::End => Position::End,
            },
            expected: 0,
            data,
        };
        self.call(&write, |outcome| match outcome {
            Outcome::Written { len, end, .. } if len as usize <= data.len() => Ok(Written {
                len: len as usize,
                end,
            }),
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
        let mut session = self.0.shared.session();
        let handle = session.new_handle();
        let operation = Operation::Open {
            directory: self.0.handle,
            handle,
            at: at.bits(),
            open: open.bits(),
            access: access.bits(),
            lease: Lease::None,
            inline: 0,
            known: 0,
            path: sent(path),
        };
        let stat = session.call(&operation, |outcome| match outcome {
            Outcome::Opened { attributes, .. } => Ok(stat(&attributes)),
            other => Err(unexpected(&other)),
        })?;
        drop(session);
        Ok(Self(Arc::new(Open {
            shared: self.0.shared.clone(),
            handle,
            ino: stat.ino,
            file_type: stat.file_type,
            access,
        })))
    }

    fn flags(&self) -> DescriptorFlags {
        self.0.access
    }

    fn stat(&self) -> Result<Stat> {
        self.attributes(&Operation::Stat {
            handle: self.0.handle,
            lease: Lease::None,
        })
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        self.attributes(&Operation::StatAt {
            directory: self.0.handle,
            at: at.bits(),
            path: sent(path),
        })
    }

    fn read_at(&self, offset: u64, len: usize, mut sink: impl FnMut(&[u8])) -> Result<usize> {
        let mut read = 0;
        loop {
            let wanted = (len - read).min(MAX_DATA);
            match self.read_piece(offset.saturating_add(read as u64), wanted, &mut sink) {
                Ok(piece) => {
                    read += piece;
                    if piece < wanted || read == len {
                        return Ok(read);
                    }
                }
                Err(_) if read > 0 => return Ok(read),
                Err(error) => return Err(error),
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
        self.done(&Operation::SetSize {
            handle: self.0.handle,
            size,
        })
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        self.done(&Operation::Allocate {
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
        self.done(&Operation::SetTimes {
            handle: self.0.handle,
            of: match target {
                Target::This => TimesOf::Handle,
                Target::At(at, path) => TimesOf::Path(at.bits(), sent(path)),
            },
            access: new_time(access),
            modification: new_time(modification),
        })
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
        self.done(&Operation::CreateDirectory {
            directory: self.0.handle,
            path: sent(path),
        })
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        self.done(&Operation::SymbolicLink {
            directory: self.0.handle,
            target,
            path: sent(path),
        })
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
        self.done(&Operation::HardLink {
            directory: self.0.handle,
            at: at.bits(),
            path: sent(old_path),
            new_directory: new_dir.0.handle,
            new_path: sent(new_path),
        })
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        self.done(&Operation::Rename {
            directory: self.0.handle,
            path: sent(old_path),
            new_directory: new_dir.0.handle,
            new_path: sent(new_path),
        })
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        self.done(&Operation::Remove {
            directory: self.0.handle,
            is_directory: kind == Remove::Directory,
            path: sent(path),
        })
    }

    fn sync(&self, level: SyncLevel) -> Result<()> {
        self.done(&Operation::Sync {
            handle: self.0.handle,
            data_only: level == SyncLevel::Data,
        })
    }

    fn is_same_object(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.shared, &other.0.shared) && self.0.ino == other.0.ino
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
