//! Which names of an image a program touches.

use std::collections::hash_map::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Image;
use crate::error_code::Result;
use crate::lower::{Lower, LowerId, LowerInode};
use crate::types::{FileType, Ino};

/// What was touched of an image since a file system began with it: every name that a path led over
/// and that was there. Listing a directory touches the directory and none of the names in it.
#[derive(Clone, Debug)]
pub struct Touched(Arc<Recording>);

impl Touched {
    /// The paths, absolute, the root among them.
    pub fn paths(&self) -> BTreeSet<String> {
        let met = self.0.met.lock().unwrap_or_else(PoisonError::into_inner);
        let mut paths = BTreeSet::from(["/".to_owned()]);
        let mut directories = vec![(self.0.root(), String::new())];
        while let Some((directory, path)) = directories.pop() {
            for (name, id) in met.get(&directory).into_iter().flatten() {
                let path = format!("{path}/{name}");
                // A damaged image may lead back to a directory above.
                if paths.len() <= self.0.names() && paths.insert(path.clone()) {
                    directories.push((*id, path));
                }
            }
        }
        paths
    }
}

/// An image that notes the names that are found in it: it is asked for each until it is touched.
#[derive(Debug)]
pub(super) struct Recording {
    image: Image,
    /// By directory, the names and what is behind them.
    met: Mutex<HashMap<LowerId, BTreeMap<Box<str>, LowerId>>>,
}

impl Recording {
    /// `image`, and what will have been touched of it.
    pub(super) fn over(image: &Image) -> (Arc<Self>, Touched) {
        let recording = Arc::new(Self {
            image: image.clone(),
            met: Mutex::default(),
        });
        (recording.clone(), Touched(recording))
    }

    /// How many names there are in all.
    fn names(&self) -> usize {
        self.image.header.entries as usize
    }
}

impl Lower for Recording {
    fn root(&self) -> LowerId {
        self.image.root()
    }

    fn inode(&self, id: LowerId) -> Result<LowerInode> {
        self.image.inode(id)
    }

    fn name_count(&self, directory: LowerId) -> Result<u32> {
        self.image.name_count(directory)
    }

    fn look_up(&self, directory: LowerId, name: &str) -> Result<Option<LowerId>> {
        let found = self.image.look_up(directory, name)?;
        if let Some(id) = found {
            let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
            met.entry(directory).or_default().insert(name.into(), id);
        }
        Ok(found)
    }

    fn list(
        &self,
        directory: LowerId,
        each: &mut dyn FnMut(&str, Ino, FileType) -> Result<()>,
    ) -> Result<()> {
        self.image.list(directory, each)
    }
}
