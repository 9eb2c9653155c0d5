//! The path walker. It holds inodes, never strings: `..` climbs from a directory to its parent
//! and stops at the one the walk started from.

use crate::error_code::ErrorCode;
use crate::inode::InodeKind;
use crate::path::{Component, Components, NAME_MAX};
use crate::tree::{InodeId, Stop, Tree};

type Result<T> = core::result::Result<T, Stop>;

/// How many links one resolution follows before it is `Loop`, as Linux does.
const MAX_LINKS: u32 = 40;

/// What happens to a symbolic link in the last place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastLink {
    /// It is followed.
    Follow,
    /// It is followed if slashes come behind it (path_resolution(7)).
    FollowBeforeSlash,
    /// It is followed unless slashes come behind it: open(2) creates no directory.
    FollowWithoutSlash,
    /// It is what the operation is about: names are made, moved and removed.
    Keep,
}

/// The last component of a path, links expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last<'t> {
    /// `.`
    This,
    /// `..`
    Parent,
    /// A name in the parent.
    Name(&'t str),
}

/// Where a path leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'t> {
    /// The directory that has, or would have, the name.
    pub(crate) parent: InodeId,
    pub(crate) last: Last<'t>,
    /// What the name stands for now.
    pub(crate) found: Option<InodeId>,
    /// Slashes came behind the last component.
    pub(crate) must_be_dir: bool,
}

impl Place<'_> {
    /// Looks the name up.
    ///
    /// # Errors
    /// `NameTooLong`, `NoEntry` (the parent was removed).
    pub(crate) fn look_up(mut self, tree: &Tree) -> Result<Self> {
        if let Last::Name(name) = self.last {
            self.found = look_up(tree, self.parent, name)?;
        }
        Ok(self)
    }
}

/// Walks `path` from the directory `base`.
///
/// # Errors
/// Those of paths, as listed at [`crate::Descriptor`]'s module; `Io` (the lower tree is damaged).
pub(crate) fn resolve<'t>(
    tree: &'t Tree,
    base: InodeId,
    path: &'t str,
    last_link: LastLink,
) -> Result<Place<'t>> {
    let place = Walk::new(tree, base, path)?.run(last_link)?;
    match last_link {
        LastLink::Keep => place.look_up(tree),
        LastLink::Follow | LastLink::FollowBeforeSlash | LastLink::FollowWithoutSlash => Ok(place),
    }
}

/// Walks to the directory of the last component, which is not looked up, as if nothing were found.
///
/// # Errors
/// Those of paths but for the last component's.
pub(crate) fn resolve_parent<'t>(
    tree: &'t Tree,
    base: InodeId,
    path: &'t str,
) -> Result<Place<'t>> {
    Walk::new(tree, base, path)?.run(LastLink::Keep)
}

fn look_up(tree: &Tree, directory: InodeId, name: &str) -> Result<Option<InodeId>> {
    if name.len() > NAME_MAX {
        tree.directory(directory)?;
        return Err(ErrorCode::NameTooLong.into());
    }
    tree.look_up(directory, name)
}

struct Walk<'t> {
    tree: &'t Tree,
    /// The directory that the walk must not leave.
    base: InodeId,
    /// The directory in which the next component is looked up.
    current: InodeId,
    pending: Components<'t>,
    /// What comes behind the links that are being expanded, innermost last; none of it is empty.
    suspended: Vec<Components<'t>>,
    followed: u32,
    must_be_dir: bool,
}

impl<'t> Walk<'t> {
    fn new(tree: &'t Tree, base: InodeId, path: &'t str) -> Result<Self> {
        Ok(Self {
            tree,
            base,
            current: base,
            pending: Components::of(path)?,
            suspended: Vec::new(),
            followed: 0,
            must_be_dir: false,
        })
    }

    /// Walks to the end of the path. What [`LastLink::Keep`] leaves is not looked up.
    fn run(mut self, last_link: LastLink) -> Result<Place<'t>> {
        loop {
            let Some(component) = self.pending.split_first() else {
                // Only a link's target can end early, and an empty one cannot be made.
                self.pending = self.suspended.pop().ok_or(ErrorCode::NoEntry)?;
                continue;
            };
            let is_last = self.pending.is_end() && self.suspended.is_empty();
            let last = match component {
                Component::This => Last::This,
                Component::Parent => {
                    self.climb()?;
                    Last::Parent
                }
                Component::Name(name) if is_last => {
                    self.must_be_dir |= self.pending.is_trailing_slash();
                    if last_link == LastLink::Keep {
                        return Ok(self.place(Last::Name(name), None));
                    }
                    let found = look_up(self.tree, self.current, name)?;
                    if let Some(target) = found.and_then(|id| self.link_target(id))
                        && self.follows(last_link)
                    {
                        self.expand(target)?;
                        continue;
                    }
                    return Ok(self.place(Last::Name(name), found));
                }
                Component::Name(name) => {
                    self.descend(name)?;
                    continue;
                }
            };
            if is_last {
                return Ok(self.place(last, Some(self.current)));
            }
        }
    }

    fn follows(&self, last_link: LastLink) -> bool {
        match last_link {
            LastLink::Follow => true,
            LastLink::FollowBeforeSlash => self.must_be_dir,
            LastLink::FollowWithoutSlash => !self.must_be_dir,
            LastLink::Keep => false,
        }
    }

    fn climb(&mut self) -> Result<()> {
        if self.current == self.base {
            return Err(ErrorCode::NotPermitted.into());
        }
        self.current = self.tree.directory(self.current)?.parent;
        Ok(())
    }

    fn descend(&mut self, name: &'t str) -> Result<()> {
        let id = look_up(self.tree, self.current, name)?.ok_or(ErrorCode::NoEntry)?;
        match self.tree.inode(id)?.kind() {
            InodeKind::Directory => {
                self.current = id;
                Ok(())
            }
            InodeKind::Symlink(target) => self.expand(target),
            InodeKind::File => Err(ErrorCode::NotDirectory.into()),
        }
    }

    fn expand(&mut self, target: &'t str) -> Result<()> {
        self.followed += 1;
        if self.followed > MAX_LINKS {
            return Err(ErrorCode::Loop.into());
        }
        let behind = std::mem::replace(&mut self.pending, Components::of_link(target));
        if !behind.is_end() {
            self.suspended.push(behind);
        } else if self.suspended.is_empty() {
            self.must_be_dir |= behind.is_trailing_slash();
        }
        Ok(())
    }

    fn link_target(&self, id: InodeId) -> Option<&'t str> {
        match self.tree.inode(id).ok()?.kind() {
            InodeKind::Symlink(target) => Some(target),
            InodeKind::File | InodeKind::Directory => None,
        }
    }

    fn place(&self, last: Last<'t>, found: Option<InodeId>) -> Place<'t> {
        Place {
            parent: self.current,
            last,
            found,
            must_be_dir: self.must_be_dir,
        }
    }
}
