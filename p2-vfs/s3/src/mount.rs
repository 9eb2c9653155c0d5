//! Starting from what the store holds.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileType, Ino, MemDescriptor, MemFs, NewTimestamp,
    OpenFlags, PathFlags, Target,
};
use futures::StreamExt;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::change::ETag;
use crate::driver::Driver;
use crate::file::File;
use crate::file_system::S3Fs;
use crate::key::Entry;
use crate::location::Location;
use crate::metadata::Attributes;
use crate::names::Names;
use crate::place::Place;
use crate::problem::Problem;
use crate::remote::{Access, Listed, Remote, StoreError};
use crate::shared::{Kept, Shared};
use crate::sync_core::{Policy, SyncCore};

/// How many objects are asked for their metadata at once.
const CONCURRENCY: usize = 32;

/// The longest target that a symbolic link may have: a larger object is none.
const MAX_TARGET: u64 = 4095;

/// How files are kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// What happens where somebody else changed an object meanwhile.
    pub policy: Policy,
    /// How many bytes may be written that the store does not have yet.
    pub max_dirty: u64,
    /// How long a program waits for the store in one call.
    pub patience: Duration,
}

impl Default for Options {
    /// `Fail`, 512 MiB, 30 seconds.
    fn default() -> Self {
        Self {
            policy: Policy::Fail,
            max_dirty: 512 << 20,
            patience: Duration::from_secs(30),
        }
    }
}

/// Why the files could not be had.
#[derive(Debug, Error)]
pub enum MountError {
    /// The store.
    #[error("{location}: {source}")]
    Store {
        /// Which place in the store.
        location: Location,
        /// Why.
        source: StoreError,
    },
    /// The tree does not fit.
    #[error(
        "{location}: /{path} does not fit into the file system ({code:?}); allow more with --max-fs-size and --max-files"
    )]
    Room {
        /// Which place in the store.
        location: Location,
        /// What was to be made.
        path: String,
        /// Why it could not be.
        code: ErrorCode,
    },
    /// This process has no thread to spare.
    #[error("no thread for the store: {0}")]
    Thread(std::io::Error),
}

impl S3Fs {
    /// The files at `location`, in `memory`, which must have no files yet. Names and attributes are
    /// read now, contents when they are asked for.
    ///
    /// # Errors
    /// `Store` (it cannot be reached, or not be listed), `Room`, `Thread`.
    pub fn mount(
        memory: MemFs,
        location: Location,
        access: Access,
        options: &Options,
    ) -> Result<Self, MountError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(MountError::Thread)?;
        let failed = |source| MountError::Store {
            location: location.clone(),
            source,
        };
        let connected = Remote::connect(location.clone(), access);
        let remote = runtime.block_on(connected).map_err(failed)?;
        let found = runtime
            .block_on(read_tree(&remote, &location))
            .map_err(failed)?;
        let mut kept = HashMap::new();
        let mut directories = Vec::new();
        let mut core = SyncCore::new(options.policy);
        for object in found {
            let path = object.place.path().to_owned();
            let made = make(&memory.root(), &object);
            let made = made.map_err(|code| MountError::Room {
                location: location.clone(),
                path,
                code,
            })?;
            // What cannot be in one tree with the rest is left alone.
            if let Some((ino, inode)) = made {
                if let Kept::Directory(handle) = &inode {
                    directories.push((handle.clone(), object.attributes.modification));
                }
                kept.insert(ino, inode);
                core.adopt(object.place, ino, object.version, Duration::ZERO);
            }
        }
        let no_room = |code| MountError::Room {
            location: location.clone(),
            path: String::new(),
            code,
        };
        // Names that were made in them changed their times.
        for (directory, time) in directories {
            let time = NewTimestamp::At(time);
            let set = directory.set_times_at(Target::This, time, time);
            set.map_err(no_room)?;
        }
        let names = Names::of(memory.root()).map_err(no_room)?;
        let (sender, commands) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(
            memory,
            names,
            kept,
            sender,
            options.max_dirty,
            options.patience,
        ));
        let prefix = location.prefix.clone();
        let driver = Driver::new(core, remote, prefix, Arc::downgrade(&shared));
        std::thread::Builder::new()
            .name("s3".to_owned())
            .spawn(move || runtime.block_on(driver.run(commands)))
            .map_err(MountError::Thread)?;
        Ok(Self { shared })
    }

    /// Waits until everything is saved, or the time is over. Returns what is not saved, with the
    /// reason where there is one besides time.
    pub fn drain(&self, time: Duration) -> Vec<(Place, Option<Problem>)> {
        self.shared.drain(time)
    }

    /// The files themselves, for whoever looks at them from outside. What was not fetched yet reads
    /// as zeros there.
    pub fn memory(&self) -> &MemFs {
        &self.shared.memory
    }
}

/// An object that has a place in the tree.
struct Object {
    place: Place,
    key: String,
    version: ETag,
    size: u64,
    attributes: Attributes,
    /// Of a symbolic link, where it leads to.
    target: Option<String>,
}

/// What the store holds: one listing, and the metadata of every object.
async fn read_tree(remote: &Remote, location: &Location) -> Result<Vec<Object>, StoreError> {
    let listed = remote.list().await?;
    let objects = listed.into_iter().filter_map(|listed| {
        let (place, file_type) = match location.prefix.entry(&listed.key).ok()? {
            Entry::File(path) => (Place::file(path), FileType::RegularFile),
            // The root needs no marker.
            Entry::Directory(path) if path.is_empty() => return None,
            Entry::Directory(path) => (Place::directory(path), FileType::Directory),
        };
        Some(describe(remote, listed, place, file_type))
    });
    let described = futures::stream::iter(objects).buffered(CONCURRENCY);
    let described: Vec<Result<Option<Object>, StoreError>> = described.collect().await;
    described
        .into_iter()
        .filter_map(Result::transpose)
        .collect()
}

/// What an object is; nothing if it is gone by now.
async fn describe(
    remote: &Remote,
    listed: Listed,
    place: Place,
    file_type: FileType,
) -> Result<Option<Object>, StoreError> {
    let metadata = match remote.metadata(&listed.key, &listed.version).await {
        Ok(metadata) => metadata,
        Err(StoreError::Changed { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut attributes = Attributes::new(file_type, listed.modified).parse(&metadata);
    let mut target = None;
    if attributes.file_type == FileType::SymbolicLink {
        target = read_target(remote, &listed).await?;
        if target.is_none() {
            attributes.file_type = file_type;
        }
    }
    Ok(Some(Object {
        place,
        key: listed.key,
        version: listed.version,
        size: listed.size,
        attributes,
        target,
    }))
}

async fn read_target(remote: &Remote, listed: &Listed) -> Result<Option<String>, StoreError> {
    if !(1..=MAX_TARGET).contains(&listed.size) {
        return Ok(None);
    }
    let body = remote.read(&listed.key, &listed.version, 0..listed.size);
    let body = body.await?.collect().await;
    let bytes = body.map_err(|_| StoreError::Unreachable(format!("{} ended early", listed.key)))?;
    Ok(String::from_utf8(bytes.to_vec()).ok())
}

/// Makes the inode of an object. Nothing if there is no place for it, as for a file that others
/// have made beside a directory of the same name.
///
/// # Errors
/// There is no room.
fn make(root: &MemDescriptor, object: &Object) -> Result<Option<(Ino, Kept)>, ErrorCode> {
    let path = object.place.path();
    let made = match (object.attributes.file_type, &object.target) {
        (FileType::Directory, _) => make_directory(root, path),
        (FileType::SymbolicLink, Some(target)) => make_link(root, path, target, object.attributes),
        (FileType::SymbolicLink, None) | (FileType::RegularFile, _) => make_file(root, object),
    };
    match made {
        Ok(made) => Ok(Some(made)),
        Err(
            ErrorCode::Exist
            | ErrorCode::IsDirectory
            | ErrorCode::NotDirectory
            | ErrorCode::Loop
            | ErrorCode::NotPermitted,
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_directory(root: &MemDescriptor, path: &str) -> Result<(Ino, Kept), ErrorCode> {
    root.create_directories(path)?;
    let handle = root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::DIRECTORY,
        DescriptorFlags::READ,
    )?;
    Ok((handle.stat()?.ino, Kept::Directory(handle)))
}

fn make_link(
    root: &MemDescriptor,
    path: &str,
    target: &str,
    attributes: Attributes,
) -> Result<(Ino, Kept), ErrorCode> {
    make_way(root, path)?;
    root.symlink_at(target, path)?;
    let time = NewTimestamp::At(attributes.modification);
    root.set_times_at(Target::At(PathFlags::empty(), path), time, time)?;
    let ino = root.stat_at(PathFlags::empty(), path)?.ino;
    Ok((ino, Kept::Link(attributes, target.to_owned().into())))
}

fn make_file(root: &MemDescriptor, object: &Object) -> Result<(Ino, Kept), ErrorCode> {
    let path = object.place.path();
    make_way(root, path)?;
    let content = root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::CREATE | OpenFlags::EXCLUSIVE,
        DescriptorFlags::READ | DescriptorFlags::WRITE,
    )?;
    let ino = content.stat()?.ino;
    let (key, version) = (object.key.clone(), object.version.clone());
    let file = File::in_store(content, object.attributes, key, version, object.size)?;
    Ok((ino, Kept::File(Arc::new(file))))
}

/// Makes the directories on the way to a path.
fn make_way(root: &MemDescriptor, path: &str) -> Result<(), ErrorCode> {
    match path.rsplit_once('/') {
        Some((way, _)) => root.create_directories(way),
        None => Ok(()),
    }
}
