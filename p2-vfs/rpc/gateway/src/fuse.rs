//! FUSE: the kernel's requests as calls of the seam.
//!
//! The kernel names inodes by numbers, the seam by descriptors and paths; [`Inodes`] knows for each
//! number the directory and the name that it was last seen under. Nothing is kept by the kernel longer
//! than a file is open, so that what others change is seen.

mod attributes;
mod inodes;
mod open;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileSystem, NewTimestamp, OpenFlags, PathFlags, Remove,
    Result, Stat, SyncLevel, Target, WriteAt,
};
use fuser::{
    BsdFileFlags, Config, Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo,
    InitFlags, KernelConfig, LockOwner, MountOption, RenameFlags, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request,
    Session, SessionUnmounter, TimeOrNow, WriteFlags,
};

use attributes::{Owner, errno, kind, new_time};
use inodes::Inodes;
use open::{Listed, Open, Opened};

/// How long the kernel may believe what it was told: not at all, as others change files, too.
const TTL: Duration = Duration::ZERO;

/// The unit of `statfs`.
const BLOCK: u64 = 4096;

/// How much a file system holds and may hold: bytes, used bytes, inodes, used inodes.
pub type Room = Arc<dyn Fn() -> Result<[u64; 4]> + Send + Sync>;

/// A file system that is mounted, and of which the kernel's requests wait to be answered.
pub struct Mounted {
    serve: Box<dyn FnOnce() -> io::Result<()> + Send>,
    unmounter: SessionUnmounter,
}

/// Ends a [`Mounted`] that is being served.
pub struct Unmounter(SessionUnmounter);

impl Mounted {
    /// What ends it while it is served.
    pub fn split(self) -> (Unmounter, impl FnOnce() -> io::Result<()> + Send) {
        (Unmounter(self.unmounter), self.serve)
    }
}

impl Unmounter {
    /// Unmounts it.
    ///
    /// # Errors
    /// It is in use.
    pub fn unmount(mut self) -> io::Result<()> {
        self.0.unmount()
    }
}

/// Mounts a file system at a directory of the host, for the user of this process. Nothing there
/// answers until it is served.
///
/// # Errors
/// The kernel refuses: no FUSE, no permission, no such directory.
pub fn mount<F>(files: &F, room: Room, at: &Path) -> io::Result<Mounted>
where
    F: FileSystem,
    F::Descriptor: Send + Sync + 'static,
{
    let root = files.preopens().into_iter().next();
    let root = root.ok_or_else(|| io::Error::other("the file system has no root"))?;
    let fuse = Fuse {
        inodes: Mutex::new(Inodes::new(root.descriptor)),
        open: Mutex::default(),
        next_handle: AtomicU64::new(1),
        owner: Owner::of_process()?,
        room,
    };
    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::FSName("monaka-wrap".to_owned()),
        MountOption::NoDev,
        MountOption::NoSuid,
    ];
    let mut session = Session::new(fuse, at, &config)?;
    Ok(Mounted {
        unmounter: session.unmount_callable(),
        serve: Box::new(|| session.run()),
    })
}

struct Fuse<D> {
    inodes: Mutex<Inodes<D>>,
    open: Mutex<HashMap<u64, Arc<Opened<D>>>>,
    next_handle: AtomicU64,
    owner: Owner,
    room: Room,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a request with what was found, or with the error.
macro_rules! answer {
    ($reply:ident, $result:expr, $found:pat => $ok:expr) => {
        match $result {
            Ok($found) => $ok,
            Err(code) => $reply.error(errno(code)),
        }
    };
}

impl<D: Descriptor> Fuse<D> {
    fn inodes(&self) -> MutexGuard<'_, Inodes<D>> {
        lock(&self.inodes)
    }

    fn directory(&self, ino: INodeNo) -> Result<D> {
        self.inodes().directory(ino.0)
    }

    /// The attributes of a name, whose inode the kernel will know from now on.
    fn entry(&self, parent: INodeNo, name: &str) -> Result<FileAttr> {
        let stat = self.directory(parent)?.stat_at(PathFlags::empty(), name)?;
        self.inodes().looked_up(parent.0, name, &stat);
        Ok(self.owner.attributes(&stat))
    }

    /// The attributes of an inode: of its open description, if the kernel names one.
    fn stat(&self, ino: INodeNo, handle: Option<FileHandle>) -> Result<Stat> {
        if let Some(file) = handle.and_then(|handle| self.opened(handle).ok()) {
            return file.file()?.stat();
        }
        if let Ok(directory) = self.directory(ino) {
            return directory.stat();
        }
        let (parent, name) = self.inodes().place(ino.0)?;
        let stat = parent.stat_at(PathFlags::empty(), &name)?;
        match stat.ino.0 == self.inodes().number(ino.0) {
            true => Ok(stat),
            // Another inode has the name now.
            false => Err(ErrorCode::NoEntry),
        }
    }

    /// Opens an inode that is known by its place.
    fn open_again(&self, ino: INodeNo, open: OpenFlags, access: DescriptorFlags) -> Result<D> {
        let (parent, name) = self.inodes().place(ino.0)?;
        parent.open_at(PathFlags::empty(), &name, open, access)
    }

    fn keep(&self, opened: Opened<D>) -> FileHandle {
        let handle = self.next_handle.fetch_add(1, Ordering::Relaxed);
        lock(&self.open).insert(handle, Arc::new(opened));
        FileHandle(handle)
    }

    fn opened(&self, handle: FileHandle) -> Result<Arc<Opened<D>>> {
        let open = lock(&self.open);
        open.get(&handle.0).cloned().ok_or(ErrorCode::BadDescriptor)
    }

    fn set_attributes(
        &self,
        ino: INodeNo,
        size: Option<u64>,
        (access, modification): (Option<TimeOrNow>, Option<TimeOrNow>),
        handle: Option<FileHandle>,
    ) -> Result<FileAttr> {
        if let Some(size) = size {
            match handle.and_then(|handle| self.opened(handle).ok()) {
                Some(opened) => opened.file()?.set_size(size)?,
                None => self
                    .open_again(ino, OpenFlags::empty(), DescriptorFlags::WRITE)?
                    .set_size(size)?,
            }
        }
        if access.is_some() || modification.is_some() {
            let (access, modification) = (new_time(access), new_time(modification));
            self.set_times(ino, access, modification)?;
        }
        let stat = self.stat(ino, handle)?;
        Ok(self.owner.attributes(&stat))
    }

    fn set_times(
        &self,
        ino: INodeNo,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Result<()> {
        if let Ok(directory) = self.directory(ino) {
            return directory.set_times_at(Target::This, access, modification);
        }
        let (parent, name) = self.inodes().place(ino.0)?;
        let target = Target::At(PathFlags::empty(), &name);
        parent.set_times_at(target, access, modification)
    }

    fn create_file(
        &self,
        parent: INodeNo,
        name: &str,
        flags: fuser::OpenFlags,
        more: OpenFlags,
    ) -> Result<(FileAttr, FileHandle)> {
        let (mut open, access) = open::flags(flags);
        open |= OpenFlags::CREATE | more;
        let file = self
            .directory(parent)?
            .open_at(PathFlags::empty(), name, open, access)?;
        let stat = file.stat()?;
        self.inodes().looked_up(parent.0, name, &stat);
        let handle = self.keep(Opened::File(Open::new(file, flags)));
        Ok((self.owner.attributes(&stat), handle))
    }

    fn rename_name(
        &self,
        (parent, name): (INodeNo, &str),
        (new_parent, new_name): (INodeNo, &str),
        flags: RenameFlags,
    ) -> Result<()> {
        let (from, to) = (self.directory(parent)?, self.directory(new_parent)?);
        if flags.contains(RenameFlags::RENAME_NOREPLACE) {
            // Not in one step with the renaming, which the seam has no word for.
            match to.stat_at(PathFlags::empty(), new_name) {
                Err(ErrorCode::NoEntry) => {}
                Ok(_) => return Err(ErrorCode::Exist),
                Err(error) => return Err(error),
            }
        } else if !flags.is_empty() {
            return Err(ErrorCode::Invalid);
        }
        from.rename_at(name, &to, new_name)?;
        self.inodes()
            .renamed(parent.0, name, new_parent.0, new_name);
        Ok(())
    }
}

/// A name as the seam has it.
fn text(name: &OsStr) -> Result<&str> {
    name.to_str().ok_or(ErrorCode::IllegalByteSequence)
}

impl<D: Descriptor + Send + Sync + 'static> Filesystem for Fuse<D> {
    fn init(&mut self, _request: &Request, config: &mut KernelConfig) -> io::Result<()> {
        // What is cached of a file is dropped when the file's time of change is another. A kernel
        // that cannot do so drops it when the file is opened.
        let _ = config.add_capabilities(InitFlags::FUSE_AUTO_INVAL_DATA);
        Ok(())
    }

    fn lookup(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let entry = text(name).and_then(|name| self.entry(parent, name));
        answer!(reply, entry, entry => reply.entry(&TTL, &entry, Generation(0)));
    }

    fn forget(&self, _request: &Request, ino: INodeNo, lookups: u64) {
        self.inodes().forget(ino.0, lookups);
    }

    fn getattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        handle: Option<FileHandle>,
        reply: ReplyAttr,
    ) {
        let stat = self.stat(ino, handle);
        answer!(reply, stat, stat => reply.attr(&TTL, &self.owner.attributes(&stat)));
    }

    /// Owners and permissions cannot be changed, which is no error: programs that copy files set them.
    fn setattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        access: Option<TimeOrNow>,
        modification: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        handle: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let set = self.set_attributes(ino, size, (access, modification), handle);
        answer!(reply, set, attributes => reply.attr(&TTL, &attributes));
    }

    fn readlink(&self, _request: &Request, ino: INodeNo, reply: ReplyData) {
        let place = self.inodes().place(ino.0);
        let target = place.and_then(|(parent, name)| parent.readlink_at(&name));
        answer!(reply, target, target => reply.data(target.as_bytes()));
    }

    fn mknod(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _umask: u32,
        _device: u32,
        reply: ReplyEntry,
    ) {
        const KIND: u32 = 0o170_000;
        const REGULAR: u32 = 0o100_000;
        if mode & KIND != REGULAR {
            return reply.error(Errno::EPERM);
        }
        let made = text(name).and_then(|name| {
            self.directory(parent)?.open_at(
                PathFlags::empty(),
                name,
                OpenFlags::CREATE | OpenFlags::EXCLUSIVE,
                DescriptorFlags::WRITE,
            )?;
            self.entry(parent, name)
        });
        answer!(reply, made, entry => reply.entry(&TTL, &entry, Generation(0)));
    }

    fn mkdir(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        _mode: u32,
        _umask: u32,
        reply: ReplyEntry,
    ) {
        let made = text(name).and_then(|name| {
            self.directory(parent)?.create_directory_at(name)?;
            self.entry(parent, name)
        });
        answer!(reply, made, entry => reply.entry(&TTL, &entry, Generation(0)));
    }

    fn unlink(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let removed =
            text(name).and_then(|name| self.directory(parent)?.remove_at(name, Remove::File));
        answer!(reply, removed, () => reply.ok());
    }

    fn rmdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let removed =
            text(name).and_then(|name| self.directory(parent)?.remove_at(name, Remove::Directory));
        answer!(reply, removed, () => reply.ok());
    }

    fn symlink(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        let made = text(name).and_then(|name| {
            let target = text(target.as_os_str())?;
            self.directory(parent)?.symlink_at(target, name)?;
            self.entry(parent, name)
        });
        answer!(reply, made, entry => reply.entry(&TTL, &entry, Generation(0)));
    }

    fn rename(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = text(name).and_then(|name| {
            self.rename_name((parent, name), (new_parent, text(new_name)?), flags)
        });
        answer!(reply, renamed, () => reply.ok());
    }

    fn link(
        &self,
        _request: &Request,
        ino: INodeNo,
        new_parent: INodeNo,
        new_name: &OsStr,
        reply: ReplyEntry,
    ) {
        let linked = text(new_name).and_then(|new_name| {
            let (parent, name) = self.inodes().place(ino.0)?;
            let to = self.directory(new_parent)?;
            parent.link_at(PathFlags::empty(), &name, &to, new_name)?;
            self.entry(new_parent, new_name)
        });
        answer!(reply, linked, entry => reply.entry(&TTL, &entry, Generation(0)));
    }

    fn open(&self, _request: &Request, ino: INodeNo, flags: fuser::OpenFlags, reply: ReplyOpen) {
        let (open, access) = open::flags(flags);
        let opened = self.open_again(ino, open, access);
        answer!(reply, opened, file => {
            let handle = self.keep(Opened::File(Open::new(file, flags)));
            reply.opened(handle, FopenFlags::empty());
        });
    }

    fn create(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        _mode: u32,
        _umask: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let flags = fuser::OpenFlags(flags);
        let made = text(name)
            .and_then(|name| self.create_file(parent, name, flags, open::creation(flags)));
        answer!(reply, made, (attributes, handle) => {
            reply.created(&TTL, &attributes, Generation(0), handle, FopenFlags::empty());
        });
    }

    fn read(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _flags: fuser::OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self
            .opened(handle)
            .and_then(|opened| opened.file()?.read_to_vec(offset, size.into()));
        answer!(reply, read, bytes => reply.data(&bytes));
    }

    fn write(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: fuser::OpenFlags,
        _owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let written = self.opened(handle).and_then(|opened| {
            let at = match opened.appends() {
                true => WriteAt::End,
                false => WriteAt::Offset(offset),
            };
            let mut rest = data;
            opened.file()?.write_at(at, data.len(), |piece| {
                let (now, later) = rest.split_at(piece.len());
                piece.copy_from_slice(now);
                rest = later;
            })
        });
        answer!(reply, written, written => reply.written(written.len as u32));
    }

    /// Everything was written when it was written.
    fn flush(
        &self,
        _request: &Request,
        _ino: INodeNo,
        _handle: FileHandle,
        _owner: LockOwner,
        reply: ReplyEmpty,
    ) {
        reply.ok();
    }

    fn release(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        _flags: fuser::OpenFlags,
        _owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        let closed = lock(&self.open).remove(&handle.0);
        drop(closed);
        reply.ok();
    }

    fn fsync(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        is_data_only: bool,
        reply: ReplyEmpty,
    ) {
        let level = match is_data_only {
            true => SyncLevel::Data,
            false => SyncLevel::All,
        };
        let synced = self
            .opened(handle)
            .and_then(|opened| opened.file()?.sync(level));
        answer!(reply, synced, () => reply.ok());
    }

    fn opendir(
        &self,
        _request: &Request,
        ino: INodeNo,
        _flags: fuser::OpenFlags,
        reply: ReplyOpen,
    ) {
        let listing = self
            .directory(ino)
            .and_then(|directory| directory.read_dir());
        answer!(reply, listing, listing => {
            let handle = self.keep(Opened::Directory(Listed::new(listing)));
            reply.opened(handle, FopenFlags::empty());
        });
    }

    fn readdir(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let opened = match self.opened(handle) {
            Ok(opened) => opened,
            Err(code) => return reply.error(errno(code)),
        };
        answer!(reply, opened.listed(), listed => {
            for (next, ino, file_type, name) in listed.from(offset) {
                if reply.add(INodeNo(ino), next, kind(file_type), name) {
                    break;
                }
            }
            reply.ok();
        });
    }

    fn releasedir(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        _flags: fuser::OpenFlags,
        reply: ReplyEmpty,
    ) {
        lock(&self.open).remove(&handle.0);
        reply.ok();
    }

    fn fsyncdir(
        &self,
        _request: &Request,
        _ino: INodeNo,
        _handle: FileHandle,
        _is_data_only: bool,
        reply: ReplyEmpty,
    ) {
        reply.ok();
    }

    fn statfs(&self, _request: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        answer!(reply, (self.room)(), [bytes, used, inodes, used_inodes] => {
            let free = bytes.saturating_sub(used) / BLOCK;
            let free_inodes = inodes.saturating_sub(used_inodes);
            let (size, longest_name) = (BLOCK as u32, 255);
            reply.statfs(bytes / BLOCK, free, free, inodes, free_inodes, size, longest_name, size);
        });
    }

    fn fallocate(
        &self,
        _request: &Request,
        _ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        len: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        if mode != 0 {
            return reply.error(Errno::EOPNOTSUPP);
        }
        let extended = self
            .opened(handle)
            .and_then(|opened| opened.file()?.allocate(offset, len));
        answer!(reply, extended, () => reply.ok());
    }
}
