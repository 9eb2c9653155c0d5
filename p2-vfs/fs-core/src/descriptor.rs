//! Open file descriptions of the file system in memory: the rules of every operation.

use std::sync::Arc;

use crate::error_code::{ErrorCode, Result};
use crate::file_system::Descriptor;
use crate::inode::{Inode, InodeKind};
use crate::mem_fs::Shared;
use crate::path::{PATH_MAX, last_component};
use crate::resolve::{Last, LastLink, Place, resolve};
use crate::tree::{InodeId, Tree};
use crate::types::{
    DescriptorFlags, DirEntry, Listing, NewTimestamp, OpenFlags, PathFlags, Remove, Stat,
    SyncLevel, Target, Timestamp, WriteAt, Written,
};

/// An open file description of a [`crate::MemFs`].
#[derive(Clone)]
pub struct MemDescriptor {
    shared: Arc<Shared>,
    id: InodeId,
    inode: Arc<Inode>,
    flags: DescriptorFlags,
}

impl MemDescriptor {
    pub(crate) fn new(
        shared: Arc<Shared>,
        id: InodeId,
        inode: Arc<Inode>,
        flags: DescriptorFlags,
    ) -> Self {
        Self {
            shared,
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

    /// The description's inode, which must be a directory to start a path from.
    fn base(&self) -> Result<InodeId> {
        match self.inode.kind() {
            InodeKind::Directory => Ok(self.id),
            InodeKind::File | InodeKind::Symlink(_) => Err(ErrorCode::NotDirectory),
        }
    }

    fn opened(&self, tree: &Tree, id: InodeId, flags: DescriptorFlags) -> Result<Self> {
        Ok(Self {
            shared: self.shared.clone(),
            id,
            inode: self.inode_of(tree, id)?.clone(),
            flags,
        })
    }

    /// The inode with this number. A directory that was removed is not in the tree, but `.` of its
    /// descriptors still stands for it.
    fn inode_of<'a>(&'a self, tree: &'a Tree, id: InodeId) -> Result<&'a Arc<Inode>> {
        if id == self.id {
            Ok(&self.inode)
        } else {
            tree.inode(id)
        }
    }

    /// Runs `look` on the inode at `path`.
    fn look_at<T>(
        &self,
        at: PathFlags,
        path: &str,
        look: impl FnOnce(&Arc<Inode>) -> Result<T>,
    ) -> Result<T> {
        let base = self.base()?;
        let tree = self.shared.read();
        let place = resolve(&tree, base, path, last_link(at))?;
        let found = existing(&tree, &place)?;
        look(self.inode_of(&tree, found)?)
    }

    /// Gives a new inode of this kind the name at `path`, which must be absent.
    fn create(&self, path: &str, kind: InodeKind) -> Result<()> {
        let base = self.base()?;
        let mut tree = self.shared.write();
        let place = resolve(&tree, base, path, LastLink::Keep)?;
        let is_directory = matches!(kind, InodeKind::Directory);
        if let Some(found) = place.found {
            let inode = self.inode_of(&tree, found)?;
            let on_file = !matches!(inode.kind(), InodeKind::Directory);
            return Err(if place.must_be_dir && on_file && !is_directory {
                ErrorCode::NotDirectory
            } else {
                ErrorCode::Exist
            });
        }
        if place.must_be_dir && !is_directory {
            return Err(ErrorCode::NoEntry);
        }
        let (parent, name) = (place.parent, name_of(&place)?);
        self.add(&mut tree, parent, name, kind)?;
        Ok(())
    }

    fn add(
        &self,
        tree: &mut Tree,
        parent: InodeId,
        name: Box<str>,
        kind: InodeKind,
    ) -> Result<InodeId> {
        tree.directory(parent)?;
        let inode = self.shared.new_inode(kind)?;
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
            let tree = self.shared.read();
            let place = resolve(&tree, base, path, last_link(at))?;
            let found = place.found.ok_or(ErrorCode::NoEntry)?;
            check_open(self.inode_of(&tree, found)?, &place, open, access)?;
            let opened = self.opened(&tree, found, access)?;
            drop(tree);
            return opened.emptied(open);
        }
        let exclusive = open.contains(OpenFlags::EXCLUSIVE);
        let last_link = if exclusive || !at.contains(PathFlags::SYMLINK_FOLLOW) {
            LastLink::Keep
        } else {
            LastLink::FollowWithoutSlash
        };
        let mut tree = self.shared.write();
        let place = resolve(&tree, base, path, last_link)?;
        if place.must_be_dir {
            return Err(ErrorCode::IsDirectory);
        }
        let id = match place.found {
            Some(_) if exclusive => return Err(ErrorCode::Exist),
            Some(found) => {
                check_open(self.inode_of(&tree, found)?, &place, open, access)?;
                found
            }
            None => {
                let (parent, name) = (place.parent, name_of(&place)?);
                self.add(&mut tree, parent, name, InodeKind::File)?
            }
        };
        let opened = self.opened(&tree, id, access)?;
        drop(tree);
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
        let leave = [access, modification] == [NewTimestamp::NoChange; 2];
        let set = |inode: &Arc<Inode>| {
            if leave {
                return Ok(());
            }
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
        let directory = tree.directory(base)?;
        let mut entries = Vec::new();
        entries
            .try_reserve_exact(directory.len())
            .map_err(|_| ErrorCode::InsufficientMemory)?;
        entries.extend(directory.entries().map(|dentry| DirEntry {
            ino: dentry.child.ino,
            file_type: dentry.file_type,
            name: String::from(&*dentry.name),
        }));
        Ok(Listing {
            this: base.ino,
            parent: directory.parent.ino,
            entries,
        })
    }

    fn create_directory_at(&self, path: &str) -> Result<()> {
        self.create(path, InodeKind::Directory)
    }

    fn symlink_at(&self, target: &str, path: &str) -> Result<()> {
        if target.is_empty() {
            return Err(ErrorCode::NoEntry);
        }
        if target.starts_with('/') {
            return Err(ErrorCode::NotPermitted);
        }
        if target.len() > PATH_MAX {
            return Err(ErrorCode::NameTooLong);
        }
        if target.as_bytes().contains(&0) {
            return Err(ErrorCode::Invalid);
        }
        self.create(path, InodeKind::Symlink(target.into()))
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
        let (old_base, new_base) = (self.base()?, new_dir.base()?);
        let mut tree = self.shared.write();
        let old = resolve(&tree, old_base, old_path, LastLink::FollowBeforeSlash)?;
        let child = existing(&tree, &old)?;
        let new = resolve(&tree, new_base, new_path, LastLink::Keep)?;
        if new.found.is_some() {
            return Err(ErrorCode::Exist);
        }
        if new.must_be_dir {
            return Err(ErrorCode::NoEntry);
        }
        let inode = self.inode_of(&tree, child)?.clone();
        if matches!(inode.kind(), InodeKind::Directory) {
            return Err(ErrorCode::NotPermitted);
        }
        let (parent, name) = (new.parent, name_of(&new)?);
        tree.link(parent, name, child)?;
        let now = self.coarse_now();
        inode.write().touch_attributes(now);
        tree.inode(parent)?.write().touch(now);
        Ok(())
    }

    fn rename_at(&self, old_path: &str, new_dir: &Self, new_path: &str) -> Result<()> {
        self.same_file_system(new_dir)?;
        let (old_base, new_base) = (self.base()?, new_dir.base()?);
        let mut tree = self.shared.write();
        let old = resolve(&tree, old_base, old_path, LastLink::Keep)?;
        let new = resolve(&tree, new_base, new_path, LastLink::Keep)?;
        let (Last::Name(_), Last::Name(_)) = (old.last, new.last) else {
            return Err(ErrorCode::Busy);
        };
        let moved = old.found.ok_or(ErrorCode::NoEntry)?;
        check_rename(&tree, moved, &old, &new)?;
        if new.found == Some(moved) {
            return Ok(());
        }
        let (from, old_name) = (old.parent, last_component(old_path));
        let (to, new_name) = (new.parent, name_of(&new)?);
        let replaced = new.found.and_then(|id| tree.inode(id).ok().cloned());
        tree.rename((from, old_name), (to, new_name))?;
        let now = self.coarse_now();
        tree.inode(moved)?.write().touch_attributes(now);
        tree.inode(from)?.write().touch(now);
        tree.inode(to)?.write().touch(now);
        if let Some(replaced) = replaced {
            replaced.write().touch_attributes(now);
        }
        Ok(())
    }

    fn remove_at(&self, path: &str, kind: Remove) -> Result<()> {
        let base = self.base()?;
        let mut tree = self.shared.write();
        let place = resolve(&tree, base, path, LastLink::Keep)?;
        let inode = check_remove(&tree, &place, kind)?.clone();
        let parent = place.parent;
        tree.unlink(parent, last_component(path))?;
        let now = self.coarse_now();
        inode.write().touch_attributes(now);
        tree.inode(parent)?.write().touch(now);
        Ok(())
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

/// What a place stands for, where something must be.
fn existing(tree: &Tree, place: &Place<'_>) -> Result<InodeId> {
    let found = place.found.ok_or(ErrorCode::NoEntry)?;
    if place.must_be_dir && !matches!(tree.inode(found)?.kind(), InodeKind::Directory) {
        return Err(ErrorCode::NotDirectory);
    }
    Ok(found)
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
    found: &Inode,
    place: &Place<'_>,
    open: OpenFlags,
    access: DescriptorFlags,
) -> Result<()> {
    match found.kind() {
        InodeKind::Symlink(_) if open.contains(OpenFlags::DIRECTORY) => {
            Err(ErrorCode::NotDirectory)
        }
        InodeKind::Symlink(_) => Err(ErrorCode::Loop),
        InodeKind::File if open.contains(OpenFlags::DIRECTORY) || place.must_be_dir => {
            Err(ErrorCode::NotDirectory)
        }
        InodeKind::File => Ok(()),
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

fn check_remove<'t>(tree: &'t Tree, place: &Place<'_>, kind: Remove) -> Result<&'t Arc<Inode>> {
    match (kind, place.last) {
        (_, Last::Name(_)) => {}
        (Remove::File, Last::This | Last::Parent) => return Err(ErrorCode::IsDirectory),
        (Remove::Directory, Last::This) => return Err(ErrorCode::Invalid),
        (Remove::Directory, Last::Parent) => return Err(ErrorCode::NotEmpty),
    }
    let found = place.found.ok_or(ErrorCode::NoEntry)?;
    let inode = tree.inode(found)?;
    match (kind, inode.kind()) {
        (Remove::File, InodeKind::Directory) => Err(ErrorCode::IsDirectory),
        (Remove::File, _) if place.must_be_dir => Err(ErrorCode::NotDirectory),
        (Remove::File, InodeKind::File | InodeKind::Symlink(_)) => Ok(inode),
        (Remove::Directory, InodeKind::File | InodeKind::Symlink(_)) => {
            Err(ErrorCode::NotDirectory)
        }
        (Remove::Directory, InodeKind::Directory) if !tree.directory(found)?.is_empty() => {
            Err(ErrorCode::NotEmpty)
        }
        (Remove::Directory, InodeKind::Directory) => Ok(inode),
    }
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
