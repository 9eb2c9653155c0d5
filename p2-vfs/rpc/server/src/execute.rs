//! Operations on the file system: translation, with the session's table of handles.

use std::collections::HashMap;
use std::sync::Arc;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Ino, Listing, OpenFlags, PathFlags, Remove,
    Result, Stat, SyncLevel, Target, WriteAt,
};
use rpc_protocol::{
    Handle, Lease, ListingEntry, ListingId, Operation, Outcome, Position, ReplyBuilder, Space,
    TimesOf, write_entry,
};
use rpc_values::{attributes, file_kind, new_timestamp, status};

use crate::leases::{Holder, Leases, Wait};
use crate::quota::Account;

/// Open file descriptions of a session; a libc asks for no more.
const MAX_HANDLES: usize = 1 << 16;

/// Directories that a session reads at a time.
const MAX_LISTINGS: usize = 16;

/// How much content a reply may carry before READ and OPEN give less.
const MAX_PAYLOAD: usize = rpc_protocol::MAX_DATA;

/// Where the room of the file system is asked for.
pub(crate) type Room = Arc<dyn Fn() -> Space + Send + Sync>;

/// What executes the operations of a session, whatever its file system.
pub(crate) trait Execute: Send {
    /// Executes an operation and adds its outcome.
    ///
    /// # Errors
    /// It has to wait for a lease: nothing was done.
    fn execute(
        &mut self,
        operation: &Operation<'_>,
        reply: &mut ReplyBuilder,
    ) -> std::result::Result<(), Wait>;

    /// Takes all leases back: the client has lost its connection, and recalls with it.
    fn give_up_leases(&mut self);
}

/// Why an operation has no outcome of success.
enum Stop {
    Failed(ErrorCode),
    Wait(Wait),
}

impl From<ErrorCode> for Stop {
    fn from(code: ErrorCode) -> Self {
        Self::Failed(code)
    }
}

impl From<Wait> for Stop {
    fn from(wait: Wait) -> Self {
        Self::Wait(wait)
    }
}

type Attempt<T> = std::result::Result<T, Stop>;

/// An open file description, and the inode that it is of.
struct Open<D> {
    file: D,
    ino: Ino,
}

/// The open file descriptions of a session.
pub(crate) struct Handles<D> {
    open: HashMap<Handle, Open<D>>,
    listings: HashMap<ListingId, Listing>,
    /// The inodes of which this session may have a lease, and how many handles it has of each.
    leased: HashMap<Ino, usize>,
    holder: Arc<Holder>,
    leases: Arc<Leases>,
    account: Option<Arc<Account>>,
    room: Room,
}

impl<D> Drop for Handles<D> {
    fn drop(&mut self) {
        for ino in self.leased.keys() {
            self.leases.give_back(&self.holder, *ino);
        }
    }
}

impl<D: Descriptor> Handles<D> {
    /// A session's, attached to the directory `root`.
    pub(crate) fn new(
        (root, ino): (D, Ino),
        account: Option<Arc<Account>>,
        room: Room,
        holder: Arc<Holder>,
        leases: Arc<Leases>,
    ) -> Self {
        Self {
            open: HashMap::from([(Handle::ROOT, Open { file: root, ino })]),
            listings: HashMap::new(),
            leased: HashMap::new(),
            holder,
            leases,
            account,
            room,
        }
    }

    fn get(&self, handle: Handle) -> Result<&D> {
        self.open(handle).map(|open| &open.file)
    }

    fn open(&self, handle: Handle) -> Result<&Open<D>> {
        self.open.get(&handle).ok_or(ErrorCode::BadDescriptor)
    }

    /// Gives a lease that was wished for, if that may be.
    fn lease(&mut self, wish: Lease, ino: Ino) -> Lease {
        if wish == Lease::None || !self.leases.grant(&self.holder, ino) {
            return Lease::None;
        }
        let handles = self.open.values().filter(|open| open.ino == ino).count();
        self.leased.insert(ino, handles);
        Lease::Read
    }

    fn close(&mut self, handle: Handle) -> Result<()> {
        if handle == Handle::ROOT {
            return Ok(());
        }
        let closed = self.open.remove(&handle).ok_or(ErrorCode::BadDescriptor)?;
        if let Some(handles) = self.leased.get_mut(&closed.ino) {
            *handles -= 1;
            if *handles == 0 {
                self.leased.remove(&closed.ino);
                self.leases.give_back(&self.holder, closed.ino);
            }
        }
        Ok(())
    }

    /// The inode at a path, if anybody might have a lease of it.
    fn leased_at(&self, directory: &D, at: PathFlags, path: &str) -> Option<Ino> {
        match self.leases.is_empty() {
            true => None,
            false => directory.stat_at(at, path).ok().map(|stat| stat.ino),
        }
    }

    fn recall(&self, changed: Option<Ino>) {
        if let Some(ino) = changed {
            self.leases.recall(&self.holder, ino);
        }
    }
}

impl<D: Descriptor + Send> Execute for Handles<D> {
    fn execute(
        &mut self,
        operation: &Operation<'_>,
        reply: &mut ReplyBuilder,
    ) -> std::result::Result<(), Wait> {
        let code = operation.code();
        match *operation {
            Operation::Read {
                handle,
                offset,
                len,
            } => reply.push_with(code, |payload| {
                let file = self.get(handle).map_err(status)?;
                let len = (len as usize).min(MAX_PAYLOAD.saturating_sub(payload.len()));
                file.read_at(offset, len, |piece| payload.extend_from_slice(piece))
                    .map_err(status)?;
                Ok(Outcome::Data(&[]))
            }),
            Operation::Open { .. } => {
                let opened = match self.open_file(operation) {
                    Err(Stop::Wait(wait)) => return Err(wait),
                    Err(Stop::Failed(error)) => Err(error),
                    Ok(opened) => Ok(opened),
                };
                reply.push_with(code, |payload| {
                    opened
                        .and_then(|opened| self.opened(opened, operation, payload))
                        .map_err(status)
                });
            }
            Operation::ReadDirectory {
                handle,
                listing,
                cookie,
                len,
            } => reply.push_with(code, |payload| {
                let len = (len as usize).min(MAX_PAYLOAD.saturating_sub(payload.len()));
                self.read_directory(handle, listing, cookie, len, payload)
                    .map_err(status)
            }),
            Operation::ReadLink { directory, path } => {
                let target = self
                    .get(directory)
                    .and_then(|directory| directory.readlink_at(path));
                match &target {
                    Ok(target) => reply.push(code, &Outcome::Target(target)),
                    Err(error) => reply.push(code, &Outcome::Failed(status(*error))),
                }
            }
            _ => match self.simple(operation) {
                Ok(outcome) => reply.push(code, &outcome),
                Err(Stop::Failed(error)) => reply.push(code, &Outcome::Failed(status(error))),
                Err(Stop::Wait(wait)) => return Err(wait),
            },
        }
        Ok(())
    }

    fn give_up_leases(&mut self) {
        for ino in std::mem::take(&mut self.leased).into_keys() {
            self.leases.give_back(&self.holder, ino);
        }
    }
}

impl<D: Descriptor> Handles<D> {
    /// The operations whose outcomes have no content.
    fn simple(&mut self, operation: &Operation<'_>) -> Attempt<Outcome<'static>> {
        match *operation {
            Operation::Close(handle) => {
                self.close(handle)?;
                Ok(Outcome::Done)
            }
            Operation::Stat { handle, lease } => {
                let ino = self.open(handle)?.ino;
                let lease = self.lease(lease, ino);
                let attributes = attributes(&self.get(handle)?.stat()?);
                Ok(Outcome::Attributes { attributes, lease })
            }
            Operation::StatAt {
                directory,
                at,
                path,
            } => Ok(shown(&self.get(directory)?.stat_at(path_flags(at), path)?)),
            Operation::Write {
                handle,
                position,
                expected,
                data,
            } => self.write(handle, position, expected, data),
            Operation::SetSize { handle, size } => {
                let Open { file, ino } = self.open(handle)?;
                let resize = || self.resize(file, size, |file| file.set_size(size));
                Ok(self.leases.change(&self.holder, *ino, resize)??)
            }
            Operation::Allocate {
                handle,
                offset,
                len,
            } => {
                let Open { file, ino } = self.open(handle)?;
                let extend = || {
                    let size = file.stat()?.size.max(offset.saturating_add(len));
                    self.resize(file, size, |file| file.allocate(offset, len))
                };
                Ok(self.leases.change(&self.holder, *ino, extend)??)
            }
            Operation::SetTimes {
                handle,
                of,
                access,
                modification,
            } => {
                let target = match of {
                    TimesOf::Handle => Target::This,
                    TimesOf::Path(at, path) => Target::At(path_flags(at), path),
                };
                let (access, modification) = (new_timestamp(access), new_timestamp(modification));
                let Open { file, ino } = self.open(handle)?;
                let changed = match of {
                    TimesOf::Handle => Some(*ino),
                    TimesOf::Path(at, path) => self.leased_at(file, path_flags(at), path),
                };
                file.set_times_at(target, access, modification)?;
                self.recall(changed);
                Ok(Outcome::Done)
            }
            Operation::Sync { handle, data_only } => {
                let level = match data_only {
                    true => SyncLevel::Data,
                    false => SyncLevel::All,
                };
                self.get(handle)?.sync(level)?;
                Ok(Outcome::Done)
            }
            Operation::Space => Ok(Outcome::Space((self.room)())),
            Operation::ReturnLease { node } => {
                self.leased.remove(&Ino(node));
                self.leases.give_back(&self.holder, Ino(node));
                Ok(Outcome::Done)
            }
            Operation::NotText(_) => Err(ErrorCode::IllegalByteSequence.into()),
            Operation::Unknown(_) => Err(ErrorCode::Unsupported.into()),
            _ => {
                self.change_names(operation)?;
                Ok(Outcome::Done)
            }
        }
    }

    fn change_names(&mut self, operation: &Operation<'_>) -> Result<()> {
        match *operation {
            Operation::CreateDirectory { directory, path } => {
                self.get(directory)?.create_directory_at(path)
            }
            Operation::SymbolicLink {
                directory,
                target,
                path,
            } => self.get(directory)?.symlink_at(target, path),
            Operation::HardLink {
                directory,
                at,
                path,
                new_directory,
                new_path,
            } => {
                let (old, new) = (self.get(directory)?, self.get(new_directory)?);
                let changed = self.leased_at(old, PathFlags::empty(), path);
                old.link_at(path_flags(at), path, new, new_path)?;
                self.recall(changed);
                Ok(())
            }
            Operation::Rename {
                directory,
                path,
                new_directory,
                new_path,
            } => {
                let (old, new) = (self.get(directory)?, self.get(new_directory)?);
                let moved = self.leased_at(old, PathFlags::empty(), path);
                let replaced = self.leased_at(new, PathFlags::empty(), new_path);
                old.rename_at(path, new, new_path)?;
                self.recall(moved);
                self.recall(replaced);
                Ok(())
            }
            Operation::Remove {
                directory,
                is_directory,
                path,
            } => self.remove(directory, is_directory, path),
            _ => Err(ErrorCode::Unsupported),
        }
    }

    fn remove(&self, directory: Handle, is_directory: bool, path: &str) -> Result<()> {
        let directory = self.get(directory)?;
        let kind = match is_directory {
            true => Remove::Directory,
            false => Remove::File,
        };
        let changed = self.leased_at(directory, PathFlags::empty(), path);
        let before = match &self.account {
            Some(account) => directory
                .stat_at(PathFlags::empty(), path)
                .ok()
                .map(|stat| (account, stat)),
            None => None,
        };
        directory.remove_at(path, kind)?;
        self.recall(changed);
        if let Some((account, stat)) = before
            && stat.link_count == 1
            && stat.file_type == FileType::RegularFile
        {
            account.give_back(stat.size);
        }
        Ok(())
    }

    /// Opens what OPEN names, and cuts it if that is asked for.
    fn open_file(&self, operation: &Operation<'_>) -> Attempt<D> {
        let Operation::Open {
            directory,
            handle,
            at,
            open,
            access,
            path,
            ..
        } = *operation
        else {
            return Err(ErrorCode::Unsupported.into());
        };
        if self.open.contains_key(&handle) {
            return Err(ErrorCode::Invalid.into());
        }
        if self.open.len() >= MAX_HANDLES {
            return Err(ErrorCode::InsufficientMemory.into());
        }
        let directory = self.get(directory)?;
        let at = path_flags(at);
        let open = OpenFlags::from_bits_truncate(open);
        let access = DescriptorFlags::from_bits_truncate(access);
        if !open.contains(OpenFlags::TRUNCATE) {
            return Ok(directory.open_at(at, path, open, access)?);
        }
        let before = directory.stat_at(at, path).ok();
        let opened = match &before {
            Some(before) => self.leases.change(&self.holder, before.ino, || {
                directory.open_at(at, path, open, access)
            })?,
            None => directory.open_at(at, path, open, access),
        }?;
        if let (Some(account), Some(before)) = (&self.account, &before) {
            account.give_back(before.size);
        }
        Ok(opened)
    }

    /// Gives an open file its handle, and tells what the client wants to know of it.
    fn opened<'o>(
        &mut self,
        file: D,
        operation: &Operation<'_>,
        payload: &mut Vec<u8>,
    ) -> Result<Outcome<'o>> {
        let Operation::Open {
            handle,
            access,
            lease,
            inline,
            known,
            ..
        } = *operation
        else {
            return Err(ErrorCode::Unsupported);
        };
        let ino = file.stat()?.ino;
        let lease = self.lease(lease, ino);
        let attributes = attributes(&file.stat()?);
        let inline = (inline as usize).min(MAX_PAYLOAD.saturating_sub(payload.len()));
        if inline > 0
            && attributes.version != known
            && attributes.kind == rpc_protocol::FileKind::Regular
            && DescriptorFlags::from_bits_truncate(access).contains(DescriptorFlags::READ)
        {
            file.read_at(0, inline, |piece| payload.extend_from_slice(piece))?;
        }
        if let Some(handles) = self.leased.get_mut(&ino) {
            *handles += 1;
        }
        self.open.insert(handle, Open { file, ino });
        Ok(Outcome::Opened {
            attributes,
            lease,
            data: &[],
        })
    }

    fn write(
        &self,
        handle: Handle,
        position: Position,
        expected: u64,
        data: &[u8],
    ) -> Attempt<Outcome<'static>> {
        let Open { file, ino } = self.open(handle)?;
        let at = match position {
            Position::Offset(offset) => WriteAt::Offset(offset),
            Position::End => WriteAt::End,
        };
        let write = || self.write_alone(file, at, expected, data);
        Ok(self.leases.change(&self.holder, *ino, write)??)
    }

    fn write_alone(
        &self,
        file: &D,
        at: WriteAt,
        expected: u64,
        data: &[u8],
    ) -> Result<Outcome<'static>> {
        if expected != 0 && attributes(&file.stat()?).version != expected {
            return Err(ErrorCode::NotRecoverable);
        }
        let charged = self.charge_write(file, at, data.len())?;
        let mut rest = data;
        let written = file.write_at(at, data.len(), |piece| {
            let (now, later) = rest.split_at(piece.len());
            piece.copy_from_slice(now);
            rest = later;
        });
        if let (Some(account), true) = (&self.account, written.is_err()) {
            account.give_back(charged);
        }
        let written = written?;
        Ok(Outcome::Written {
            len: written.len as u32,
            end: written.end,
            attributes: attributes(&file.stat()?),
        })
    }

    /// Charges for what a write would add, and says how much.
    fn charge_write(&self, file: &D, at: WriteAt, len: usize) -> Result<u64> {
        let Some(account) = &self.account else {
            return Ok(0);
        };
        let size = file.stat()?.size;
        let end = match at {
            WriteAt::Offset(offset) => offset.saturating_add(len as u64),
            WriteAt::End => size.saturating_add(len as u64),
        };
        account.grow(size, end)?;
        Ok(end.saturating_sub(size))
    }

    /// Changes the size of a file by `change`, charged for as a change to `wanted`.
    fn resize(
        &self,
        file: &D,
        wanted: u64,
        change: impl FnOnce(&D) -> Result<()>,
    ) -> Result<Outcome<'static>> {
        let before = file.stat()?.size;
        if let Some(account) = &self.account {
            account.grow(before, wanted)?;
        }
        let changed = change(file);
        let after = file.stat()?;
        if let Some(account) = &self.account {
            account.give_back(before.max(wanted).saturating_sub(after.size));
        }
        changed?;
        Ok(shown(&after))
    }

    fn read_directory<'o>(
        &mut self,
        handle: Handle,
        id: ListingId,
        cookie: u64,
        len: usize,
        payload: &mut Vec<u8>,
    ) -> Result<Outcome<'o>> {
        if cookie == 0 {
            let listing = self.get(handle)?.read_dir()?;
            if self.listings.len() >= MAX_LISTINGS && !self.listings.contains_key(&id) {
                return Err(ErrorCode::InsufficientMemory);
            }
            self.listings.insert(id, listing);
        }
        let listing = self.listings.get(&id).ok_or(ErrorCode::Invalid)?;
        let end = payload.len() + len;
        let entries = listing.entries.get(cookie as usize..);
        let mut left = entries.ok_or(ErrorCode::Invalid)?.iter();
        while let Some(entry) = left.as_slice().first() {
            // At least one, whatever the length: or the client would ask for ever.
            let is_first = left.len() == listing.entries.len() - cookie as usize;
            if payload.len() + 11 + entry.name.len() > end && !is_first {
                break;
            }
            write_entry(
                payload,
                &ListingEntry {
                    node: entry.ino.0,
                    kind: file_kind(entry.file_type),
                    name: &entry.name,
                },
            );
            left.next();
        }
        let page = Outcome::Page {
            this: listing.this.0,
            parent: listing.parent.0,
            is_last: left.len() == 0,
            entries: &[],
        };
        if left.len() == 0 {
            self.listings.remove(&id);
        }
        Ok(page)
    }
}

fn shown(stat: &Stat) -> Outcome<'static> {
    Outcome::Attributes {
        attributes: attributes(stat),
        lease: Lease::None,
    }
}

fn path_flags(bits: u8) -> PathFlags {
    PathFlags::from_bits_truncate(bits)
}
