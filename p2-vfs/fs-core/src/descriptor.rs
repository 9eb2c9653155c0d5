//! Open file descriptions of the file system in memory: the rules of every operation.

use std::sync::Arc;

use bytes::Bytes;

use crate::error_code::{ErrorCode, Result};
use crate::file_system::Descriptor;
use crate::inode::{Inode, InodeKind};
use crate::mem_fs::Shared;
use crate::path::{check_link_target, last_component};
use crate::resolve::{Last, LastLink, Place, resolve, resolve_parent};
use crate::space::{Space, Usage};
use crate::tree::{InodeId, Stop, Tree};
use crate::types::{
    DescriptorFlags, Listing, NewTimestamp, OpenFlags, PathFlags, Remove, Stat, SyncLevel, Target,
    Timestamp, WriteAt, Written,
};

/// An open file description of a [`crate::MemFs`].
#[derive(Clone)]
pub struct MemDescriptor {
    shared: Arc<Shared>,
    /// Who pays for what is made below.
    account: Arc<Space>,
    id: InodeId,
    inode: Arc<Inode>,
    flags: DescriptorFlags,
}

impl MemDescriptor {
    pub(crate) fn new(
        shared: Arc<Shared>,
        account: Arc<Space>,
        id: InodeId,
        inode: Arc<Inode>,
        flags: DescriptorFlags,
    ) -> Self {
        Self {
            shared,
            account,
            id,
            inode,
            flags,
        }
    }

    /// Creates the directory at `path` and those on the way to it, where they do not exist.
    ///
    /// # Errors
    /// Those of [`Descriptor::create_directory_at`] but `Exist` for a directory.
    pub fn create_directories(&self, path: &str) -> Result<()> {
        let path = path.trim_end_matches('/');
        let ends = path.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            match self.create_directory_at(&path[..end]) {
                Ok(()) => {}
                Err(ErrorCode::Exist) => {
                    let stat = self.stat_at(PathFlags::SYMLINK_FOLLOW, &path[..end])?;
                    if stat.file_type != crate::types::FileType::Directory {
                        return Err(ErrorCode::NotDirectory);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The permission bits of the description's inode. Programs neither see nor change them: they
    /// are those of where the inode came from.
    pub fn mode(&self) -> u32 {
        self.inode.mode()
    }

    /// Whether the description's inode is part of a read-only mount.
    pub fn is_read_only(&self) -> bool {
        self.inode.is_read_only()
    }

    /// The inode behind a name, for whoever owns the file system: links can be had like this.
    pub(crate) fn inode_at(&self, name: &str) -> Result<Self> {
        let base = self.base()?;
        self.shared.look(|tree| {
            let place = resolve(tree, base, name, LastLink::Keep)?;
            let inode = self.existing(tree, &place)?.clone();
            let id = place.found.ok_or(ErrorCode::NoEntry)?;
            Ok(self.opened(id, inode, DescriptorFlags::READ))
        })
    }

    /// The content of the description's inode as it is now: in place if nobody has written to it
    /// since it came out of an image, otherwise copied, which is taken from `room`.
    ///
    /// # Errors
    /// `FileTooLarge` (for the room), `InsufficientMemory`.
    pub(crate) fn to_bytes(&self, room: &mut u64) -> Result<Bytes> {
        self.inode.read().content.to_bytes(room)
    }

    /// What the description's inode leads to if it is a symbolic link, otherwise nothing.
    pub(crate) fn link_target(&self) -> &str {
        match self.inode.kind() {
            InodeKind::Symlink(target) => target,
            InodeKind::File | InodeKind::Directory => "",
        }
    }

    /// What the description's file system holds.
    pub(crate) fn usage(&self) -> Usage {
        self.shared.space.usage()
    }

    /// The description's inode, which must be a directory to start a path from.
    fn base(&self) -> Result<InodeId> {
        match self.inode.kind() {
            InodeKind::Directory => Ok(self.id),
            InodeKind::File | InodeKind::Symlink(_) => Err(ErrorCode::NotDirectory),
        }
    }

    /// The inode that a path from here led to. A removed directory is not in the tree, but still
    /// what `.` stands for.
    fn inode<'t>(&'t self, tree: &'t Tree, id: InodeId) -> Result<&'t Arc<Inode>> {
        if id == self.id {
            Ok(&self.inode)
        } else {
            tree.inode(id)
        }
    }

    /// What a place stands for, where something must be.
    fn existing<'t>(&'t self, tree: &'t Tree, place: &Place<'_>) -> Result<&'t Arc<Inode>> {
        let found = place.found.ok_or(ErrorCode::NoEntry)?;
        let inode = self.inode(tree, found)?;
        if place.must_be_dir && !matches!(inode.kind(), InodeKind::Directory) {
            return Err(ErrorCode::NotDirectory);
        }
        Ok(inode)
    }

    fn opened(&self, id: InodeId, inode: Arc<Inode>, flags: DescriptorFlags) -> Self {
        Self {
            shared: self.shared.clone(),
            account: self.account.clone(),
            id,
            inode,
            flags,
        }
    }

    /// Runs `look` on the inode at `path`.
    fn look_at<T>(
        &self,
        at: PathFlags,
        path: &str,
        look: impl Fn(&Arc<Inode>) -> Result<T>,
    ) -> Result<T> {
        let base = self.base()?;
        self.shared.look(|tree| {
            let place = resolve(tree, base, path, last_link(at))?;
            Ok(look(self.existing(tree, &place)?)?)
        })
    }

    /// Gives a new inode of this kind the name at `path`, which must be absent.
    fn create(&self, path: &str, kind: &InodeKind) -> Result<()> {
        let base = self.base()?;
        self.shared.change(|tree| {
            let place = resolve(tree, base, path, LastLink::Keep)?;
            let is_directory = matches!(kind, InodeKind::Directory);
            if let Some(found) = place.found {
                let on_file = !matches!(self.inode(tree, found)?.kind(), InodeKind::Directory);
                let error = if place.must_be_dir && on_file && !is_directory {
                    ErrorCode::NotDirectory
                } else {
                    ErrorCode::Exist
                };
                return Err(error.into());
            }
            if place.must_be_dir && !is_directory {
                return Err(ErrorCode::NoEntry.into());
            }
            let (parent, name) = (place.parent, name_of(&place)?);
            self.add(tree, parent, name, kind.clone())?;
            Ok(())
        })
    }

    /// Gives a new inode a name that is free.
    ///
    /// # Errors
    /// `NoEntry` (the directory was removed), `NotDirectory`, `ReadOnly`, `Quota`,
    /// `InsufficientSpace`.
    fn add(
        &self,
        tree: &mut Tree,
        parent: InodeId,
        name: Box<str>,
        kind: InodeKind,
    ) -> Result<InodeId> {
        tree.directory(parent)?;
        check_mutable(tree.inode(parent)?)?;
        let inode = self.shared.new_inode(kind, &self.account)?;
        let now = inode.read().modification;
        let id = tree.add(parent, name, inode)?;
        tree.inode(parent)?.write().touch(now);
        Ok(id)
    }

    fn same_file_system(&self, other: &Self) -> Result<()> {
        if Arc::ptr_eq(&self.shared, &other.shared) {
            Ok(())
        } else {
            Err(ErrorCode::CrossDevice)
        }
    }

    fn now(&self) -> Timestamp {
        self.shared.now()
    }

    /// The time of changes that come in great numbers.
    #[inline]
    fn coarse_now(&self) -> Timestamp {
        self.shared.coarse_now()
    }

    /// The description's inode, which must be a file opened for writing.
    fn writable(&self, otherwise: ErrorCode) -> Result<&Inode> {
        match self.inode.kind() {
            InodeKind::File if self.flags.contains(DescriptorFlags::WRITE) => Ok(&self.inode),
            InodeKind::File => Err(otherwise),
            InodeKind::Directory | InodeKind::Symlink(_) => Err(ErrorCode::BadDescriptor),
        }
    }
}

impl Descriptor for MemDescriptor {
    fn open_at(
        &self,
        at: PathFlags,
        path: &str,
        open: OpenFlags,
        access: DescriptorFlags,
    ) -> Result<Self> {
        let base = self.base()?;
        let creating = OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE;
        if open.contains(OpenFlags::DIRECTORY) && open.intersects(creating) {
            return Err(ErrorCode::Invalid);
        }
        if !open.contains(OpenFlags::CREATE) {
            let opened = self.shared.look(|tree| {
                let place = resolve(tree, base, path, last_link(at))?;
                let found = place.found.ok_or(ErrorCode::NoEntry)?;
                let inode = self.inode(tree, found)?;
                check_open(inode, &place, open, access)?;
                Ok(self.opened(found, inode.clone(), access))
            })?;
            return opened.emptied(open);
        }
        let exclusive = open.contains(OpenFlags::EXCLUSIVE);
        let last_link = if exclusive || !at.contains(PathFlags::SYMLINK_FOLLOW) {
            LastLink::Keep
        } else {
            LastLink::FollowWithoutSlash
        };
        let opened = self.shared.change(|tree| {
            let place = resolve(tree, base, path, last_link)?;
            if place.must_be_dir {
                return Err(ErrorCode::IsDirectory.into());
            }
            let id = match place.found {
                Some(_) if exclusive => return Err(ErrorCode::Exist.into()),
                Some(found) => {
                    check_open(self.inode(tree, found)?, &place, open, access)?;
                    found
                }
                None => {
                    let (parent, name) = (place.parent, name_of(&place)?);
                    self.add(tree, parent, name, InodeKind::File)?
                }
            };
            Ok(self.opened(id, tree.inode(id)?.clone(), access))
        })?;
        opened.emptied(open)
    }

    fn flags(&self) -> DescriptorFlags {
        self.flags
    }

    fn stat(&self) -> Result<Stat> {
        Ok(self.inode.stat())
    }

    fn stat_at(&self, at: PathFlags, path: &str) -> Result<Stat> {
        self.look_at(at, path, |inode| Ok(inode.stat()))
    }

    #[inline]
    fn read_at(&self, offset: u64, len: usize, sink: impl FnMut(&[u8])) -> Result<usize> {
        match self.inode.kind() {
            InodeKind::File => {}
            InodeKind::Directory => return Err(ErrorCode::IsDirectory),
            InodeKind::Symlink(_) => return Err(ErrorCode::BadDescriptor),
        }
        if !self.flags.contains(DescriptorFlags::READ) {
            return Err(ErrorCode::BadDescriptor);
        }
        check_offset(offset)?;
        Ok(self.inode.read().content.read(offset, len, sink))
    }

    #[inline]
    fn write_at(&self, at: WriteAt, len: usize, source: impl FnMut(&mut [u8])) -> Result<Written> {
        let mut record = self.writable(ErrorCode::BadDescriptor)?.write();
        let offset = match at {
            WriteAt::Offset(offset) => offset,
            WriteAt::End => record.content.size(),
        };
        check_offset(offset)?;
        if len == 0 {
            return Ok(Written {
                len: 0,
                end: offset,
            });
        }
        let len = record.content.write(offset, len, source)?;
        record.touch(self.coarse_now());
        Ok(Written {
            len,
            end: offset + len as u64,
        })
    }

    fn set_size(&self, size: u64) -> Result<()> {
        let mut record = self.writable(ErrorCode::Invalid)?.write();
        check_offset(size)?;
        record.content.set_size(size)?;
        record.touch(self.now());
        Ok(())
    }

    fn allocate(&self, offset: u64, len: u64) -> Result<()> {
        let mut record = self.writable(ErrorCode::BadDescriptor)?.write();
        if len == 0 {
            return Err(ErrorCode::Invalid);
        }
        let end = offset.checked_add(len).ok_or(ErrorCode::FileTooLarge)?;
        if end > record.content.size() {
            record.content.set_size(end)?;
            record.touch(self.now());
        }
        Ok(())
    }

    fn set_times_at(
        &self,
        target: Target<'_>,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        let now = self.now();
        let nothing = access == NewTimestamp::NoChange && modification == NewTimestamp::NoChange;
        let set = |inode: &Arc<Inode>| {
            if nothing {
                return Ok(());
            }
            check_mutable(inode)?;
            let mut record = inode.write();
            record.access = chosen(access, record.access, now);
            record.modification = chosen(modification, record.modification, now);
            record.touch_attributes(now);
            Ok(())
        };
        match target {
            Target::This => set(&self.inode),
            Target::At(at, path) => self.look_at(at, path, set),
        }
    }

    fn read_dir(&self) -> Result<Listing> {
        let base = self.base()?;
        let tree = self.shared.read();
        Ok(Listing {
            this: base.ino,
            parent: tree.directory(base)?.parent.ino,
            entries: tree.list(base)?,
        })
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        self.create(path, &InodeKind::Directory)
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        check_link_target(target)?;
        self.create(path, &InodeKind::Symlink(target.into()))
    }

    fn readlink_at(&self, path: &str) -> Result<String> {
        self.look_at(PathFlags::empty(), path, |inode| match inode.kind() {
            InodeKind::Symlink(target) => Ok(String::from(&**target)),
            InodeKind::File | InodeKind::Directory => Err(ErrorCode::Invalid),
        })
    }

    fn link_at(&self, at: PathFlags, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        if at.contains(PathFlags::SYMLINK_FOLLOW) {
            return Err(ErrorCode::Invalid);
        }
        self.shared.change(|tree| {
            let old = resolve(tree, self.base()?, old_path, LastLink::FollowBeforeSlash)?;
            let inode = self.existing(tree, &old)?.clone();
            let new = resolve(tree, new_dir.base()?, new_path, LastLink::Keep)?;
            check_link(tree, &inode, &new)?;
            let child = old.found.ok_or(ErrorCode::NoEntry)?;
            let (parent, name) = (new.parent, name_of(&new)?);
            tree.link(parent, name, child)?;
            let now = self.coarse_now();
            inode.write().touch_attributes(now);
            tree.inode(parent)?.write().touch(now);
            Ok(())
        })
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        self.shared.change(|tree| {
            let old = resolve_parent(tree, self.base()?, old_path)?;
            let new = resolve_parent(tree, new_dir.base()?, new_path)?;
            let (Last::Name(_), Last::Name(_)) = (old.last, new.last) else {
                return Err(ErrorCode::Busy.into());
            };
            check_mutable_parent(tree, &old)?;
            check_mutable_parent(tree, &new)?;
            let old = old.look_up(tree)?;
            let moved = old.found.ok_or(ErrorCode::NoEntry)?;
            let new = new.look_up(tree)?;
            check_rename(tree, moved, &old, &new)?;
            if new.found == Some(moved) {
                return Ok(());
            }
            let (from, old_name) = (old.parent, last_component(old_path));
            let (to, new_name) = (new.parent, name_of(&new)?);
            let replaced = new.found.and_then(|id| tree.inode(id).ok().cloned());
            check_mutable(tree.inode(moved)?)?;
            replaced.as_deref().map_or(Ok(()), check_mutable)?;
            tree.rename((from, old_name), (to, new_name))?;
            let now = self.coarse_now();
            tree.inode(moved)?.write().touch_attributes(now);
            tree.inode(from)?.write().touch(now);
            tree.inode(to)?.write().touch(now);
            if let Some(replaced) = replaced {
                replaced.write().touch_attributes(now);
            }
            Ok(())
        })
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        let base = self.base()?;
        self.shared.change(|tree| {
            let place = resolve_parent(tree, base, path)?;
            let inode = check_remove(tree, place, kind)?.clone();
            let parent = place.parent;
            tree.unlink(parent, last_component(path))?;
            let now = self.coarse_now();
            inode.write().touch_attributes(now);
            tree.inode(parent)?.write().touch(now);
            Ok(())
        })
    }

    fn sync(&self, _level: SyncLevel) -> Result<()> {
        // Memory is as durable as this file system gets.
        Ok(())
    }

    fn is_same_object(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inode, &other.inode)
    }
}

impl MemDescriptor {
    /// Empties the file just opened, if that was asked for.
    fn emptied(self, open: OpenFlags) -> Result<Self> {
        if open.contains(OpenFlags::TRUNCATE) {
            let mut record = self.inode.write();
            if record.content.size() != 0 {
                record.content.set_size(0)?;
            }
            record.touch(self.now());
        }
        Ok(self)
    }
}

fn last_link(at: PathFlags) -> LastLink {
    if at.contains(PathFlags::SYMLINK_FOLLOW) {
        LastLink::Follow
    } else {
        LastLink::FollowBeforeSlash
    }
}

/// The name at a place, kept while the tree changes.
fn name_of(place: &Place<'_>) -> Result<Box<str>> {
    let Last::Name(name) = place.last else {
        return Err(ErrorCode::Invalid);
    };
    let mut owned = String::new();
    owned
        .try_reserve_exact(name.len())
        .map_err(|_| ErrorCode::InsufficientSpace)?;
    owned.push_str(name);
    Ok(owned.into_boxed_str())
}

fn check_open(
    inode: &Inode,
    place: &Place<'_>,
    open: OpenFlags,
    access: DescriptorFlags,
) -> Result<()> {
    match inode.kind() {
        InodeKind::Symlink(_) if open.contains(OpenFlags::DIRECTORY) => {
            Err(ErrorCode::NotDirectory)
        }
        InodeKind::Symlink(_) => Err(ErrorCode::Loop),
        InodeKind::File if open.contains(OpenFlags::DIRECTORY) || place.must_be_dir => {
            Err(ErrorCode::NotDirectory)
        }
        InodeKind::File => {
            let writing = access.contains(DescriptorFlags::WRITE);
            if writing || open.contains(OpenFlags::TRUNCATE) {
                check_mutable(inode)
            } else {
                Ok(())
            }
        }
        InodeKind::Directory => {
            let as_file = open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
                || access.contains(DescriptorFlags::WRITE);
            if as_file {
                Err(ErrorCode::IsDirectory)
            } else {
                Ok(())
            }
        }
    }
}

/// What can be changed at all.
fn check_mutable(inode: &Inode) -> Result<()> {
    if inode.is_read_only() {
        Err(ErrorCode::ReadOnly)
    } else {
        Ok(())
    }
}

/// The directory of a name that is to be made, moved or removed. A removed one is left to who looks
/// for the name.
fn check_mutable_parent(tree: &Tree, place: &Place<'_>) -> Result<()> {
    tree.inode(place.parent)
        .map_or(Ok(()), |inode| check_mutable(inode))
}

/// The rules of link(2) in the order of Linux, for `inode` and its new name.
fn check_link(tree: &Tree, inode: &Inode, new: &Place<'_>) -> Result<()> {
    if new.found.is_some() {
        return Err(ErrorCode::Exist);
    }
    if new.must_be_dir {
        return Err(ErrorCode::NoEntry);
    }
    check_mutable_parent(tree, new)?;
    // One more name changes the inode.
    check_mutable(inode)?;
    match inode.kind() {
        InodeKind::Directory => Err(ErrorCode::NotPermitted),
        InodeKind::File | InodeKind::Symlink(_) => Ok(()),
    }
}

/// The rules of rename(2) in the order of Linux.
fn check_rename(tree: &Tree, moved: InodeId, old: &Place<'_>, new: &Place<'_>) -> Result<()> {
    let is_directory = matches!(tree.inode(moved)?.kind(), InodeKind::Directory);
    if !is_directory && (old.must_be_dir || new.must_be_dir) {
        return Err(ErrorCode::NotDirectory);
    }
    if is_directory && tree.is_within(new.parent, moved) {
        return Err(ErrorCode::Invalid);
    }
    let Some(replaced) = new.found.filter(|id| *id != moved) else {
        return Ok(());
    };
    if tree.is_within(old.parent, replaced) {
        return Err(ErrorCode::NotEmpty);
    }
    match (is_directory, tree.inode(replaced)?.kind()) {
        (true, InodeKind::Directory) if !tree.directory(replaced)?.is_empty() => {
            Err(ErrorCode::NotEmpty)
        }
        (true, InodeKind::Directory) => Ok(()),
        (true, InodeKind::File | InodeKind::Symlink(_)) => Err(ErrorCode::NotDirectory),
        (false, InodeKind::Directory) => Err(ErrorCode::IsDirectory),
        (false, InodeKind::File | InodeKind::Symlink(_)) => Ok(()),
    }
}

/// The rules of unlink(2) and rmdir(2) in the order of Linux, which looks for the name last.
fn check_remove<'t>(
    tree: &'t Tree,
    place: Place<'_>,
    kind: Remove,
) -> core::result::Result<&'t Arc<Inode>, Stop> {
    match (kind, place.last) {
        (_, Last::Name(_)) => {}
        (Remove::File, Last::This | Last::Parent) => return Err(ErrorCode::IsDirectory.into()),
        (Remove::Directory, Last::This) => return Err(ErrorCode::Invalid.into()),
        (Remove::Directory, Last::Parent) => return Err(ErrorCode::NotEmpty.into()),
    }
    check_mutable_parent(tree, &place)?;
    let place = place.look_up(tree)?;
    let found = place.found.ok_or(ErrorCode::NoEntry)?;
    let inode = tree.inode(found)?;
    match (kind, inode.kind()) {
        (Remove::File, InodeKind::Directory) => Err(ErrorCode::IsDirectory),
        (Remove::File, _) if place.must_be_dir => Err(ErrorCode::NotDirectory),
        (Remove::Directory, InodeKind::File | InodeKind::Symlink(_)) => {
            Err(ErrorCode::NotDirectory)
        }
        (Remove::Directory, InodeKind::Directory) if !tree.directory(found)?.is_empty() => {
            Err(ErrorCode::NotEmpty)
        }
        (Remove::File, InodeKind::File | InodeKind::Symlink(_))
        | (Remove::Directory, InodeKind::Directory) => check_mutable(inode),
    }?;
    Ok(inode)
}

fn check_offset(offset: u64) -> Result<()> {
    if i64::try_from(offset).is_ok() {
        Ok(())
    } else {
        Err(ErrorCode::Invalid)
    }
}

fn chosen(new: NewTimestamp, old: Timestamp, now: Timestamp) -> Timestamp {
    match new {
        NewTimestamp::NoChange => old,
        NewTimestamp::Now => now,
        NewTimestamp::At(time) => time,
    }
}
