//! What is different between two snapshots.

use std::collections::BTreeMap;

use crate::content::Frozen;
use crate::error_code::{ErrorCode, Result};
use crate::frozen_tree::FrozenTree;
use crate::inode::InodeKind;
use crate::lower::{Lower, LowerId, LowerInode};
use crate::path::PATH_MAX;
use crate::snapshot::Snapshot;
use crate::types::FileType;

/// What happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Only the later snapshot has it.
    Added,
    /// Only the earlier snapshot has it.
    Removed,
    /// A file has other content, a link another target.
    Content,
    /// Times of access or modification, permission bits or the number of names are others.
    Metadata,
}

/// A path that is not the same in two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Relative to the root, which is the empty path.
    pub path: String,
    /// What it is; for [`Change::Removed`], what it was.
    pub file_type: FileType,
    /// What happened to it.
    pub change: Change,
}

/// What is different in `later`, by path; each path once, but twice if it became something of
/// another type: removed, then added. What was moved is removed and added.
///
/// Contents that are shared are not read. Directories that neither side has touched since one was
/// started from the other are passed over whole.
///
/// # Errors
/// `Io` (an image below is damaged), `NameTooLong` (a path of more than 4,095 bytes),
/// `InsufficientMemory`.
pub fn diff(earlier: &Snapshot, later: &Snapshot) -> Result<Vec<Difference>> {
    let sides = [&*earlier.tree, &*later.tree];
    let mut comparison = Comparison {
        sides,
        may_pass_over: !sides.iter().any(|tree| tree.has_touched_links()),
        pending: vec![(String::new(), sides.map(|tree| Some(tree.root())))],
        found: Vec::new(),
    };
    while let Some((path, ids)) = comparison.pending.pop() {
        comparison.compare(path, ids)?;
    }
    let mut found = comparison.found;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Where a path leads on either side.
type Both = [Option<LowerId>; 2];

struct Comparison<'s> {
    sides: [&'s FrozenTree; 2],
    may_pass_over: bool,
    pending: Vec<(String, Both)>,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn compare(&mut self, path: String, [earlier, later]: Both) -> Result<()> {
        let [old_tree, new_tree] = self.sides;
        if let (true, Some(old), Some(new)) = (self.may_pass_over, earlier, later)
            && old_tree.origin(old) == new_tree.origin(new)
        {
            return Ok(());
        }
        let old = earlier.map(|id| old_tree.inode(id)).transpose()?;
        let new = later.map(|id| new_tree.inode(id)).transpose()?;
        match (&old, &new) {
            (Some(old), Some(new)) if type_of(old) == type_of(new) => {
                if let Some(change) = change(old, new) {
                    self.note(&path, new, change);
                }
            }
            _ => {
                let removed = old.iter().map(|inode| (inode, Change::Removed));
                let added = new.iter().map(|inode| (inode, Change::Added));
                for (inode, change) in removed.chain(added) {
                    self.note(&path, inode, change);
                }
            }
        }
        let directory = |inode: &Option<LowerInode>, id: Option<LowerId>| {
            id.filter(|_| inode.as_ref().is_some_and(is_directory))
        };
        self.descend(&path, [directory(&old, earlier), directory(&new, later)])
    }

    fn note(&mut self, path: &str, inode: &LowerInode, change: Change) {
        self.found.push(Difference {
            path: path.to_owned(),
            file_type: type_of(inode),
            change,
        });
    }

    fn descend(&mut self, path: &str, directories: Both) -> Result<()> {
        let mut names = BTreeMap::<String, Both>::new();
        for (side, directory) in directories.into_iter().enumerate() {
            let Some(directory) = directory else {
                continue;
            };
            let tree = self.sides[side];
            tree.list(directory, &mut |name, _, _| {
                let child = tree.look_up(directory, name)?;
                names.entry(name.to_owned()).or_default()[side] = child;
                Ok(())
            })?;
        }
        for (name, ids) in names {
            let path = match path {
                "" => name,
                _ => [path, "/", &name].concat(),
            };
            if path.len() > PATH_MAX {
                return Err(ErrorCode::NameTooLong);
            }
            self.pending.push((path, ids));
        }
        Ok(())
    }
}

fn type_of(inode: &LowerInode) -> FileType {
    match inode.kind {
        InodeKind::File => FileType::RegularFile,
        InodeKind::Directory => FileType::Directory,
        InodeKind::Symlink(_) => FileType::SymbolicLink,
    }
}

fn is_directory(inode: &LowerInode) -> bool {
    type_of(inode) == FileType::Directory
}

/// How two inodes of one type differ.
fn change(old: &LowerInode, new: &LowerInode) -> Option<Change> {
    let same_content = match (&old.kind, &new.kind) {
        (InodeKind::Symlink(old), InodeKind::Symlink(new)) => old == new,
        _ => Frozen::is_equal(&old.content, &new.content),
    };
    if !same_content {
        return Some(Change::Content);
    }
    // Names of a directory are told one by one.
    let links = |inode: &LowerInode| (!is_directory(inode)).then_some(inode.link_count);
    let metadata = |inode: &LowerInode| {
        let times = (inode.access, inode.modification);
        (inode.mode, times, links(inode))
    };
    (metadata(old) != metadata(new)).then_some(Change::Metadata)
}
