//! Images: written, read back, damaged.

use bytes::Bytes;
use fs_core::image::{Image, ImageBuilder, ImageError, Origin, Preopening, Settings};
use fs_core::{
    Descriptor, DescriptorFlags, ErrorCode, FileSystem, MemFs, NewTimestamp, OpenFlags, Remove,
    Target, Timestamp, WriteAt,
};
use proptest::prelude::*;

use crate::support::{FOLLOW, Hands, NOFOLLOW, RW, create, names, read_file, write};

const READ: DescriptorFlags = DescriptorFlags::READ;

fn origin(seconds: u64) -> Origin {
    Origin::new(Timestamp(seconds * 1_000_000_000), 0o644)
}

fn sample(settings: &Settings) -> Vec<u8> {
    let mut image = ImageBuilder::new(origin(50));
    image.file("etc/app/config", &b"key=value"[..], origin(60));
    image.file("etc/copy", &b"key=value"[..], origin(61));
    image.file("big", vec![7; 200_000], origin(62));
    image.directory("empty", origin(63));
    image.symlink("link", "etc/app", origin(64));
    image.hard_link("etc/second", "etc/app/config");
    image.hard_link("etc/a", "etc/app/config");
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
fn contents_take_little_more_room_than_they_have_bytes() {
    const FILES: usize = 2_000;
    let mut image = ImageBuilder::new(origin(1));
    let mut content = 0;
    for index in 0..FILES {
        let len = index * 5;
        content += len;
        let bytes: Vec<u8> = (0..len).map(|at| (at * index) as u8).collect();
        image.file(&format!("{index}"), bytes, origin(1));
    }
    let len = image.finish(&Settings::default()).len();
    assert!(len < content + FILES * 256, "{len} for {content}");
}

#[test]
fn contents_keep_away_from_the_start_of_a_block() {
    const LARGE: usize = 300_000;
    let mut image = ImageBuilder::new(origin(1));
    let contents = [600, 900, 3_000, LARGE, 5_000, LARGE + 1, 700].repeat(20);
    let mut contents: Vec<Vec<u8>> = contents.into_iter().map(|len| vec![0; len]).collect();
    for (index, content) in (0_u64..).zip(&mut contents) {
        content[..8].copy_from_slice(&(index | 1 << 63).to_le_bytes());
        image.file(&format!("{index}"), content.clone(), origin(1));
    }
    let image = image.finish(&Settings::default());
    for content in contents {
        let at = image.windows(8).position(|bytes| bytes == &content[..8]);
        let in_block = at.expect("the content") % 4096;
        match content.len() {
            LARGE.. => assert_eq!(in_block, 2048),
            len => assert!((256..=3840).contains(&in_block), "{len}: {in_block}"),
        }
    }
}

#[test]
fn a_hard_link_keeps_the_file_that_it_was_made_of() {
    let mut image = ImageBuilder::new(origin(50));
    image.file("a", &b"1"[..], origin(60));
    image.hard_link("b", "a");
    image.hard_link("c", "b");
    image.file("a", &b"2"[..], origin(60));
    image.retain(|path| path != "b");
    let root = load(&image.finish(&Settings::default()))
        .expect("a good image")
        .root();
    assert_eq!(names(&root), ["a", "c"]);
    assert_eq!(read_file(&root, "a"), b"2");
    assert_eq!(read_file(&root, "c"), b"1");
}

#[test]
fn what_is_left_out_takes_all_below_it_along() {
    let mut image = ImageBuilder::new(origin(50));
    for path in ["a/b/c", "a b/c", "d/e"] {
        image.file(path, &b"1"[..], origin(60));
    }
    image.retain(|path| path != "a");
    let bytes = image.finish(&Settings::default());
    let verified = Image::parse(bytes.clone().into()).and_then(|image| image.verify());
    assert_eq!(verified, Ok(()));
    let root = load(&bytes).expect("a good image").root();
    assert_eq!(names(&root), ["a b", "d"]);
}

#[test]
fn what_is_touched_is_what_paths_lead_over() {
    let image = Image::parse(sample(&Settings::default()).into()).expect("a good image");
    let (fs, touched) = MemFs::recording(Hands::default(), &image).expect("a good image");
    let root = fs.root();
    names(&root);
    assert_eq!(Vec::from_iter(touched.paths()), ["/"]);
    read_file(&root, "link/config");
    root.rename_at("etc/copy", &root, "empty/moved")
        .expect("a file");
    root.remove_at("etc/a", Remove::File).expect("a file");
    create(&root, "empty/new").expect("a free name");
    root.stat_at(NOFOLLOW, "etc/nothing").expect_err("no file");
    let expected = [
        "/",
        "/empty",
        "/etc",
        "/etc/a",
        "/etc/app",
        "/etc/app/config",
        "/etc/copy",
        "/link",
    ];
    assert_eq!(Vec::from_iter(touched.paths()), expected);
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
    let check = |bytes: &[u8]| Image::parse(Bytes::copy_from_slice(bytes))?.verify();
    assert_eq!(check(&good), Ok(()));
    assert_eq!(check(b"not an image at all"), Err(ImageError::NotAnImage));
    for len in [9, 79, 127, 128, 200, 4096, good.len() - 1] {
        assert_eq!(check(&good[..len]), Err(ImageError::Truncated), "{len}");
    }
    for at in 0..good.len().min(8192) {
        let mut damaged = good.clone();
        damaged[at] ^= 0x10;
        assert!(check(&damaged).is_err(), "byte {at}");
    }
    let mut damaged = good.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    assert!(matches!(check(&damaged), Err(ImageError::Content(_))));
}

/// Opens, lists and changes all that a path leads to, a few levels deep.
fn touch_everything(directory: &fs_core::MemDescriptor, depth: usize) {
    let Ok(listing) = directory.read_dir() else {
        return;
    };
    for name in listing.entries.iter().map(|entry| &entry.name) {
        let _ = directory.stat_at(NOFOLLOW, name);
        let _ = directory.readlink_at(name);
        if let Ok(file) = directory.open_at(FOLLOW, name, OpenFlags::empty(), RW) {
            let _ = file.read_at(0, 1 << 20, |_| {});
            let _ = file.write_at(WriteAt::End, 1, |piece| piece.fill(1));
        }
        let below = directory.open_at(NOFOLLOW, name, OpenFlags::DIRECTORY, READ);
        if let (Ok(below), true) = (below, depth > 0) {
            touch_everything(&below, depth - 1);
        }
        let _ = directory.rename_at(name, directory, "moved");
        let _ = directory.remove_at("moved", Remove::File);
        let _ = directory.remove_at("moved", Remove::Directory);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Nobody has to verify an image: what is wrong with it is an error where it is met.
    #[test]
    fn damage_that_was_not_looked_for_harms_nobody(
        damage in prop::collection::vec((128..2000_usize, any::<u8>()), 1..20)
    ) {
        let mut image = sample(&Settings::default());
        for (at, byte) in damage {
            image[at] = byte;
        }
        if let Ok(fs) = load(&image) {
            touch_everything(&fs.root(), 4);
        }
    }
}

/// Makes the checksums of header and metadata right.
fn seal(image: &mut [u8]) {
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut content_at = [0; 8];
    content_at.copy_from_slice(&image[24..32]);
    let end = u64::from_le_bytes(content_at).min(image.len() as u64) as usize;
    let metadata = crc.checksum(image.get(128..end).unwrap_or_default());
    image[84..88].copy_from_slice(&metadata.to_le_bytes());
    let header = crc.checksum(&image[16..128]);
    image[12..16].copy_from_slice(&header.to_le_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Somebody who means it gets the checksums right. What passes for good then is a tree, whatever
    /// it says, that can be used and saved.
    #[test]
    fn an_image_made_to_do_harm_is_refused_or_is_a_tree(
        harm in prop::collection::vec((16..1500_usize, any::<u8>()), 1..8)
    ) {
        let mut image = sample(&Settings::default());
        for (at, byte) in harm {
            image[at] = byte;
        }
        seal(&mut image);
        let Ok(parsed) = Image::parse(image.into()) else {
            return Ok(());
        };
        let is_good = parsed.verify().is_ok();
        let Ok(fs) = MemFs::from_image(Hands::default(), &parsed) else {
            return Ok(());
        };
        if is_good {
            let mut saved = ImageBuilder::new(origin(50));
            saved.tree(&fs.root()).expect("a tree");
            let saved = Image::parse(saved.finish(parsed.settings()).into());
            prop_assert_eq!(saved.and_then(|image| image.verify()), Ok(()));
        }
        touch_everything(&fs.root(), 4);
    }
}

#[test]
fn changes_lie_over_the_image_and_names_keep_their_order() {
    let fs = load(&sample(&Settings::default())).expect("a good image");
    let root = fs.root();
    root.remove_at("big", Remove::File).expect("a file");
    root.rename_at("etc/app", &root, "app")
        .expect("a directory");
    assert_eq!(names(&root), ["empty", "etc", "link", "app"]);
    assert_eq!(read_file(&root, "app/config"), b"key=value");
    create(&root, "big").expect("a free name");
    create(&root, "etc/new").expect("a free name");
    root.rename_at("etc/new", &root, "link")
        .expect("a link to replace");
    assert_eq!(names(&root), ["empty", "etc", "link", "app", "big"]);
    assert_eq!(read_file(&root, "big"), b"");
    for name in ["a", "copy", "second"] {
        let path = format!("etc/{name}");
        root.remove_at(&path, Remove::File).expect("a file");
    }
    let config = root.stat_at(NOFOLLOW, "app/config").expect("its last name");
    assert_eq!(config.link_count, 1);
    root.remove_at("etc", Remove::Directory)
        .expect("an empty directory");
    assert_eq!(
        root.stat_at(NOFOLLOW, "etc").err(),
        Some(ErrorCode::NoEntry)
    );
    assert_eq!(names(&root), ["empty", "link", "app", "big"]);
}

#[test]
fn inodes_count_from_the_start_and_keep_their_numbers() {
    let image = sample(&Settings::default());
    let [one, two] = [(); 2].map(|()| load(&image).expect("a good image"));
    let before = one.usage().inodes;
    let listed = one.root().read_dir().expect("a directory").entries;
    for entry in &listed {
        let stat = two.root().stat_at(NOFOLLOW, &entry.name).expect("listed");
        assert_eq!((stat.ino, stat.file_type), (entry.ino, entry.file_type));
    }
    assert_eq!(two.usage().inodes, before);
    two.root().remove_at("link", Remove::File).expect("a link");
    assert_eq!(two.usage().inodes, before - 1);
}

#[test]
fn a_read_only_mount_takes_no_changes_and_its_surroundings_do() {
    let mut image = ImageBuilder::new(origin(50));
    image.file("ro/dir/file", &b"content"[..], origin(60));
    image.file("rw", &b"content"[..], origin(60));
    image.read_only("ro");
    let fs = load(&image.finish(&Settings::default())).expect("a good image");
    let root = fs.root();
    assert_eq!(create(&root, "ro/new").err(), Some(ErrorCode::ReadOnly));
    let opened = root.open_at(FOLLOW, "ro/dir/file", OpenFlags::empty(), RW);
    assert_eq!(opened.err(), Some(ErrorCode::ReadOnly));
    let linked = root.link_at(NOFOLLOW, "ro/dir/file", &root, "link");
    assert_eq!(linked, Err(ErrorCode::ReadOnly));
    for (from, to) in [
        ("rw", "ro/rw"),
        ("ro/dir/file", "file"),
        ("ro", "moved"),
        ("rw", "ro/dir/file"),
    ] {
        let moved = root.rename_at(from, &root, to);
        assert_eq!(moved, Err(ErrorCode::ReadOnly), "{from} to {to}");
    }
    assert_eq!(read_file(&root, "ro/dir/file"), b"content");
    create(&root, "new").expect("a free name");
}

#[test]
fn a_later_layer_replaces_what_an_earlier_one_had_in_its_way() {
    let mut image = ImageBuilder::new(origin(50));
    image.file("a/b/c", &b"1"[..], origin(60));
    image.file("d", &b"1"[..], origin(60));
    image.file("a/b", &b"2"[..], origin(60));
    image.file("d/e", &b"2"[..], origin(60));
    let bytes = image.finish(&Settings::default());
    let verified = Image::parse(bytes.clone().into()).and_then(|image| image.verify());
    assert_eq!(verified, Ok(()));
    let root = load(&bytes).expect("a good image").root();
    assert_eq!(read_file(&root, "a/b"), b"2");
    assert_eq!(read_file(&root, "d/e"), b"2");
}

#[test]
fn a_file_system_is_saved_as_it_is() {
    let root = load(&sample(&Settings::default()))
        .expect("a good image")
        .root();
    let file = create(&root, "empty/new").expect("a free name");
    write(&file, WriteAt::Offset(70_000), b"sparse");
    let access = NewTimestamp::At(Timestamp(5_000_000_000));
    file.set_times_at(Target::This, access, NewTimestamp::NoChange)
        .expect("a time");
    root.remove_at("etc/copy", Remove::File).expect("a file");
    let mut saved = ImageBuilder::new(origin(50));
    saved.tree(&root).expect("room");
    let saved = saved.finish(&Settings::default());
    let again = load(&saved).expect("a good image").root();
    assert_eq!(
        names(
            &again
                .open_at(FOLLOW, "etc", OpenFlags::DIRECTORY, READ)
                .expect("there")
        ),
        ["a", "app", "second"]
    );
    let times = |root: &fs_core::MemDescriptor, path| {
        let stat = root.stat_at(NOFOLLOW, path).expect("there");
        (stat.access, stat.modification, stat.change)
    };
    for path in ["empty/new", "empty", "link", "etc/app/config"] {
        assert_eq!(times(&again, path), times(&root, path), "{path}");
    }
    assert_eq!(
        read_file(&again, "empty/new"),
        read_file(&root, "empty/new")
    );
    let stat = again.stat_at(NOFOLLOW, "etc/second").expect("a hard link");
    assert_eq!(
        (stat.link_count, stat.modification),
        (3, origin(60).modification)
    );
    let mut twice = ImageBuilder::new(origin(50));
    twice.tree(&again).expect("room");
    assert_eq!(twice.finish(&Settings::default()), saved);
}
