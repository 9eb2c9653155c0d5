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
    /// Those that Linux answers alike: see the list of differences in `tests/linux.rs`.
    Linux,
}

pub(crate) fn operations(scope: Scope) -> impl Strategy<Value = Vec<Operation>> {
    vec(operation(), 1..80).prop_map(move |mut operations| {
        operations.retain(|operation| scope == Scope::All || is_linux(operation));
        operations
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation as O;
    let named = || (slot(), path());
    prop_oneof![
        8 => open(),
        1 => (slot(), slot()).prop_map(|(from, into)| O::Clone(from, into)),
        1 => slot().prop_map(O::Close),
        3 => (slot(), follow(), path()).prop_map(|(slot, at, path)| O::Stat(slot, at, path)),
        2 => (slot(), offset(), size()).prop_map(|(slot, at, len)| O::Read(slot, at, len)),
        3 => (slot(), place(), size(), 1..=255_u8)
            .prop_map(|(slot, at, len, byte)| O::Write(slot, at, len, byte)),
        1 => (slot(), offset()).prop_map(|(slot, size)| O::SetSize(slot, size)),
        1 => (slot(), offset(), size())
            .prop_map(|(slot, at, len)| O::Allocate(slot, at, len as u64)),
        1 => (slot(), time(), time()).prop_map(|(slot, a, m)| O::SetTimes(slot, a, m)),
        1 => (slot(), follow(), path(), time())
            .prop_map(|(slot, at, path, time)| O::SetTimesAt(slot, at, path, time)),
        1 => slot().prop_map(O::ReadDir),
        6 => named().prop_map(|(slot, path)| O::Mkdir(slot, path)),
        5 => (path(), slot(), path()).prop_map(|(to, slot, path)| O::Symlink(to, slot, path)),
        1 => named().prop_map(|(slot, path)| O::Readlink(slot, path)),
        3 => (follow(), named(), named()).prop_map(|(at, old, new)| O::Link(at, old, new)),
        9 => (named(), named()).prop_map(|(old, new)| O::Rename(old, new)),
        3 => (slot(), path(), select(vec![Remove::File, Remove::Directory]))
            .prop_map(|(slot, path, kind)| O::Remove(slot, path, kind)),
        1 => slot().prop_map(O::Sync),
        1 => (slot(), slot()).prop_map(|(one, two)| O::IsSameObject(one, two)),
    ]
}

fn open() -> impl Strategy<Value = Operation> {
    let (read, write) = (DescriptorFlags::READ, DescriptorFlags::WRITE);
    let flags = prop_oneof![
        3 => Just(OpenFlags::empty()),
        3 => Just(OpenFlags::CREATE),
        2 => (0..16_u8).prop_map(OpenFlags::from_bits_truncate),
    ];
    let access = select(vec![read, write, read | write]);
    let all = (slot(), follow(), path(), flags, access, slot());
    all.prop_map(|(from, at, path, open, access, into)| Operation::Open {
        from,
        at,
        path,
        open,
        access,
        into,
    })
}

fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![2 => Just(0), 3 => 0..SLOTS]
}

fn path() -> impl Strategy<Value = String> {
    let regex = |pattern| string_regex(pattern).expect("a pattern");
    prop_oneof![
        20 => regex("[abcd]"),
        20 => regex("([abcd]|[abc]/[abcd]|[abc]/[ab]/[ab])/?"),
        6 => regex("((\\.\\.?|[abcd])/{1,2}){0,4}(\\.\\.?|[abcd])/{0,2}"),
        1 => select(vec!["", "/", "/a", ".", "..", "a\0", "./"]).prop_map(str::to_owned),
        1 => (254..258_usize).prop_map(|len| "n".repeat(len)),
        1 => (2046..2050_usize).prop_map(|count| "./".repeat(count) + "a"),
    ]
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
    let is_odd = |path: &str| path.len() > 255 || path.contains('\0');
    match operation {
        Operation::Open { open, .. } => {
            *open == OpenFlags::DIRECTORY || !open.contains(OpenFlags::DIRECTORY)
        }
        // Linux looks at the length of the old name after the way to the new one.
        Operation::Rename((_, old), (_, new)) => !is_odd(old) && !is_odd(new),
        Operation::Link(at, _, _) => at.is_empty(),
        Operation::Symlink(target, _, path) => !target.starts_with('/') && !path.ends_with('/'),
        // Linux looks at numbers before it looks at descriptors.
        Operation::Read(_, offset, _) | Operation::Write(_, Some(offset), _, _) => *offset <= LAST,
        Operation::Allocate(_, offset, len) => *offset <= LAST && *len > 0,
        Operation::SetSize(..) => false,
        _ => true,
    }
}
