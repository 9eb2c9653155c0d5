//! What a file holds: read(2), write(2), ftruncate(2), fallocate(2).

use fs_core::{Descriptor, ErrorCode as E, WriteAt};

use crate::scene::{
    NOFOLLOW, PLAIN, READ, RW, WRITE, empty, file, open, read, read_file, stat, tree, write,
};
use crate::subject::Subject;

/// Sizes around those in which implementations and their wires keep and move bytes.
const SIZES: [usize; 9] = [1, 511, 4095, 4096, 4097, 65_535, 65_536, 65_537, 200_000];

/// Bytes in which no two places are alike for long.
fn pattern(len: usize) -> Vec<u8> {
    let bytes = (0..len as u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8);
    bytes.collect()
}

/// What was written is read, byte for byte, whole and in parts, at any size.
pub fn what_was_written_is_read<S: Subject>(subject: &S) {
    let root = empty(subject);
    for size in SIZES {
        let file = file(&root, &size.to_string());
        let content = pattern(size);
        assert_eq!(write(&file, WriteAt::Offset(0), &content), size as u64);
        assert_eq!(stat(&file).size, size as u64);
        assert!(read(&file, 0, size + 1) == content, "{size} bytes");
        for cut in SIZES.into_iter().filter(|cut| *cut < size) {
            assert!(
                read(&file, cut as u64, 100) == content[cut..size.min(cut + 100)],
                "{size} {cut}"
            );
        }
    }
}

/// Writing into a file changes the bytes written and no others.
pub fn overwriting_changes_nothing_else<S: Subject>(subject: &S) {
    let root = empty(subject);
    let file = file(&root, "file");
    let mut content = pattern(200_000);
    write(&file, WriteAt::Offset(0), &content);
    for at in SIZES.into_iter().filter(|at| *at < 100_000) {
        write(&file, WriteAt::Offset(at as u64), b"new");
        content[at..at + 3].copy_from_slice(b"new");
    }
    assert!(read(&file, 0, 200_001) == content);
}

/// A read ends at the end of the file; at it and beyond, it gives no bytes and no error.
pub fn reading_ends_with_the_file<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = open(&root, "file").expect("a file");
    assert_eq!(read(&file, 2, 100), b"le");
    for offset in [4, 5, 1 << 32, (1 << 62), i64::MAX as u64 - 100] {
        assert_eq!(file.read_at(offset, 100, |_| ()), Ok(0), "{offset}");
    }
    assert_eq!(file.read_at(0, 0, |_| ()), Ok(0));
}

/// Offsets beyond 2^63 - 1 are `Invalid` (`off_t` is signed).
pub fn an_offset_has_63_bits<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    for offset in [1 << 63, (1 << 63) + 1, u64::MAX] {
        assert_eq!(
            file.read_at(offset, 1, |_| ()),
            Err(E::Invalid),
            "read at {offset}"
        );
        let written = file.write_at(WriteAt::Offset(offset), 1, |piece| piece.fill(1));
        assert_eq!(written, Err(E::Invalid), "write at {offset}");
        assert_eq!(file.set_size(offset), Err(E::Invalid), "set size {offset}");
    }
    assert_eq!(read_file(&root, "file"), b"file");
}

/// A file cannot be allocated beyond 2^63 - 1 bytes: `FileTooLarge`, and it stays as it was.
pub fn allocating_has_an_end<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    for (offset, len) in [(i64::MAX as u64 - 5, 10), (1, i64::MAX as u64)] {
        assert_eq!(
            file.allocate(offset, len),
            Err(E::FileTooLarge),
            "{offset} {len}"
        );
    }
    assert_eq!(read_file(&root, "file"), b"file");
}

/// A write that would end beyond 2^63 - 1 is `FileTooLarge`, as the offset itself is good; the file
/// stays as it was.
pub fn writing_has_an_end<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    let written = file.write_at(WriteAt::Offset(i64::MAX as u64), 1, |piece| piece.fill(1));
    assert_eq!(written, Err(E::FileTooLarge));
    assert_eq!(read_file(&root, "file"), b"file");
}

/// What was never written reads as zeros, before and behind what was (lseek(2): holes).
pub fn a_gap_reads_as_zeros<S: Subject>(subject: &S) {
    let root = empty(subject);
    for gap in SIZES {
        let file = file(&root, &gap.to_string());
        assert_eq!(
            write(&file, WriteAt::Offset(gap as u64), b"x"),
            gap as u64 + 1
        );
        let mut expected = vec![0; gap];
        expected.push(b'x');
        assert!(read(&file, 0, gap + 2) == expected, "a gap of {gap}");
    }
}

/// A file may have a byte a terabyte away, and the gap costs nothing.
pub fn a_file_may_be_mostly_gap<S: Subject>(subject: &S) {
    let root = empty(subject);
    let file = file(&root, "file");
    let far = 1 << 40;
    write(&file, WriteAt::Offset(far), b"far");
    assert_eq!(stat(&file).size, far + 3);
    assert_eq!(read(&file, far - 2, 10), b"\0\0far");
    assert_eq!(read(&file, 1 << 39, 4), [0; 4]);
}

/// A write of no bytes changes nothing, wherever it goes (POSIX, write()).
pub fn writing_no_bytes_changes_nothing<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    let before = stat(&file);
    for at in [WriteAt::Offset(0), WriteAt::Offset(100), WriteAt::End] {
        let written = file.write_at(at, 0, |_| ()).expect("nothing to do");
        assert_eq!(written.len, 0, "{at:?}");
    }
    assert_eq!(stat(&file), before);
}

/// An appended piece goes to the end as it is then, whoever moved it, and the answer tells where
/// that is now.
pub fn appending_goes_to_the_end<S: Subject>(subject: &S) {
    let root = empty(subject);
    let (one, two) = (file(&root, "file"), file(&root, "file"));
    assert_eq!(write(&one, WriteAt::End, b"one"), 3);
    assert_eq!(write(&two, WriteAt::End, b"two"), 6);
    one.set_size(8).expect("open for writing");
    assert_eq!(write(&two, WriteAt::End, b"!"), 9);
    assert_eq!(read_file(&root, "file"), b"onetwo\0\0!");
    one.set_size(0).expect("open for writing");
    assert_eq!(write(&two, WriteAt::End, b"again"), 5);
    assert_eq!(read_file(&root, "file"), b"again");
}

/// Many small appends make one large file.
pub fn appends_add_up<S: Subject>(subject: &S) {
    let root = empty(subject);
    let file = file(&root, "file");
    let content = pattern(150_000);
    for piece in content.chunks(777) {
        write(&file, WriteAt::End, piece);
    }
    assert!(read(&file, 0, content.len() + 1) == content);
}

/// Every description sees a write at once, without anything being flushed.
pub fn writes_are_seen_by_all_at_once<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    root.link_at(NOFOLLOW, "file", &root, "other")
        .expect("a free name");
    let (writer, reader) = (file(&root, "file"), open(&root, "other").expect("a file"));
    write(&writer, WriteAt::Offset(1), b"NEW");
    assert_eq!(read(&reader, 0, 10), b"fNEW");
    write(&writer, WriteAt::End, b"er");
    assert_eq!(stat(&reader).size, 6);
    assert_eq!(read(&reader, 0, 10), b"fNEWer");
}

/// Cutting takes bytes away for good: extending again brings zeros (POSIX, ftruncate()).
pub fn what_was_cut_off_does_not_come_back<S: Subject>(subject: &S) {
    let root = empty(subject);
    for size in SIZES {
        let file = file(&root, &size.to_string());
        let content = pattern(size);
        write(&file, WriteAt::Offset(0), &content);
        let kept = size / 2;
        file.set_size(kept as u64).expect("open for writing");
        assert!(read(&file, 0, size) == content[..kept], "{size} cut");
        file.set_size(size as u64 + 10).expect("open for writing");
        let mut expected = content[..kept].to_vec();
        expected.resize(size + 10, 0);
        assert!(read(&file, 0, size + 11) == expected, "{size} extended");
    }
}

/// A write behind a cut leaves zeros between the two.
pub fn a_write_behind_a_cut_leaves_zeros_between<S: Subject>(subject: &S) {
    let root = empty(subject);
    for size in SIZES {
        let file = file(&root, &size.to_string());
        write(&file, WriteAt::Offset(0), &vec![7; size]);
        file.set_size(1).expect("open for writing");
        write(&file, WriteAt::Offset(size as u64), b"x");
        let content = read(&file, 0, size + 2);
        assert_eq!(
            (content[0], content[size]),
            (7.min(content[0]), b'x'),
            "{size}"
        );
        assert!(content[1..size].iter().all(|byte| *byte == 0), "{size}");
    }
}

/// The size set is the size there is; what is there stays, what is new is zeros.
pub fn setting_a_size_cuts_or_extends<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    for (size, content) in [
        (4, &b"file"[..]),
        (6, b"file\0\0"),
        (2, b"fi"),
        (0, b""),
        (3, b"\0\0\0"),
    ] {
        file.set_size(size).expect("open for writing");
        assert_eq!(
            (stat(&file).size, &*read_file(&root, "file")),
            (size, content)
        );
    }
}

/// Allocating makes a file at least as long as what is allocated, with zeros, and never shorter
/// (posix_fallocate(3)).
pub fn allocating_only_ever_extends<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let file = file(&root, "file");
    for (offset, len, size) in [
        (0, 2, 4),
        (0, 100, 100),
        (10, 10, 100),
        (90, 20, 110),
        (110, 1, 111),
    ] {
        assert_eq!(file.allocate(offset, len), Ok(()), "{offset} {len}");
        assert_eq!(stat(&file).size, size, "{offset} {len}");
    }
    assert_eq!(file.allocate(0, 0), Err(E::Invalid));
    let content = read(&file, 0, 200);
    assert_eq!(&content[..4], b"file");
    assert!(content[4..].iter().all(|byte| *byte == 0));
}

/// Reading needs a description that is open for it, writing as well, before anything else is looked
/// at: also for no bytes (POSIX, read(), write()).
pub fn access_is_checked_before_anything_else<S: Subject>(subject: &S) {
    let root = tree(subject, &["file"]);
    let open = |access| {
        root.open_at(NOFOLLOW, "file", PLAIN, access)
            .expect("a file")
    };
    let (readable, writable, both) = (open(READ), open(WRITE), open(RW));
    for len in [0, 1] {
        assert_eq!(writable.read_at(0, len, |_| ()), Err(E::BadDescriptor));
        for at in [WriteAt::End, WriteAt::Offset(0)] {
            let written = readable.write_at(at, len, |piece| piece.fill(0));
            assert_eq!(written, Err(E::BadDescriptor));
        }
    }
    assert_eq!(readable.set_size(0), Err(E::Invalid));
    assert_eq!(readable.allocate(0, 10), Err(E::BadDescriptor));
    write(&writable, WriteAt::Offset(0), b"F");
    assert_eq!(read(&readable, 0, 10), b"File");
    write(&both, WriteAt::Offset(3), b"E");
    assert_eq!(read(&both, 0, 10), b"FilE");
}

/// A directory has no bytes: reading is `IsDirectory`, writing and allocating `BadDescriptor`.
pub fn a_directory_has_no_bytes<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/"]);
    let directory = open(&root, "dir").expect("a directory");
    for len in [0, 1] {
        assert_eq!(directory.read_at(0, len, |_| ()), Err(E::IsDirectory));
        let written = directory.write_at(WriteAt::Offset(0), len, |_| ());
        assert_eq!(written, Err(E::BadDescriptor));
    }
    assert_eq!(directory.allocate(0, 10), Err(E::BadDescriptor));
}

/// A directory has no size to set: `BadDescriptor`, as for every other call that changes bytes.
pub fn the_size_of_a_directory_cannot_be_set<S: Subject>(subject: &S) {
    let root = tree(subject, &["dir/"]);
    let directory = open(&root, "dir").expect("a directory");
    assert_eq!(directory.set_size(0), Err(E::BadDescriptor));
}
