//! What can be done to a file system, as values.

use fs_core::{DescriptorFlags, NewTimestamp, OpenFlags, PathFlags, Remove};

/// How many descriptions are open at a time; the first is the root, for ever.
pub const SLOTS: usize = 6;

/// A place for an open description: a number below [`SLOTS`]. Operations on an empty one are left
/// out.
pub type Slot = usize;

/// An operation on the descriptions in slots: the methods of `Descriptor`, one to one.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `open_at`; what is opened replaces what is in the slot `into`, unless it is the root.
    Open {
        /// Where the path starts.
        from: Slot,
        /// Whether a link in the last place is followed.
        at: PathFlags,
        /// What is opened.
        path: String,
        /// What else is done.
        open: OpenFlags,
        /// What it is opened for.
        access: DescriptorFlags,
        /// Where it goes.
        into: Slot,
    },
    /// `clone`, into a slot that is not the root's.
    Clone(Slot, Slot),
    /// `drop`, unless it is the root.
    Close(Slot),
    /// `stat_at`.
    Stat(Slot, PathFlags, String),
    /// `read_at` of so many bytes at an offset.
    Read(Slot, u64, usize),
    /// `write_at` of so many equal bytes, at an offset or the end.
    Write(Slot, Option<u64>, usize, u8),
    /// `set_size`.
    SetSize(Slot, u64),
    /// `allocate` at an offset, so many bytes.
    Allocate(Slot, u64, u64),
    /// `set_times_at` of the description itself: access, modification.
    SetTimes(Slot, NewTimestamp, NewTimestamp),
    /// `set_times_at` of a path, both times alike.
    SetTimesAt(Slot, PathFlags, String, NewTimestamp),
    /// `read_dir`.
    ReadDir(Slot),
    /// `create_directory_at`.
    Mkdir(Slot, String),
    /// `symlink_at`: the target, and where.
    Symlink(String, Slot, String),
    /// `readlink_at`.
    Readlink(Slot, String),
    /// `link_at`: old, new.
    Link(PathFlags, (Slot, String), (Slot, String)),
    /// `rename_at`: old, new.
    Rename((Slot, String), (Slot, String)),
    /// `remove_at`.
    Remove(Slot, String, Remove),
    /// `sync`, of content and attributes.
    Sync(Slot),
    /// `is_same_object`.
    IsSameObject(Slot, Slot),
}
