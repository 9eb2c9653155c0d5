//! Starting a file system from an image.

use std::result::Result;
use std::sync::{Arc, RwLockWriteGuard};

use super::{Image, ImageError, ImageNode, ImageNodeKind, Preopening};
use crate::clock::Clock;
use crate::content::Content;
use crate::error_code::ErrorCode;
use crate::file_system::Descriptor;
use crate::inode::InodeKind;
use crate::mem_fs::{MemFs, root_preopen};
use crate::tree::{InodeId, Tree};
use crate::types::{FileType, Timestamp};

impl MemFs {
    /// A file system that begins as the image says: with its files, read in place, its limits and
    /// its preopens.
    ///
    /// With a working directory, the preopens are the root, every directory in it by its absolute
    /// name, and the working directory as `.`: a libc matches the longest name first.
    ///
    /// # Errors
    /// `Node` (a node that makes no sense, such as a name that is there twice),
    /// `WorkingDirectory` (a file is in the way), `InsufficientSpace` (the limit of inodes).
    pub fn from_image(clock: impl Clock + 'static, image: &Image) -> Result<Self, ImageError> {
        let settings = image.settings();
        let mut fs = Self::builder(clock)
            .limits(settings.limits)
            .preopens(Vec::new())
            .build()
            .map_err(|_| ImageError::InsufficientSpace)?;
        load_nodes(&fs, image)?;
        let preopens = match (settings.preopen, &settings.working_directory) {
            (Preopening::Nothing, _) => Vec::new(),
            (Preopening::Root, None) => vec![root_preopen()],
            (Preopening::Root, Some(path)) => preopens_around(&fs, path.trim_start_matches('/'))
                .map_err(|_| ImageError::WorkingDirectory)?,
        };
        // Nobody else has it yet.
        if let Some(shared) = Arc::get_mut(&mut fs.shared) {
            shared.preopens = preopens;
        }
        Ok(fs)
    }
}

fn load_nodes(fs: &MemFs, image: &Image) -> Result<(), ImageError> {
    let mut loader = Loader {
        fs,
        tree: fs.shared.write(),
        loaded: Vec::new(),
    };
    loader
        .loaded
        .try_reserve_exact(image.node_count() as usize)
        .map_err(|_| ImageError::InsufficientSpace)?;
    for index in 0..image.node_count() {
        let node = image.node(index)?;
        loader.load(index, node).map_err(|error| match error {
            ErrorCode::InsufficientSpace => ImageError::InsufficientSpace,
            _ => ImageError::Node(index),
        })?;
    }
    Ok(())
}

struct Loader<'f> {
    fs: &'f MemFs,
    tree: RwLockWriteGuard<'f, Tree>,
    /// The inodes of the nodes so far.
    loaded: Vec<InodeId>,
}

impl Loader<'_> {
    fn load(&mut self, index: u32, node: ImageNode<'_>) -> Result<(), ErrorCode> {
        let id = if index == 0 {
            self.tree.root()
        } else {
            self.add(&node)?
        };
        let inode = self.tree.inode(id)?;
        inode.write().set_times(node.origin.modification);
        self.loaded.push(id);
        Ok(())
    }

    fn add(&mut self, node: &ImageNode<'_>) -> Result<InodeId, ErrorCode> {
        let parent = self.loaded[node.parent as usize];
        if self.tree.directory(parent)?.get(node.name).is_some() {
            return Err(ErrorCode::Exist);
        }
        let shared = &self.fs.shared;
        let empty = || Content::empty(shared.space.clone());
        let (kind, content) = match &node.kind {
            ImageNodeKind::File(bytes) => (
                InodeKind::File,
                Content::embedded(bytes.clone(), shared.space.clone()),
            ),
            ImageNodeKind::Directory => (InodeKind::Directory, empty()),
            ImageNodeKind::Symlink(target) => (InodeKind::Symlink((*target).into()), empty()),
            ImageNodeKind::HardLink(original) => {
                let child = self.loaded[*original as usize];
                if self.tree.directory(child).is_ok() {
                    return Err(ErrorCode::NotPermitted);
                }
                self.tree.link(parent, node.name.into(), child)?;
                return Ok(child);
            }
        };
        let inode = shared.new_inode_with(kind, content, Timestamp(0))?;
        self.tree.add(parent, node.name.into(), inode)
    }
}

fn preopens_around(
    fs: &MemFs,
    working_directory: &str,
) -> crate::error_code::Result<Vec<(String, String)>> {
    let root = fs.root();
    let mut preopens = vec![root_preopen()];
    if working_directory.is_empty() {
        return Ok(preopens);
    }
    root.create_directories(working_directory)?;
    for entry in root.read_dir()?.entries {
        if entry.file_type == FileType::Directory {
            preopens.push((["/", &entry.name].concat(), entry.name));
        }
    }
    preopens.push((".".to_owned(), working_directory.to_owned()));
    Ok(preopens)
}
