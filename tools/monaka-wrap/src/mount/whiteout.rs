//! Taking away what earlier layers have, as the layers of OCI images ask for.

use bytes::Bytes;
use fs_core::image::{Image, ImageBuilder, Preopening, Settings};
use fs_core::{
    Descriptor, ErrorCode, FileType, Limits, MemDescriptor, MemFs, NewTimestamp, PathFlags, Remove,
    Result, Target,
};

use crate::content::Epoch;
use crate::failure::Failure;

/// What an archive says of earlier layers; paths are those of the guest.
#[derive(Clone, Debug)]
pub(super) enum Whiteout {
    /// The path is gone.
    At(String),
    /// What is below the path is gone.
    Below(String),
}

/// Adds to `empty` what `image` holds but for what the whiteouts hide.
///
/// # Errors
/// `Guest` (the path is part of a read-only mount), `Image`.
pub(super) fn hide(
    image: ImageBuilder,
    whiteouts: &[Whiteout],
    mut empty: ImageBuilder,
) -> std::result::Result<ImageBuilder, Failure> {
    let settings = Settings {
        preopen: Preopening::Root,
        working_directory: None,
        limits: Limits {
            bytes: u64::MAX,
            inodes: u64::MAX,
        },
    };
    let image = Image::parse(Bytes::from(image.finish(&settings)))?;
    let root = MemFs::from_image(Epoch, &image)?.root();
    for whiteout in whiteouts {
        let (path, hidden) = match whiteout {
            Whiteout::At(path) => (path, remove(&root, path)),
            Whiteout::Below(path) => (path, remove_below(&root, path)),
        };
        match hidden {
            Ok(()) | Err(ErrorCode::NoEntry | ErrorCode::NotDirectory) => {}
            Err(code) => return Err(failed(path, code)),
        }
    }
    empty.tree(&root).map_err(|code| failed("", code))?;
    Ok(empty)
}

/// Removes a name with all below it; the directory that it is in keeps its times.
fn remove(root: &MemDescriptor, path: &str) -> Result<()> {
    let parent = path.rsplit_once('/').map_or(".", |(parent, _)| parent);
    let times = root.stat_at(PathFlags::empty(), parent)?;
    match root.stat_at(PathFlags::empty(), path)?.file_type {
        FileType::Directory => {
            remove_below(root, path)?;
            root.remove_at(path, Remove::Directory)?;
        }
        FileType::RegularFile | FileType::SymbolicLink => root.remove_at(path, Remove::File)?,
    }
    root.set_times_at(
        Target::At(PathFlags::empty(), parent),
        NewTimestamp::At(times.access),
        NewTimestamp::At(times.modification),
    )
}

fn remove_below(root: &MemDescriptor, path: &str) -> Result<()> {
    let directory = match path {
        "" => root.clone(),
        path => root.open_at(
            PathFlags::empty(),
            path,
            fs_core::OpenFlags::DIRECTORY,
            fs_core::DescriptorFlags::READ,
        )?,
    };
    for entry in directory.read_dir()?.entries {
        remove(root, &super::layer::join(path, &entry.name))?;
    }
    Ok(())
}

fn failed(path: &str, code: ErrorCode) -> Failure {
    Failure::Guest {
        path: format!("/{path}"),
        code,
    }
}
