//! The file system in memory is the model, whatever is done to whatever path.

use arbitrary::{Result, Unstructured};
use fs_core::{DescriptorFlags, Limits, NewTimestamp, OpenFlags, PathFlags, Remove, Timestamp};
use fs_testsuite::model::{Operation, SLOTS, Slot, compare};

use crate::memory_files;

/// The model is slow, and what needs more operations than this is rare.
const MAX_OPERATIONS: usize = 48;

/// Runs the operations that `data` stands for on the file system in memory and on the model of
/// `fs-testsuite`.
///
/// # Panics
/// If the two differ.
pub fn paths(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let mut operations = Vec::new();
    while !data.is_empty() && operations.len() < MAX_OPERATIONS {
        let Ok(operation) = operation(&mut data) else {
            break;
        };
        operations.push(operation);
    }
    let root = memory_files::empty(Limits::default()).root();
    if let Err(difference) = compare(root, &operations) {
        panic!("{difference}");
    }
}

fn operation(data: &mut Unstructured<'_>) -> Result<Operation> {
    Ok(match data.int_in_range(0..=19_u8)? {
        0 => Operation::Mkdir(slot(data)?, path(data)?),
        1 | 2 => Operation::Symlink(path(data)?, slot(data)?, path(data)?),
        3 => Operation::Rename(place(data)?, place(data)?),
        4 => Operation::Link(follow(data)?, place(data)?, place(data)?),
        5 => Operation::Remove(slot(data)?, path(data)?, remove(data)?),
        6 => Operation::Stat(slot(data)?, follow(data)?, path(data)?),
        7 => Operation::Readlink(slot(data)?, path(data)?),
        8 => Operation::ReadDir(slot(data)?),
        9 => Operation::Clone(slot(data)?, slot(data)?),
        10 => Operation::Close(slot(data)?),
        11 => Operation::Read(slot(data)?, offset(data)?, size(data)?),
        12 => {
            let offset = if data.arbitrary()? {
                Some(offset(data)?)
            } else {
                None
            };
            Operation::Write(slot(data)?, offset, size(data)?, data.arbitrary()?)
        }
        13 => Operation::SetSize(slot(data)?, size(data)? as u64),
        14 => Operation::Allocate(slot(data)?, offset(data)?, size(data)? as u64),
        15 => Operation::SetTimes(slot(data)?, time(data)?, time(data)?),
        16 => Operation::SetTimesAt(slot(data)?, follow(data)?, path(data)?, time(data)?),
        17 => Operation::IsSameObject(slot(data)?, slot(data)?),
        _ => Operation::Open {
            from: slot(data)?,
            at: follow(data)?,
            path: path(data)?,
            open: OpenFlags::from_bits_truncate(data.arbitrary()?),
            access: access(data)?,
            into: slot(data)?,
        },
    })
}

fn slot(data: &mut Unstructured<'_>) -> Result<Slot> {
    data.int_in_range(0..=SLOTS - 1)
}

fn place(data: &mut Unstructured<'_>) -> Result<(Slot, String)> {
    Ok((slot(data)?, path(data)?))
}

/// A path of few names, so that they meet, with everything in it that the walker looks for.
fn path(data: &mut Unstructured<'_>) -> Result<String> {
    let mut path = String::new();
    for _ in 0..data.int_in_range(0..=6_u8)? {
        match data.int_in_range(0..=15_u8)? {
            0..=2 => path += "a/",
            3 | 4 => path += "b/",
            5 => path += "c",
            6 => path += "../",
            7 => path += "./",
            8 => path += "..",
            9 => path += "/",
            10 => path += &"n".repeat(data.int_in_range(253..=256)?),
            11 => path += &"./".repeat(data.int_in_range(2040..=2049)?),
            12 => path += "\0",
            13 => path += data.arbitrary::<&str>()?,
            _ => path += "d",
        }
    }
    Ok(path)
}

fn follow(data: &mut Unstructured<'_>) -> Result<PathFlags> {
    Ok(if data.arbitrary()? {
        PathFlags::SYMLINK_FOLLOW
    } else {
        PathFlags::empty()
    })
}

fn remove(data: &mut Unstructured<'_>) -> Result<Remove> {
    Ok(if data.arbitrary()? {
        Remove::File
    } else {
        Remove::Directory
    })
}

fn access(data: &mut Unstructured<'_>) -> Result<DescriptorFlags> {
    let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
    Ok(*data.choose(&[
        both,
        DescriptorFlags::READ,
        DescriptorFlags::WRITE,
        DescriptorFlags::empty(),
    ])?)
}

/// Offsets, most of them small, some at the edges of pages, some that no file has. What the model
/// would have to hold in memory is left out.
fn offset(data: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match data.int_in_range(0..=7_u8)? {
        0 => 65_536 - 4 + data.int_in_range(0..=8)?,
        1 => 131_072 - 4 + data.int_in_range(0..=8)?,
        2 => (1 << 63) + data.int_in_range(0..=8)?,
        _ => data.int_in_range(0..=64)?,
    })
}

fn size(data: &mut Unstructured<'_>) -> Result<usize> {
    Ok(match data.int_in_range(0..=7_u8)? {
        0 => 65_536 - 4 + data.int_in_range(0..=8)?,
        _ => data.int_in_range(0..=64)?,
    })
}

fn time(data: &mut Unstructured<'_>) -> Result<NewTimestamp> {
    Ok(match data.int_in_range(0..=2_u8)? {
        0 => NewTimestamp::NoChange,
        1 => NewTimestamp::Now,
        _ => NewTimestamp::At(Timestamp(data.arbitrary()?)),
    })
}
