//! `MemFs` that begins as an image, as a subject.

use fs_core::image::{Image, ImageBuilder, Origin, Settings};
use fs_core::{MemDescriptor, MemFs, Timestamp};
use fs_testsuite::{ReadOnlyTree, Subject};

use crate::support::mem_subject::{MemSubject, Ticking};

/// The file system in memory over an image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImageSubject;

impl Subject for ImageSubject {
    type FileSystem = MemFs;

    fn fresh(&self) -> MemFs {
        start(empty())
    }
}

impl ReadOnlyTree for ImageSubject {
    type ReadOnly = MemFs;

    fn read_only(&self, plant: impl FnOnce(&MemDescriptor)) -> MemFs {
        let planted = MemSubject.fresh();
        plant(&planted.root());
        let mut image = empty();
        image.tree(&planted.root()).expect("a small tree");
        image.read_only("");
        start(image)
    }
}

fn empty() -> ImageBuilder {
    ImageBuilder::new(Origin::new(Timestamp(1_600_000_000_000_000_000), 0o755))
}

fn start(image: ImageBuilder) -> MemFs {
    let image = Image::parse(image.finish(&Settings::default()).into()).expect("a good image");
    image.verify().expect("a good image");
    MemFs::from_image(Ticking::default(), &image).expect("room for it")
}
