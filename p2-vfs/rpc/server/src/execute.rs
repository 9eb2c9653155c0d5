//! Operations on the file system: translation, with the session's table of handles.

use std::collections::HashMap;
use std::sync::Arc;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Listing, OpenFlags, PathFlags, Remove,
    Result, Stat, SyncLevel, Target, WriteAt,
};
use rpc_protocol::{
    Handle, Lease, ListingEntry, ListingId, Operation, Outcome, Position, ReplyBuilder, Space,
    TimesOf, write_entry,
};
use rpc_values::{attributes, file_kind, new_timestamp, status};

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
    fn execute(&mut self, operation: &Operation<'_>, reply: &mut ReplyBuilder);
}

/// The open file descriptions of a session.
pub(crate) struct Handles<D> {
    open: HashMap<Handle, D>,
    listings: HashMap<ListingId, Listing>,
    account: Option<Arc<Account>>,
    room: Room,
}

impl<D: Descriptor> Handles<D> {
    /// A session's, attached to the directory `root`.
    pub(crate) fn new(root: D, account: Option<Arc<Account>>, room: Room) -> Self {
        Self {
            open: HashMap::from([(Handle::ROOT, root)]),
            listings: HashMap::new(),
            account,
            room,
        }
    }

    fn get(&self, handle: Handle) -> Result<&D> {
        self.open.get(&handle).ok_or(ErrorCode::BadDescriptor)
    }
}

impl<D: Descriptor + Send> Execute for Handles<D> {
    fn execute(&mut self, operation: &Operation<'_>, reply: &mut ReplyBuilder) {
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
            Operation::Open { .. } => reply.push_with(code, |payload| {
                self.open(operation, payload).map_err(status)
            }),
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
            _ => {
                let outcome = self.simple(operation);
                reply.push(
                    code,
                    &outcome.unwrap_or_else(|error| Outcome::Failed(status(error))),
                );
            }
        }
    }
}

impl<D: Descriptor> Handles<D> {
    /// The operations whose outcomes have no content.
    fn simple(&mut self, operation: &Operation<'_>) -> Result<Outcome<'static>> {
        match *operation {
            Operation::Close(handle) => {
                if handle != Handle::ROOT {
                    self.open.remove(&handle).ok_or(ErrorCode::BadDescriptor)?;
                }
                Ok(Outcome::Done)
            }
            Operation::Stat { handle, .. } => Ok(shown(&self.get(handle)?.stat()?)),
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
                let file = self.get(handle)?;
                self.resize(file, Some(size), |file| file.set_size(size))
            }
            Operation::Allocate {
                handle,
                offset,
                len,
            } => {
                let file = self.get(handle)?;
                let size = file.stat()?.size.max(offset.saturating_add(len));
                self.resize(file, Some(size), |file| file.allocate(offset, len))
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
                self.get(handle)?
                    .set_times_at(target, access, modification)?;
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
            Operation::ReturnLease { .. } => Ok(Outcome::Done),
            Operation::NotText(_) => Err(ErrorCode::IllegalByteSequence),
            Operation::Unknown(_) => Err(ErrorCode::Unsupported),
            _ => self.change_names(operation).map(|()| Outcome::Done),
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
            } => self.get(directory)?.link_at(
                path_flags(at),
                path,
                self.get(new_directory)?,
                new_path,
            ),
            Operation::Rename {
                directory,
                path,
                new_directory,
                new_path,
            } => self
                .get(directory)?
                .rename_at(path, self.get(new_directory)?, new_path),
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
        let Some(account) = &self.account else {
            return directory.remove_at(path, kind);
        };
        let before = directory.stat_at(PathFlags::empty(), path);
        directory.remove_at(path, kind)?;
        if let Ok(Stat {
            link_count: 1,
            file_type: FileType::RegularFile,
            size,
            ..
        }) = before
        {
            account.give_back(size);
        }
        Ok(())
    }

    fn open<'o>(
        &mut self,
        operation: &Operation<'_>,
        payload: &mut Vec<u8>,
    ) -> Result<Outcome<'o>> {
        let Operation::Open {
            directory,
            handle,
            at,
            open,
            access,
            inline,
            known,
            path,
            ..
        } = *operation
        else {
            return Err(ErrorCode::Unsupported);
        };
        if self.open.contains_key(&handle) {
            return Err(ErrorCode::Invalid);
        }
        if self.open.len() >= MAX_HANDLES {
            return Err(ErrorCode::InsufficientMemory);
        }
        let directory = self.get(directory)?;
        let open = OpenFlags::from_bits_truncate(open);
        let access = DescriptorFlags::from_bits_truncate(access);
        let cut = match &self.account {
            Some(account) if open.contains(OpenFlags::TRUNCATE) => directory
                .stat_at(path_flags(at), path)
                .ok()
                .map(|stat| (account, stat.size)),
            _ => None,
        };
        let opened = directory.open_at(path_flags(at), path, open, access)?;
        if let Some((account, size)) = cut {
            account.give_back(size);
        }
        let attributes = attributes(&opened.stat()?);
        let room = MAX_PAYLOAD.saturating_sub(payload.len());
        let inline = (inline as usize).min(room);
        if inline > 0
            && attributes.version != known
            && attributes.kind == rpc_protocol::FileKind::Regular
            && access.contains(DescriptorFlags::READ)
        {
            opened.read_at(0, inline, |piece| payload.extend_from_slice(piece))?;
        }
        self.open.insert(handle, opened);
        Ok(Outcome::Opened {
            attributes,
            lease: Lease::None,
            data: &[],
        })
    }

    fn write(
        &self,
        handle: Handle,
        position: Position,
        expected: u64,
        data: &[u8],
    ) -> Result<Outcome<'static>> {
        let file = self.get(handle)?;
        let at = match position {
            Position::Offset(offset) => WriteAt::Offset(offset),
            Position::End => WriteAt::End,
        };
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

    /// Changes the size of a file by `change`, charged for as a change to `size`.
    fn resize(
        &self,
        file: &D,
        size: Option<u64>,
        change: impl FnOnce(&D) -> Result<()>,
    ) -> Result<Outcome<'static>> {
        let before = file.stat()?.size;
        let wanted = size.unwrap_or(before);
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
