//! From a path to a node: components in a queue, links spliced in at its front.

use std::collections::VecDeque;

use fs_core::{ErrorCode as E, Result};

use super::{Kind, Model, Node};

/// How many links one walk follows.
const MAX_LINKS: usize = 40;

/// Whether a link in the last place is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    Always,
    BeforeSlash,
    WithoutSlash,
    Never,
}

/// The last component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Last {
    This,
    Parent,
    Name(String),
}

/// Where a walk ended.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) parent: Node,
    pub(super) last: Last,
    pub(super) node: Option<Node>,
    /// A slash came behind the name.
    pub(super) slash: bool,
}

/// A component, and whether a slash comes behind it.
type Step = (String, bool);

impl Model {
    /// Walks to the end of the path, and looks at what is there.
    pub(super) fn walk(&self, from: Node, path: &str, follow: Follow) -> Result<Place> {
        let place = self.walk_to_parent(from, path, follow)?;
        self.find(place)
    }

    /// What a place's name stands for.
    pub(super) fn find(&self, mut place: Place) -> Result<Place> {
        if let Last::Name(name) = &place.last {
            place.node = self.look_up(place.parent, name)?;
        }
        Ok(place)
    }

    fn look_up(&self, directory: Node, name: &str) -> Result<Option<Node>> {
        let names = self.names(directory)?;
        if name.len() > 255 {
            return Err(E::NameTooLong);
        }
        Ok(names.get(name).copied())
    }

    /// Walks to where the last name is. That name is looked at only to see whether it is a link to
    /// be followed.
    pub(super) fn walk_to_parent(&self, from: Node, path: &str, follow: Follow) -> Result<Place> {
        if !self.is_directory(from) {
            return Err(E::NotDirectory);
        }
        check(path)?;
        let mut steps = steps(path);
        let mut here = from;
        let mut links = 0;
        while let Some((name, slash)) = steps.pop_front() {
            let is_last = steps.is_empty();
            let dots = match &*name {
                "." => Some(Last::This),
                ".." if here == from => return Err(E::NotPermitted),
                ".." => {
                    here = self.parent(here).ok_or(E::NoEntry)?;
                    Some(Last::Parent)
                }
                _ => None,
            };
            match dots {
                Some(last) if is_last => {
                    let node = Some(here);
                    return Ok(Place {
                        parent: here,
                        last,
                        node,
                        slash: false,
                    });
                }
                Some(_) => continue,
                None => {}
            }
            let place = |node| Place {
                parent: here,
                last: Last::Name(name.clone()),
                node,
                slash,
            };
            if is_last && follow == Follow::Never {
                return Ok(place(None));
            }
            let node = self.look_up(here, &name)?;
            let is_followed = !is_last
                || match follow {
                    Follow::Always => true,
                    Follow::BeforeSlash => slash,
                    Follow::WithoutSlash => !slash,
                    Follow::Never => false,
                };
            match node.map(|node| (node, self.kind(node))) {
                Some((_, Kind::Symlink(target))) if is_followed => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(E::Loop);
                    }
                    splice(&mut steps, target, slash);
                }
                _ if is_last => return Ok(place(node)),
                Some((node, Kind::Directory { .. })) => here = node,
                Some((_, Kind::File(_) | Kind::Symlink(_))) => return Err(E::NotDirectory),
                None => return Err(E::NoEntry),
            }
        }
        unreachable!("a path has a component, and so has a link's target")
    }
}

fn check(path: &str) -> Result<()> {
    match path {
        "" => Err(E::NoEntry),
        _ if path.contains('\0') => Err(E::Invalid),
        _ if path.len() > 4095 => Err(E::NameTooLong),
        _ if path.starts_with('/') => Err(E::NotPermitted),
        _ => Ok(()),
    }
}

fn steps(path: &str) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    for piece in path.split_inclusive('/') {
        let name = piece.trim_end_matches('/');
        if !name.is_empty() {
            steps.push_back((name.to_owned(), piece.ends_with('/')));
        }
    }
    steps
}

/// Puts a link's target before what is left; a slash behind the link is one behind its target.
fn splice(rest: &mut VecDeque<Step>, target: &str, slash: bool) {
    for (index, (name, inner)) in steps(target).into_iter().rev().enumerate() {
        rest.push_front((name, inner || (index == 0 && slash)));
    }
}
