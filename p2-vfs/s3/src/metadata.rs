//! What an object says of its inode: the metadata of s3fs, and two names more.
//!
//! `mode` is `st_mode` in decimal, the type included; `mtime` is in seconds. `mtime-ns` is the
//! whole time in nanoseconds, which counts only while it agrees with `mtime`: a client that knows
//! the one and not the other may have set it. `monaka-put` marks one write among all others.

use std::collections::HashMap;

use fs_core::{FileType, Timestamp};

use crate::change::PutId;

const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

const MODE: &str = "mode";
const MTIME: &str = "mtime";
const MTIME_NS: &str = "mtime-ns";
const PUT: &str = "monaka-put";

/// The attributes of an inode that are kept with its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) file_type: FileType,
    /// Permission bits.
    pub(crate) permissions: u32,
    pub(crate) modification: Timestamp,
}

impl Attributes {
    /// Those of an inode that was made here.
    pub(crate) fn new(file_type: FileType, modification: Timestamp) -> Self {
        Self {
            file_type,
            permissions: match file_type {
                FileType::RegularFile => 0o644,
                FileType::Directory => 0o755,
                FileType::SymbolicLink => 0o777,
            },
            modification,
        }
    }

    /// Those that an object's metadata says, where it says any.
    pub(crate) fn parse(self, metadata: &HashMap<String, String>) -> Self {
        let mode = number(metadata, MODE).and_then(|mode| u32::try_from(mode).ok());
        let file_type = match mode.map(|mode| mode & TYPE) {
            // A directory is told by its key.
            Some(LINK) if self.file_type == FileType::RegularFile => FileType::SymbolicLink,
            _ => self.file_type,
        };
        Self {
            file_type,
            permissions: mode.map_or(self.permissions, |mode| mode & 0o7777),
            modification: modification(metadata).unwrap_or(self.modification),
        }
    }

    /// The metadata of an object that is written as `put`.
    pub(crate) fn metadata(&self, put: PutId) -> HashMap<String, String> {
        let kind = match self.file_type {
            FileType::RegularFile => REGULAR,
            FileType::Directory => DIRECTORY,
            FileType::SymbolicLink => LINK,
        };
        let (seconds, _) = self.modification.parts();
        HashMap::from([
            (MODE.to_owned(), (kind | self.permissions).to_string()),
            (MTIME.to_owned(), seconds.to_string()),
            (MTIME_NS.to_owned(), self.modification.0.to_string()),
            (PUT.to_owned(), format!("{:032x}", put.0)),
        ])
    }
}

/// The number that the write of an object left in it.
pub(crate) fn put_id(metadata: &HashMap<String, String>) -> Option<PutId> {
    let text = metadata.get(PUT)?;
    u128::from_str_radix(text, 16).ok().map(PutId)
}

fn modification(metadata: &HashMap<String, String>) -> Option<Timestamp> {
    // Some versions of s3fs write a fraction.
    let text = metadata.get(MTIME)?;
    let seconds = text.split('.').next()?.parse().ok()?;
    let exact = number(metadata, MTIME_NS).map(Timestamp);
    match exact.filter(|exact| exact.parts().0 == seconds) {
        Some(exact) => Some(exact),
        None => Timestamp::from_parts(seconds, 0).ok(),
    }
}

fn number(metadata: &HashMap<String, String>, name: &str) -> Option<u64> {
    metadata.get(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const UNKNOWN: Attributes = Attributes {
        file_type: FileType::RegularFile,
        permissions: 0o644,
        modification: Timestamp(7_000_000_000),
    };

    #[test]
    fn what_is_written_is_what_is_read() {
        let link = Attributes {
            file_type: FileType::SymbolicLink,
            permissions: 0o777,
            modification: Timestamp(1_700_000_000_123_456_789),
        };
        let written = link.metadata(PutId(0xab));
        assert_eq!(written.get("mode").map(String::as_str), Some("41471"));
        assert_eq!(written.get("mtime").map(String::as_str), Some("1700000000"));
        assert_eq!(UNKNOWN.parse(&written), link);
        assert_eq!(put_id(&written), Some(PutId(0xab)));
    }

    #[test]
    fn what_s3fs_writes_is_understood_and_nonsense_is_not_taken() {
        let s3fs = metadata(&[("mode", "33152"), ("mtime", "1600000000.5"), ("uid", "0")]);
        let parsed = UNKNOWN.parse(&s3fs);
        assert_eq!(parsed.permissions, 0o600);
        assert_eq!(parsed.modification, Timestamp(1_600_000_000_000_000_000));
        // The exact time is of an earlier write.
        let stale = metadata(&[("mtime", "1600000000"), ("mtime-ns", "1500000000000000001")]);
        assert_eq!(
            UNKNOWN.parse(&stale).modification,
            Timestamp(1_600_000_000_000_000_000)
        );
        for nonsense in [&[("mode", "-1"), ("mtime", "x")][..], &[("mtime", "")]] {
            assert_eq!(UNKNOWN.parse(&metadata(nonsense)), UNKNOWN);
        }
        assert_eq!(put_id(&metadata(&[("monaka-put", "zz")])), None);
    }
}
