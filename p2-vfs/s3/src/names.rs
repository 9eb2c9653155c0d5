//! Which names changed, and where everything is now.
//!
//! Operations only note which names they touch. Later it is looked what became of those, so that a
//! file that is made, moved and moved again is one change.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fs_core::{
    Descriptor, DescriptorFlags, FileType, Ino, MemDescriptor, OpenFlags, PathFlags, Result,
};

use crate::place::Place;

/// What is behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    ino: Ino,
    file_type: FileType,
}

struct Directory {
    handle: MemDescriptor,
    /// `None` for the root.
    parent: Option<(Ino, String)>,
    names: BTreeMap<String, Entry>,
}

/// What became of an inode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A file or a link is at this place.
    Placed(Ino, Place),
    /// A directory is at this place.
    Directory {
        ino: Ino,
        place: Place,
        is_empty: bool,
    },
    /// It has no name any more.
    Gone(Ino),
}

/// The names as they were at the last look.
pub(crate) struct Names {
    root: Ino,
    directories: HashMap<Ino, Directory>,
    touched: Vec<(Ino, String)>,
}

impl Names {
    /// All names below `root`.
    ///
    /// # Errors
    /// Those of reading directories.
    pub(crate) fn of(root: MemDescriptor) -> Result<Self> {
        let ino = root.stat()?.ino;
        let mut names = Self {
            root: ino,
            directories: HashMap::new(),
            touched: Vec::new(),
        };
        names.learn(ino, root, None)?;
        Ok(names)
    }

    /// The name in this directory may change.
    pub(crate) fn touch(&mut self, directory: Ino, name: &str) {
        self.touched.push((directory, name.to_owned()));
    }

    /// Every name may have changed.
    pub(crate) fn touch_all(&mut self) -> Result<()> {
        for (ino, directory) in &self.directories {
            let listed = directory.handle.read_dir()?.entries.into_iter();
            let names = listed.map(|entry| entry.name);
            let names = names.chain(directory.names.keys().cloned());
            self.touched.extend(names.map(|name| (*ino, name)));
        }
        Ok(())
    }

    /// A directory, to look things up in it.
    pub(crate) fn handle(&self, directory: Ino) -> Option<&MemDescriptor> {
        self.directories.get(&directory).map(|it| &it.handle)
    }

    /// Where a directory is.
    pub(crate) fn path(&self, directory: Ino) -> Option<String> {
        let mut names = Vec::new();
        let mut at = self.directories.get(&directory)?;
        while let Some((parent, name)) = &at.parent {
            names.push(name.as_str());
            at = self.directories.get(parent)?;
        }
        names.reverse();
        Some(names.join("/"))
    }

    /// What became of the names that were touched since the last look.
    ///
    /// # Errors
    /// Those of reading new directories.
    pub(crate) fn look(&mut self) -> Result<Vec<Notice>> {
        let mut seen = HashSet::new();
        let mut left = Vec::new();
        let mut taken = Vec::new();
        let mut directories = BTreeSet::new();
        for (ino, name) in std::mem::take(&mut self.touched) {
            // What is in a new directory is seen when that is read.
            let Some(directory) = self.directories.get_mut(&ino) else {
                continue;
            };
            if !seen.insert((ino, name.clone())) {
                continue;
            }
            let stat = directory.handle.stat_at(PathFlags::empty(), &name).ok();
            let entry = stat.map(|stat| Entry {
                ino: stat.ino,
                file_type: stat.file_type,
            });
            let before = match entry {
                Some(entry) => directory.names.insert(name.clone(), entry),
                None => directory.names.remove(&name),
            };
            if before != entry {
                directories.insert(ino);
                left.extend(before);
                taken.extend(entry.map(|entry| (ino, name, entry)));
            }
        }
        let mut notices = Vec::new();
        for (parent, name, entry) in &taken {
            self.take(*parent, name, *entry)?;
        }
        for (parent, name, entry) in &taken {
            self.tell(*parent, name, *entry, &mut notices);
        }
        let taken: HashSet<Ino> = taken.iter().map(|(_, _, entry)| entry.ino).collect();
        for entry in left.iter().filter(|entry| !taken.contains(&entry.ino)) {
            self.directories.remove(&entry.ino);
            notices.push(Notice::Gone(entry.ino));
        }
        for ino in directories {
            self.tell_directory(ino, &mut notices);
        }
        Ok(notices)
    }

    /// Notes that a directory has another name, or reads a new one.
    fn take(&mut self, parent: Ino, name: &str, entry: Entry) -> Result<()> {
        if entry.file_type != FileType::Directory {
            return Ok(());
        }
        let place = Some((parent, name.to_owned()));
        if let Some(known) = self.directories.get_mut(&entry.ino) {
            known.parent = place;
            return Ok(());
        }
        let Some(directory) = self.directories.get(&parent) else {
            return Ok(());
        };
        let handle = directory.handle.open_at(
            PathFlags::empty(),
            name,
            OpenFlags::DIRECTORY,
            DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
        )?;
        self.learn(entry.ino, handle, place)
    }

    /// Reads a directory and all below it.
    fn learn(
        &mut self,
        ino: Ino,
        handle: MemDescriptor,
        parent: Option<(Ino, String)>,
    ) -> Result<()> {
        let mut unread = vec![(ino, handle, parent)];
        while let Some((ino, handle, parent)) = unread.pop() {
            let mut names = BTreeMap::new();
            for entry in handle.read_dir()?.entries {
                if entry.file_type == FileType::Directory {
                    let below = handle.open_at(
                        PathFlags::empty(),
                        &entry.name,
                        OpenFlags::DIRECTORY,
                        DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
                    )?;
                    unread.push((entry.ino, below, Some((ino, entry.name.clone()))));
                }
                let file_type = entry.file_type;
                let ino = entry.ino;
                names.insert(entry.name, Entry { ino, file_type });
            }
            let directory = Directory {
                handle,
                parent,
                names,
            };
            self.directories.insert(ino, directory);
        }
        Ok(())
    }

    /// Tells where an entry is, and what lies below it.
    fn tell(&self, parent: Ino, name: &str, entry: Entry, notices: &mut Vec<Notice>) {
        let Some(path) = self.path(parent) else {
            return;
        };
        let mut untold = vec![(joined(&path, name), entry)];
        while let Some((path, entry)) = untold.pop() {
            if entry.file_type != FileType::Directory {
                notices.push(Notice::Placed(entry.ino, Place::file(path)));
                continue;
            }
            if let Some(directory) = self.directories.get(&entry.ino) {
                let below = directory.names.iter();
                untold.extend(below.map(|(name, entry)| (joined(&path, name), *entry)));
                notices.push(Notice::Directory {
                    ino: entry.ino,
                    place: Place::directory(path),
                    is_empty: directory.names.is_empty(),
                });
            }
        }
    }

    fn tell_directory(&self, ino: Ino, notices: &mut Vec<Notice>) {
        let directory = self.directories.get(&ino).filter(|_| ino != self.root);
        if let (Some(directory), Some(path)) = (directory, self.path(ino)) {
            notices.push(Notice::Directory {
                ino,
                place: Place::directory(path),
                is_empty: directory.names.is_empty(),
            });
        }
    }
}

fn joined(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        _ => format!("{directory}/{name}"),
    }
}
