//! Sequences of operations that meet: few names, so that paths collide.

use fs_core::{DescriptorFlags, NewTimestamp, OpenFlags, PathFlags, Remove, Timestamp};
use fs_testsuite::model::{Operation, SLOTS, Slot};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

/// Which operations there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    All,
    /// Those that Linux answers alike: see the list of differences in `tests/rules/linux.rs`.
    Linux,
}

pub(crate) fn operations(scope: Scope) -> impl Strategy<Value = Vec<Operation>> {
    let all = (vec(planting(), 10..30), opening(), vec(operation(), 1..80));
    all.prop_map(move |(planting, opening, operations)| {
        let top = ["a", "b"].map(|name| Operation::Mkdir(0, name.to_owned()));
        let all = [top.into(), planting, opening, operations]
            .into_iter()
            .flatten();
        all.filter(|operation| scope == Scope::All || is_linux(operation))
            .collect()
    })
}

/// What makes a tree: at first, `a` and `b` are directories, `c` and `d` are not.
fn planting() -> impl Strategy<Value = Operation> {
    use Operation as O;
    prop_oneof![
        2 => matching("[ab](/[ab])?").prop_map(|path| O::Mkdir(0, path)),
        3 => (file_name(), 1..SLOTS).prop_map(|(path, slot)| create(path, slot)),
        1 => (name(), file_name()).prop_map(|(target, path)| O::Symlink(target, 0, path)),
    ]
}

/// Fills the slots: files first, then directories.
fn opening() -> impl Strategy<Value = Vec<Operation>> {
    let directory = |(path, into)| Operation::Open {
        from: 0,
        at: PathFlags::SYMLINK_FOLLOW,
        path,
        open: OpenFlags::DIRECTORY,
        access: DescriptorFlags::READ,
        into,
    };
    let files = vec(file_name(), FILES.len());
    let directories = vec(matching("[ab]"), SLOTS - FILES.end);
    (files, directories).prop_map(move |(files, directories)| {
        let files = files.into_iter().zip(FILES);
        let files = files.map(|(path, into)| create(path, into));
        let directories = directories.into_iter().zip(FILES.end..SLOTS);
        files.chain(directories.map(directory)).collect()
    })
}

fn create(path: String, into: Slot) -> Operation {
    Operation::Open {
        from: 0,
        at: PathFlags::SYMLINK_FOLLOW,
        path,
        open: OpenFlags::CREATE,
        access: DescriptorFlags::READ | DescriptorFlags::WRITE,
        into,
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    let named = || (slot(), path());
    prop_oneof![
        8 => open(),
        1 => (file(), file()).prop_map(|(from, into)| O::Clone(from, into)),
        1 => file().prop_map(O::Close),
        3 => (slot(), follow(), path()).prop_map(|(slot, at, path)| O::Stat(slot, at, path)),
        2 => (file(), offset(), size()).prop_map(|(slot, at, len)| O::Read(slot, at, len)),
        4 => (file(), place(), size(), 1..=255_u8)
            .prop_map(|(slot, at, len, byte)| O::Write(slot, at, len, byte)),
        2 => (file(), offset()).prop_map(|(slot, size)| O::SetSize(slot, size)),
        1 => (file(), offset(), size())
            .prop_map(|(slot, at, len)| O::Allocate(slot, at, len as u64)),
        1 => (slot(), time(), time()).prop_map(|(slot, a, m)| O::SetTimes(slot, a, m)),
        1 => (slot(), follow(), path(), time())
            .prop_map(|(slot, at, path, time)| O::SetTimesAt(slot, at, path, time)),
        1 => slot().prop_map(O::ReadDir),
        4 => named().prop_map(|(slot, path)| O::Mkdir(slot, path)),
        3 => (path(), slot(), path()).prop_map(|(to, slot, path)| O::Symlink(to, slot, path)),
        1 => named().prop_map(|(slot, path)| O::Readlink(slot, path)),
        4 => (named(), named()).prop_map(|(old, new)| O::Link(PathFlags::empty(), old, new)),
        1 => (follow(), named(), named()).prop_map(|(at, old, new)| O::Link(at, old, new)),
        12 => (named(), named()).prop_map(|(old, new)| O::Rename(old, new)),
        4 => (slot(), path(), select(vec![Remove::File, Remove::Directory]))
            .prop_map(|(slot, path, kind)| O::Remove(slot, path, kind)),
        1 => slot().prop_map(O::Sync),
        1 => (slot(), slot()).prop_map(|(one, two)| O::IsSameObject(one, two)),
    ]
}

fn open() -> impl Strategy<Value = Operation> {
    let (read, write) = (DescriptorFlags::READ, DescriptorFlags::WRITE);
    let flags = prop_oneof![
        Just(OpenFlags::empty()),
        Just(OpenFlags::CREATE),
        (0..16_u8).prop_map(OpenFlags::from_bits_truncate),
    ];
    let any = (
        path(),
        flags,
        select(vec![read, write, read | write]),
        file(),
    );
    let directory = (path(), Just(OpenFlags::DIRECTORY), Just(read), slot());
    let opened = prop_oneof![2 => any, 1 => directory];
    (slot(), follow(), opened).prop_map(|(from, at, (path, open, access, into))| Operation::Open {
        from,
        at,
        path,
        open,
        access,
        into,
    })
}

/// The slots that begin with a file in them; in the others are directories.
const FILES: std::ops::Range<Slot> = 1..4;

/// A slot, for what needs a directory.
fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![4 => Just(0), 4 => FILES.end..SLOTS, 1 => 0..SLOTS]
}

/// A slot, for what needs a file.
fn file() -> impl Strategy<Value = Slot> {
    prop_oneof![8 => FILES, 1 => 0..SLOTS]
}

fn file_name() -> impl Strategy<Value = String> {
    matching("([ab]/)?[cd]")
}

/// A path of names alone.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => matching("([ab]/)?[abcd]"),
        1 => matching("[ab]/[ab]/[abcd]"),
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        40 => name(),
        5 => matching("[abcd]/[abcd]"),
        10 => matching("([ab]/)?[abcd]/"),
        15 => matching("((\\.\\.?|[abcd])/{1,2}){0,4}(\\.\\.?|[abcd])/{0,2}"),
        1 => select(vec!["", "/", "/a", ".", "..", "a\0", "./"]).prop_map(str::to_owned),
        1 => (254..258_usize).prop_map(|len| "n".repeat(len)),
        1 => (2046..2050_usize).prop_map(|count| "./".repeat(count) + "a"),
    ]
}

fn matching(pattern: &str) -> impl Strategy<Value = String> {
    string_regex(pattern).expect("a pattern")
}

fn follow() -> impl Strategy<Value = PathFlags> {
    select(vec![PathFlags::empty(), PathFlags::SYMLINK_FOLLOW])
}

/// Offsets, most of them small, some at the edges of pages, one that no file has.
fn offset() -> impl Strategy<Value = u64> {
    prop_oneof![
        30 => 0..40_u64,
        2 => 65_530..65_540_u64,
        1 => 131_060..131_080_u64,
        1 => Just(1 << 63),
    ]
}

fn place() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![1 => Just(None), 2 => offset().prop_map(Some)]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![30 => 0..40_usize, 1 => 65_530..65_540_usize]
}

fn time() -> impl Strategy<Value = NewTimestamp> {
    let at = NewTimestamp::At(Timestamp(1_234_567_890_123_456_789));
    select(vec![NewTimestamp::NoChange, NewTimestamp::Now, at])
}

fn is_linux(operation: &Operation) -> bool {
    const LAST: u64 = i64::MAX as u64;
    match operation {
        Operation::Open { open, .. } => {
            *open == OpenFlags::DIRECTORY || !open.contains(OpenFlags::DIRECTORY)
        }
        Operation::Link(at, _, _) => at.is_empty(),
        Operation::Symlink(target, _, path) => !target.starts_with('/') && !path.ends_with('/'),
        // Linux looks at numbers before it looks at descriptors.
        Operation::Read(_, offset, _) | Operation::Write(_, Some(offset), _, _) => *offset <= LAST,
        Operation::Allocate(_, offset, len) => *offset <= LAST && *len > 0,
        // Linux answers for a directory as for a file that is open for reading only.
        Operation::SetSize(..) => false,
        _ => true,
    }
}
