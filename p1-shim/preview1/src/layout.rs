//! The records of preview 1, byte by byte.

use fs_core::{FileType, Ino, Stat};

use crate::errno::Errno;
use crate::rights::FdRights;
use crate::types::{EventFlags, FdFlags, Filetype};

/// The one device that all inodes are on.
const DEVICE: u64 = 1;

pub(crate) const DIRENT_SIZE: usize = 24;
pub(crate) const EVENT_SIZE: u32 = 32;
pub(crate) const FDSTAT_SIZE: u32 = 24;
pub(crate) const FILESTAT_SIZE: u32 = 64;
pub(crate) const IOVEC_SIZE: u32 = 8;
pub(crate) const PRESTAT_SIZE: u32 = 8;
pub(crate) const SUBSCRIPTION_SIZE: u32 = 48;

/// `filestat` of an inode.
pub(crate) fn filestat(stat: &Stat) -> [u8; FILESTAT_SIZE as usize] {
    let mut record = [0; FILESTAT_SIZE as usize];
    put_u64(&mut record, 0, DEVICE);
    put_u64(&mut record, 8, stat.ino.0);
    record[16] = Filetype::from(stat.file_type) as u8;
    put_u64(&mut record, 24, stat.link_count);
    put_u64(&mut record, 32, stat.size);
    put_u64(&mut record, 40, stat.access.0);
    put_u64(&mut record, 48, stat.modification.0);
    put_u64(&mut record, 56, stat.change.0);
    record
}

/// `filestat` of a standard stream, which has no attributes.
pub(crate) fn filestat_of_stream() -> [u8; FILESTAT_SIZE as usize] {
    [0; FILESTAT_SIZE as usize]
}

/// `fdstat`.
pub(crate) fn fdstat(
    filetype: Filetype,
    flags: FdFlags,
    rights: FdRights,
) -> [u8; FDSTAT_SIZE as usize] {
    let mut record = [0; FDSTAT_SIZE as usize];
    record[0] = filetype as u8;
    // All five flags are in the low byte of the u16.
    record[2] = flags.bits().to_le_bytes()[0];
    put_u64(&mut record, 8, rights.base.bits());
    put_u64(&mut record, 16, rights.inheriting.bits());
    record
}

/// `dirent`, which its name follows; `next` is the cookie of the entry after it.
pub(crate) fn dirent(next: u64, ino: Ino, name: &str, file_type: FileType) -> [u8; DIRENT_SIZE] {
    // A file system's names are far shorter than 4 GiB.
    let name_len = u32::try_from(name.len()).unwrap_or(u32::MAX);
    let mut record = [0; DIRENT_SIZE];
    put_u64(&mut record, 0, next);
    put_u64(&mut record, 8, ino.0);
    put_u32(&mut record, 16, name_len);
    record[20] = Filetype::from(file_type) as u8;
    record
}

/// `prestat` of a directory.
pub(crate) fn prestat(name_len: u32) -> [u8; PRESTAT_SIZE as usize] {
    let mut record = [0; PRESTAT_SIZE as usize];
    put_u32(&mut record, 4, name_len);
    record
}

/// What an `event` or a `subscription` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum EventType {
    Clock = 0,
    FdRead = 1,
    FdWrite = 2,
}

/// `event`.
pub(crate) struct Event {
    pub(crate) userdata: u64,
    pub(crate) error: Option<Errno>,
    pub(crate) event_type: EventType,
    pub(crate) bytes: u64,
    pub(crate) flags: EventFlags,
}

impl Event {
    pub(crate) fn encode(&self) -> [u8; EVENT_SIZE as usize] {
        let code = Errno::code(self.error.map_or(Ok(()), Err)).to_le_bytes();
        let mut record = [0; EVENT_SIZE as usize];
        put_u64(&mut record, 0, self.userdata);
        record[8..10].copy_from_slice(&code[..2]);
        record[10] = self.event_type as u8;
        put_u64(&mut record, 16, self.bytes);
        record[24..26].copy_from_slice(&self.flags.bits().to_le_bytes());
        record
    }
}

/// `subscription`, its fields as they are.
pub(crate) struct Subscription {
    pub(crate) userdata: u64,
    pub(crate) tag: u8,
    /// The descriptor, or the clock.
    pub(crate) subject: u32,
    pub(crate) timeout: u64,
    pub(crate) precision: u64,
    pub(crate) clock_flags: u16,
}

impl Subscription {
    pub(crate) fn decode(record: &[u8; SUBSCRIPTION_SIZE as usize]) -> Self {
        Self {
            userdata: get_u64(record, 0),
            tag: record[8],
            subject: u32::from_le_bytes(get(record, 16)),
            timeout: get_u64(record, 24),
            precision: get_u64(record, 32),
            clock_flags: u16::from_le_bytes(get(record, 40)),
        }
    }
}

fn put_u32(record: &mut [u8], at: usize, value: u32) {
    record[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn put_u64(record: &mut [u8], at: usize, value: u64) {
    record[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

fn get<const N: usize>(record: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&record[at..at + N]);
    field
}

fn get_u64(record: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(get(record, at))
}
