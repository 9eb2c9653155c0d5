//! How an object is cut into the requests that upload it.
//!
//! The limits are S3's: parts of 5 MiB to 5 GiB but for the last, 10,000 of them, 5 GiB in one
//! PUT. Parts of ours are of one size where nothing is copied, as some stores demand that.

use std::ops::Range;

/// The least that a part may have, but for the last one.
pub const MIN_PART: u64 = 5 << 20;

/// The size of a part, unless the object is too large for it.
pub const PART: u64 = 16 << 20;

/// The most that one part may have.
pub const MAX_PART: u64 = 5 << 30;

/// The most parts of one object.
pub const MAX_PARTS: u64 = 10_000;

/// The size above which an object is uploaded in parts.
pub const MAX_WHOLE: u64 = PART;

/// The largest object: 5 TiB.
pub const MAX_OBJECT: u64 = 5 << 40;

/// An object is larger than S3 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{size} bytes are more than the {MAX_OBJECT} that an object may have")]
pub struct TooLarge {
    /// The size asked for.
    pub size: u64,
}

/// How an object gets to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upload {
    /// In one PUT.
    Whole,
    /// In parts, numbered from 1, without gaps.
    Parts(Vec<Part>),
}

/// One part of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes of the object.
    pub range: Range<u64>,
    /// Where they come from.
    pub source: Source,
}

/// Where the bytes of a part come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The file system.
    Local,
    /// The same range of the version in the store.
    Remote,
}

/// Plans the upload of a new object.
///
/// # Errors
/// [`TooLarge`].
pub fn plan(size: u64) -> Result<Upload, TooLarge> {
    plan_edit(size, 0, &[])
}

/// Plans the upload of an object of which the store has an earlier version of `base` bytes, and
/// `dirty` ranges, ascending and apart, are no longer what that version holds. Bytes from `base`
/// on are always local.
///
/// # Errors
/// [`TooLarge`].
pub fn plan_edit(size: u64, base: u64, dirty: &[Range<u64>]) -> Result<Upload, TooLarge> {
    if size > MAX_OBJECT {
        return Err(TooLarge { size });
    }
    if size <= MAX_WHOLE {
        return Ok(Upload::Whole);
    }
    let len = part_len(size);
    let ranges = (0..size.div_ceil(len)).map(|index| index * len..size.min((index + 1) * len));
    let mut next = dirty.iter().peekable();
    let parts = ranges.map(|range| {
        while next.next_if(|dirty| dirty.end <= range.start).is_some() {}
        let is_dirty = next.peek().is_some_and(|dirty| dirty.start < range.end);
        let source = if is_dirty || range.end > base {
            Source::Local
        } else {
            Source::Remote
        };
        Part { range, source }
    });
    Ok(Upload::Parts(parts.collect()))
}

/// The size of all parts but the last: a multiple of a MiB.
fn part_len(size: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    // A tenth of the numbers stays free.
    let needed = size.div_ceil(MAX_PARTS / 10 * 9);
    needed.next_multiple_of(MIB).max(PART)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    fn parts(upload: Result<Upload, TooLarge>) -> Vec<Part> {
        match upload {
            Ok(Upload::Parts(parts)) => parts,
            other => panic!("no parts: {other:?}"),
        }
    }

    #[test]
    fn small_objects_go_whole_and_large_ones_in_parts_of_one_size() {
        // Size, number of parts, size of all but the last, size of the last.
        for (size, count, len, last) in [
            (16 * MIB + 1, 2, 16 * MIB, 1),
            (32 * MIB, 2, 16 * MIB, 16 * MIB),
            (140 * GIB, 8960, 16 * MIB, 16 * MIB),
            (141 * GIB, 8494, 17 * MIB, 3 * MIB),
            (MAX_OBJECT, 8993, 583 * MIB, 544 * MIB),
        ] {
            let parts = parts(plan(size));
            let lens: Vec<u64> = parts
                .iter()
                .map(|part| part.range.end - part.range.start)
                .collect();
            let found = (lens.len(), lens[0], lens[lens.len() - 1]);
            assert_eq!(found, (count, len, last), "{size}");
        }
        for size in [0, 1, MIN_PART, 16 * MIB] {
            assert_eq!(plan(size), Ok(Upload::Whole), "{size}");
        }
        let size = MAX_OBJECT + 1;
        assert_eq!(plan(size), Err(TooLarge { size }));
    }

    #[test]
    fn an_edit_uploads_the_parts_it_touches() {
        for (size, base, dirty, local) in [
            (GIB, GIB, vec![Range { start: 0, end: 1 }], vec![0]),
            (
                GIB,
                GIB,
                vec![16 * MIB - 1..16 * MIB + 1, GIB - 1..GIB],
                vec![0, 1, 63],
            ),
            // Appended to: the part that held the end, and the new ones.
            (GIB + 1, GIB - 1, vec![], vec![63, 64]),
            // Cut: the last part is shorter than it was, and still what the store has.
            (GIB - 1, GIB, vec![], vec![]),
            (GIB, 0, vec![], (0..64).collect()),
        ] {
            let parts = parts(plan_edit(size, base, &dirty));
            let is_local = |part: &&usize| parts[**part].source == Source::Local;
            let indices: Vec<usize> = (0..parts.len()).collect();
            let found: Vec<usize> = indices.iter().filter(is_local).copied().collect();
            assert_eq!(found, local, "{size} {base} {dirty:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_cover_the_object_within_the_limits(size in MAX_WHOLE + 1..=MAX_OBJECT) {
            let parts = parts(plan(size));
            prop_assert!(parts.len() as u64 <= MAX_PARTS);
            let mut at = 0;
            for (index, part) in parts.iter().enumerate() {
                let len = part.range.end - part.range.start;
                prop_assert_eq!(part.range.start, at);
                prop_assert!(len > 0 && len <= MAX_PART);
                prop_assert!(len >= MIN_PART || index + 1 == parts.len());
                at = part.range.end;
            }
            prop_assert_eq!(at, size);
        }
    }
}
