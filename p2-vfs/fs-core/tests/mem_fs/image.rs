//! Images: written, read back, damaged.

use crate::support::{FOLLOW, Hands, NOFOLLOW, RW, names, read_file, write};
use bytes::Bytes;
use fs_core::image::{Image, ImageBuilder, ImageError, Origin, Preopening, Settings};
use fs_core::{Descriptor, FileSystem, MemFs, Timestamp, WriteAt};

fn origin(seconds: u64) -> Origin {
    Origin {
        modification: Timestamp(seconds * 1_000_000_000),
        mode: 0o644,
    }
}

fn sample(settings: &Settings) -> Vec<u8> {
    let mut image = ImageBuilder::new(origin(50));
    image.file("etc/app/config", &b"key=value"[..], origin(60));
    image.file("etc/copy", &b"key=value"[..], origin(61));
    image.file("big", vec![7; 200_000], origin(62));
    image.directory("empty", origin(63));
    image.symlink("link", "etc/app", origin(64));
    image.hard_link("etc/second", "etc/app/config", origin(60));
    image.hard_link("etc/a", "etc/app/config", origin(60));
    image.finish(settings)
}

fn load(image: &[u8]) -> Result<MemFs, ImageError> {
    let image = Image::parse(Bytes::copy_from_slice(image))?;
    MemFs::from_image(Hands::default(), &image)
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let fs = load(&sample(&Settings::default())).expect("a good image");
    let root = fs.root();
    assert_eq!(names(&root), ["big", "empty", "etc", "link"]);
    assert_eq!(read_file(&root, "link/config"), b"key=value");
    assert_eq!(read_file(&root, "big"), vec![7; 200_000]);
    let stat = root.stat_at(NOFOLLOW, "etc/second").expect("the hard link");
    assert_eq!(
        (stat.link_count, stat.modification),
        (3, origin(60).modification)
    );
    assert_eq!(fs.usage().bytes, 0, "nothing is copied");
}

#[test]
fn writing_changes_one_file_and_not_its_twin() {
    let fs = load(&sample(&Settings::default())).expect("a good image");
    let root = fs.root();
    let file = root
        .open_at(FOLLOW, "etc/app/config", fs_core::OpenFlags::empty(), RW)
        .expect("a file");
    write(&file, WriteAt::Offset(0), b"KEY");
    assert_eq!(read_file(&root, "etc/app/config"), b"KEY=value");
    assert_eq!(read_file(&root, "etc/second"), b"KEY=value");
    assert_eq!(read_file(&root, "etc/copy"), b"key=value");
}

#[test]
fn equal_contents_are_stored_once_and_equal_trees_give_equal_bytes() {
    let settings = Settings::default();
    assert_eq!(sample(&settings), sample(&settings));
    let with = |count: usize| {
        let mut image = ImageBuilder::new(origin(1));
        for index in 0..count {
            image.file(&format!("{index}"), vec![1; 100_000], origin(1));
        }
        image.finish(&settings).len()
    };
    assert!(with(10) < with(1) + 4096);
}

#[test]
fn settings_decide_what_a_program_is_given() {
    let preopens = |settings: &Settings| {
        let fs = load(&sample(settings)).expect("a good image");
        fs.preopens()
            .into_iter()
            .map(|preopen| preopen.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(preopens(&Settings::default()), ["/"]);
    let none = Settings {
        preopen: Preopening::Nothing,
        ..Settings::default()
    };
    assert!(preopens(&none).is_empty());
    let inside = Settings {
        working_directory: Some("/etc/app".to_owned()),
        ..Settings::default()
    };
    assert_eq!(preopens(&inside), ["/", "/empty", "/etc", "."]);
    let on_a_file = Settings {
        working_directory: Some("/big".to_owned()),
        ..Settings::default()
    };
    assert_eq!(
        load(&sample(&on_a_file)).err(),
        Some(ImageError::WorkingDirectory)
    );
}

#[test]
fn damaged_images_are_refused() {
    let good = sample(&Settings::default());
    assert_eq!(
        load(b"not an image at all").err(),
        Some(ImageError::NotAnImage)
    );
    for len in [9, 79, 80, 200, good.len() - 1] {
        assert_eq!(
            load(&good[..len]).err(),
            Some(ImageError::Truncated),
            "{len}"
        );
    }
    for at in (8..600).step_by(7) {
        let mut damaged = good.clone();
        damaged[at] ^= 0x10;
        assert!(load(&damaged).is_err(), "byte {at}");
    }
    let mut damaged = good.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    let image = Image::parse(Bytes::from(damaged)).expect("the description is good");
    assert!(matches!(image.verify(), Err(ImageError::Content(_))));
}
