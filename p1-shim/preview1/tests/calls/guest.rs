//! A guest: a memory, and the calls with their arguments put there as a libc does.

use std::sync::atomic::{AtomicU64, Ordering};

use fs_core::{Clock, MemFs, Timestamp};
use preview1::{Fd, Ptr, Result};

use crate::script::Script;

/// The layer that is tested.
pub(crate) type Preview1 = preview1::Preview1<MemFs, Script>;

pub(crate) const STDIN: Fd = Fd(0);
pub(crate) const STDOUT: Fd = Fd(1);
pub(crate) const STDERR: Fd = Fd(2);
/// The preopen `/`.
pub(crate) const ROOT: Fd = Fd(3);

pub(crate) const READ: u64 = 1 << 1;
pub(crate) const WRITE: u64 = 1 << 6;

pub(crate) const CREAT: u32 = 1;
pub(crate) const DIRECTORY: u32 = 2;
pub(crate) const EXCL: u32 = 4;
pub(crate) const TRUNC: u32 = 8;

pub(crate) const APPEND: u32 = 1;
pub(crate) const DSYNC: u32 = 2;
pub(crate) const NONBLOCK: u32 = 4;
pub(crate) const RSYNC: u32 = 8;
pub(crate) const SYNC: u32 = 16;

pub(crate) const FOLLOW: u32 = 1;

pub(crate) const SET: u32 = 0;
pub(crate) const CUR: u32 = 1;
pub(crate) const END: u32 = 2;

pub(crate) const UNKNOWN: u8 = 0;
pub(crate) const CHARACTER_DEVICE: u8 = 2;
pub(crate) const DIRECTORY_TYPE: u8 = 3;
pub(crate) const REGULAR_FILE: u8 = 4;
pub(crate) const SYMBOLIC_LINK: u8 = 7;

/// Bytes of the memory.
pub(crate) const MEMORY: u32 = 0x4_0000;
/// Where results go.
pub(crate) const RESULT: Ptr = Ptr(0x10);
/// Where paths and other inputs are put; each odd, as nothing has to be aligned.
pub(crate) const INPUT: Ptr = Ptr(0x1001);
pub(crate) const SECOND_INPUT: Ptr = Ptr(0x4003);
/// Where data is.
pub(crate) const DATA: Ptr = Ptr(0x1_0007);

/// A clock that ticks a microsecond whenever somebody looks.
pub(crate) struct Ticking(AtomicU64);

impl Ticking {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(1_700_000_000_000_000_000))
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

pub(crate) fn empty_file_system() -> MemFs {
    MemFs::builder(Ticking::new()).build().unwrap()
}

pub(crate) struct Guest {
    pub(crate) memory: Vec<u8>,
    pub(crate) calls: Preview1,
}

/// `filestat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filestat {
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) filetype: u8,
    pub(crate) nlink: u64,
    pub(crate) size: u64,
    pub(crate) atim: u64,
    pub(crate) mtim: u64,
    pub(crate) ctim: u64,
}

/// `fdstat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fdstat {
    pub(crate) filetype: u8,
    pub(crate) flags: u16,
    pub(crate) base: u64,
    pub(crate) inheriting: u64,
}

/// `dirent` and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dirent {
    pub(crate) next: u64,
    pub(crate) ino: u64,
    pub(crate) filetype: u8,
    pub(crate) name: String,
}

impl Guest {
    /// With an empty file system and nothing else.
    pub(crate) fn new() -> Self {
        Self::with(&empty_file_system(), Script::default())
    }

    pub(crate) fn with(file_system: &MemFs, script: Script) -> Self {
        Self::over(Preview1::new(file_system, script))
    }

    pub(crate) fn over(calls: Preview1) -> Self {
        Self {
            memory: vec![0xaa; MEMORY as usize],
            calls,
        }
    }

    /// One call.
    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&mut Preview1, &mut &mut [u8]) -> T) -> T {
        call(&mut self.calls, &mut &mut self.memory[..])
    }

    pub(crate) fn put(&mut self, at: Ptr, bytes: &[u8]) {
        self.memory[at.0 as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn get(&self, at: Ptr, len: usize) -> &[u8] {
        &self.memory[at.0 as usize..][..len]
    }

    pub(crate) fn u32_at(&self, at: Ptr) -> u32 {
        u32::from_le_bytes(self.get(at, 4).try_into().unwrap())
    }

    pub(crate) fn u64_at(&self, at: Ptr) -> u64 {
        u64::from_le_bytes(self.get(at, 8).try_into().unwrap())
    }

    fn field(&self, offset: u32) -> u64 {
        self.u64_at(Ptr(RESULT.0 + offset))
    }

    pub(crate) fn put_path(&mut self, path: &str) -> (Ptr, u32) {
        self.put(INPUT, path.as_bytes());
        (INPUT, path.len() as u32)
    }

    pub(crate) fn put_second_path(&mut self, path: &str) -> (Ptr, u32) {
        self.put(SECOND_INPUT, path.as_bytes());
        (SECOND_INPUT, path.len() as u32)
    }

    /// A list of buffers with a byte between each two, from [`DATA`] on.
    pub(crate) fn put_iovecs(&mut self, lens: &[usize]) -> Vec<Ptr> {
        let mut buffer = DATA.0;
        let mut buffers = Vec::new();
        for (index, &len) in lens.iter().enumerate() {
            let record = Ptr(INPUT.0 + 8 * index as u32);
            self.put(record, &buffer.to_le_bytes());
            self.put(Ptr(record.0 + 4), &(len as u32).to_le_bytes());
            buffers.push(Ptr(buffer));
            buffer += len as u32 + 1;
        }
        buffers
    }

    /// Opens below the preopen.
    pub(crate) fn open(&mut self, path: &str) -> Open<'_> {
        self.open_at(ROOT, path)
    }

    pub(crate) fn open_at(&mut self, directory: Fd, path: &str) -> Open<'_> {
        Open {
            path: path.to_owned(),
            guest: self,
            directory,
            dirflags: 0,
            oflags: 0,
            rights: READ,
            fdflags: 0,
        }
    }

    /// A file with this content, opened for both.
    pub(crate) fn create(&mut self, path: &str, content: &[u8]) -> Fd {
        let fd = self.open(path).create().rights(READ | WRITE).now().unwrap();
        assert_eq!(self.write(fd, content), Ok(content.len() as u32));
        assert_eq!(self.seek(fd, 0, SET), Ok(0));
        fd
    }

    /// An empty file, closed.
    pub(crate) fn touch(&mut self, path: &str) {
        let fd = self.open(path).create().now().unwrap();
        self.close(fd).unwrap();
    }

    pub(crate) fn content(&mut self, path: &str) -> Vec<u8> {
        let fd = self.open(path).now().unwrap();
        let size = self.stat(fd).unwrap().size as usize;
        let content = self.read(fd, size).unwrap();
        self.close(fd).unwrap();
        content
    }

    pub(crate) fn close(&mut self, fd: Fd) -> Result {
        self.call(|calls, memory| calls.fd_close(memory, fd))
    }

    pub(crate) fn renumber(&mut self, from: Fd, to: Fd) -> Result {
        self.call(|calls, memory| calls.fd_renumber(memory, from, to))
    }

    pub(crate) fn read(&mut self, fd: Fd, len: usize) -> Result<Vec<u8>> {
        self.readv(fd, &[len])
    }

    /// Reads into several buffers, and gives what arrived in the order of the buffers.
    pub(crate) fn readv(&mut self, fd: Fd, lens: &[usize]) -> Result<Vec<u8>> {
        let buffers = self.put_iovecs(lens);
        let count = lens.len() as u32;
        self.call(|calls, memory| calls.fd_read(memory, fd, INPUT, count, RESULT))?;
        Ok(self.gathered(&buffers, lens))
    }

    pub(crate) fn preadv(&mut self, fd: Fd, lens: &[usize], offset: u64) -> Result<Vec<u8>> {
        let buffers = self.put_iovecs(lens);
        let count = lens.len() as u32;
        self.call(|calls, memory| calls.fd_pread(memory, fd, INPUT, count, offset, RESULT))?;
        Ok(self.gathered(&buffers, lens))
    }

    pub(crate) fn pread(&mut self, fd: Fd, len: usize, offset: u64) -> Result<Vec<u8>> {
        self.preadv(fd, &[len], offset)
    }

    fn gathered(&self, buffers: &[Ptr], lens: &[usize]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (&buffer, &len) in buffers.iter().zip(lens) {
            bytes.extend_from_slice(self.get(buffer, len));
        }
        bytes.truncate(self.u32_at(RESULT) as usize);
        bytes
    }

    pub(crate) fn write(&mut self, fd: Fd, bytes: &[u8]) -> Result<u32> {
        self.writev(fd, &[bytes])
    }

    pub(crate) fn writev(&mut self, fd: Fd, pieces: &[&[u8]]) -> Result<u32> {
        let count = self.put_pieces(pieces);
        self.call(|calls, memory| calls.fd_write(memory, fd, INPUT, count, RESULT))?;
        Ok(self.u32_at(RESULT))
    }

    pub(crate) fn pwritev(&mut self, fd: Fd, pieces: &[&[u8]], offset: u64) -> Result<u32> {
        let count = self.put_pieces(pieces);
        self.call(|calls, memory| calls.fd_pwrite(memory, fd, INPUT, count, offset, RESULT))?;
        Ok(self.u32_at(RESULT))
    }

    pub(crate) fn pwrite(&mut self, fd: Fd, bytes: &[u8], offset: u64) -> Result<u32> {
        self.pwritev(fd, &[bytes], offset)
    }

    fn put_pieces(&mut self, pieces: &[&[u8]]) -> u32 {
        let lens: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
        let buffers = self.put_iovecs(&lens);
        for (buffer, piece) in buffers.into_iter().zip(pieces) {
            self.put(buffer, piece);
        }
        pieces.len() as u32
    }

    pub(crate) fn seek(&mut self, fd: Fd, offset: i64, whence: u32) -> Result<u64> {
        self.call(|calls, memory| calls.fd_seek(memory, fd, offset, whence, RESULT))?;
        Ok(self.field(0))
    }

    pub(crate) fn tell(&mut self, fd: Fd) -> Result<u64> {
        self.call(|calls, memory| calls.fd_tell(memory, fd, RESULT))?;
        Ok(self.field(0))
    }

    pub(crate) fn set_size(&mut self, fd: Fd, size: u64) -> Result {
        self.call(|calls, memory| calls.fd_filestat_set_size(memory, fd, size))
    }

    pub(crate) fn allocate(&mut self, fd: Fd, offset: u64, len: u64) -> Result {
        self.call(|calls, memory| calls.fd_allocate(memory, fd, offset, len))
    }

    pub(crate) fn set_flags(&mut self, fd: Fd, flags: u32) -> Result {
        self.call(|calls, memory| calls.fd_fdstat_set_flags(memory, fd, flags))
    }

    pub(crate) fn fdstat(&mut self, fd: Fd) -> Result<Fdstat> {
        self.call(|calls, memory| calls.fd_fdstat_get(memory, fd, RESULT))?;
        let record = self.get(RESULT, 24);
        Ok(Fdstat {
            filetype: record[0],
            flags: u16::from_le_bytes([record[2], record[3]]),
            base: self.field(8),
            inheriting: self.field(16),
        })
    }

    pub(crate) fn stat(&mut self, fd: Fd) -> Result<Filestat> {
        self.call(|calls, memory| calls.fd_filestat_get(memory, fd, RESULT))?;
        Ok(self.filestat())
    }

    /// The attributes of the name itself.
    pub(crate) fn lstat(&mut self, path: &str) -> Result<Filestat> {
        self.stat_at(ROOT, 0, path)
    }

    pub(crate) fn stat_at(&mut self, directory: Fd, flags: u32, path: &str) -> Result<Filestat> {
        let (path, len) = self.put_path(path);
        self.call(|calls, memory| {
            calls.path_filestat_get(memory, directory, flags, path, len, RESULT)
        })?;
        Ok(self.filestat())
    }

    fn filestat(&self) -> Filestat {
        Filestat {
            dev: self.field(0),
            ino: self.field(8),
            filetype: self.get(RESULT, 17)[16],
            nlink: self.field(24),
            size: self.field(32),
            atim: self.field(40),
            mtim: self.field(48),
            ctim: self.field(56),
        }
    }

    pub(crate) fn mkdir(&mut self, path: &str) -> Result {
        let (path, len) = self.put_path(path);
        self.call(|calls, memory| calls.path_create_directory(memory, ROOT, path, len))
    }

    pub(crate) fn rmdir(&mut self, path: &str) -> Result {
        let (path, len) = self.put_path(path);
        self.call(|calls, memory| calls.path_remove_directory(memory, ROOT, path, len))
    }

    pub(crate) fn unlink(&mut self, path: &str) -> Result {
        let (path, len) = self.put_path(path);
        self.call(|calls, memory| calls.path_unlink_file(memory, ROOT, path, len))
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) -> Result {
        let (old, old_len) = self.put_path(old);
        let (new, new_len) = self.put_second_path(new);
        self.call(|calls, memory| calls.path_rename(memory, ROOT, old, old_len, ROOT, new, new_len))
    }

    pub(crate) fn link(&mut self, old: &str, new: &str) -> Result {
        self.link_with(0, old, new)
    }

    pub(crate) fn link_with(&mut self, flags: u32, old: &str, new: &str) -> Result {
        let (old, old_len) = self.put_path(old);
        let (new, new_len) = self.put_second_path(new);
        self.call(|calls, memory| {
            calls.path_link(memory, ROOT, flags, old, old_len, ROOT, new, new_len)
        })
    }

    pub(crate) fn symlink(&mut self, target: &str, path: &str) -> Result {
        let (target, target_len) = self.put_path(target);
        let (path, len) = self.put_second_path(path);
        self.call(|calls, memory| calls.path_symlink(memory, target, target_len, ROOT, path, len))
    }

    pub(crate) fn readlink(&mut self, path: &str, room: u32) -> Result<Vec<u8>> {
        let (path, len) = self.put_path(path);
        self.call(|calls, memory| {
            calls.path_readlink(memory, ROOT, path, len, DATA, room, RESULT)
        })?;
        Ok(self.get(DATA, self.u32_at(RESULT) as usize).to_vec())
    }

    /// The bytes of one `fd_readdir`.
    pub(crate) fn readdir(&mut self, fd: Fd, len: u32, cookie: u64) -> Result<Vec<u8>> {
        self.call(|calls, memory| calls.fd_readdir(memory, fd, DATA, len, cookie, RESULT))?;
        Ok(self.get(DATA, self.u32_at(RESULT) as usize).to_vec())
    }

    /// Everything in a directory, read as a libc does with a buffer of `len` bytes.
    pub(crate) fn list(&mut self, fd: Fd, len: u32) -> Vec<Dirent> {
        let mut entries = Vec::new();
        let mut cookie = 0;
        loop {
            let bytes = self.readdir(fd, len, cookie).unwrap();
            let whole = dirents(&bytes);
            if let Some(last) = whole.last() {
                cookie = last.next;
            }
            let stuck = whole.is_empty();
            entries.extend(whole);
            if bytes.len() < len as usize {
                return entries;
            }
            assert!(!stuck, "an entry does not fit into {len} bytes");
        }
    }
}

/// The entries that are there as a whole.
pub(crate) fn dirents(mut bytes: &[u8]) -> Vec<Dirent> {
    let mut entries = Vec::new();
    while bytes.len() >= 24 {
        let (record, rest) = bytes.split_at(24);
        let name_len = u32::from_le_bytes(record[16..20].try_into().unwrap()) as usize;
        let Some((name, rest)) = rest.split_at_checked(name_len) else {
            break;
        };
        entries.push(Dirent {
            next: u64::from_le_bytes(record[0..8].try_into().unwrap()),
            ino: u64::from_le_bytes(record[8..16].try_into().unwrap()),
            filetype: record[20],
            name: String::from_utf8(name.to_vec()).unwrap(),
        });
        bytes = rest;
    }
    entries
}

/// A `path_open` in the making; for reading, if nothing else is said.
pub(crate) struct Open<'g> {
    guest: &'g mut Guest,
    directory: Fd,
    path: String,
    dirflags: u32,
    oflags: u32,
    rights: u64,
    fdflags: u32,
}

impl Open<'_> {
    pub(crate) fn follow(mut self) -> Self {
        self.dirflags = FOLLOW;
        self
    }

    pub(crate) fn create(self) -> Self {
        self.oflags(CREAT)
    }

    pub(crate) fn directory(self) -> Self {
        self.oflags(DIRECTORY)
    }

    pub(crate) fn oflags(mut self, oflags: u32) -> Self {
        self.oflags |= oflags;
        self
    }

    pub(crate) fn rights(mut self, rights: u64) -> Self {
        self.rights = rights;
        self
    }

    pub(crate) fn flags(mut self, fdflags: u32) -> Self {
        self.fdflags = fdflags;
        self
    }

    pub(crate) fn now(self) -> Result<Fd> {
        let (path, len) = self.guest.put_path(&self.path);
        self.guest.call(|calls, memory| {
            calls.path_open(
                memory,
                self.directory,
                self.dirflags,
                path,
                len,
                self.oflags,
                self.rights,
                0,
                self.fdflags,
                RESULT,
            )
        })?;
        Ok(Fd(self.guest.u32_at(RESULT)))
    }
}
