//! No arguments of preview 1 calls do harm: none panics, and one that fails leaves the memory alone.

mod world;

use arbitrary::Unstructured;
use fs_core::{Limits, MemFs};
use preview1::{Fd, Preview1, Ptr, for_each_function};

use crate::memory_files;
use world::World;

/// The longest memory that `data` can ask for, in bytes; a short one has more that lies outside.
const MAX_MEMORY: usize = 0x2000;
const MAX_CALLS: usize = 64;
const MAX_FD: u32 = 24;
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    inodes: 64,
};

/// Fills a memory from `data` and makes the calls that the rest stands for; before a call, words of
/// the memory may be set, so that lists of buffers overlap, stick out, or lie in themselves.
///
/// # Panics
/// If a call that fails has changed the memory, if the file system holds more than it may, and with
/// whatever panics below.
pub fn calls(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(mut memory) = memory(&mut data) else {
        return;
    };
    let files = files();
    let mut program = Preview1::with_fd_limit(&files, World::default(), MAX_FD);
    for _ in 0..MAX_CALLS {
        if data.is_empty() || call(&mut program, &mut memory, &mut data).is_err() {
            break;
        }
    }
    let usage = files.usage();
    assert!(usage.bytes <= LIMITS.bytes && usage.inodes <= LIMITS.inodes);
}

type Program = Preview1<MemFs, World>;

fn files() -> MemFs {
    use fs_core::{Descriptor, DescriptorFlags, OpenFlags, PathFlags, WriteAt};

    let files = memory_files::empty(LIMITS);
    let root = files.root();
    let plant = || {
        root.create_directory_at("a")?;
        root.symlink_at("a", "l")?;
        let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
        for path in ["f", "a/f"] {
            let file = root.open_at(PathFlags::empty(), path, OpenFlags::CREATE, both)?;
            file.write_at(WriteAt::Offset(0), 100, |piece| piece.fill(b'f'))?;
        }
        fs_core::Result::Ok(())
    };
    plant().expect("there is room");
    files
}

fn memory(data: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let len = data.int_in_range(0..=MAX_MEMORY)?;
    let pattern_len = data.int_in_range(0..=512_usize)?.min(data.len());
    let pattern = data.bytes(pattern_len)?;
    let repeated = pattern.iter().copied().cycle().take(len);
    let mut memory: Vec<u8> = repeated.collect();
    memory.resize(len, 0);
    Ok(memory)
}

/// A value of a parameter: mostly one that gets somewhere, sometimes any.
trait Argument: Sized {
    fn of(data: &mut Unstructured<'_>, memory: usize) -> arbitrary::Result<Self>;
}

impl Argument for u32 {
    fn of(data: &mut Unstructured<'_>, memory: usize) -> arbitrary::Result<Self> {
        Ok(match data.int_in_range(0..=7_u8)? {
            0..=3 => data.int_in_range(0..=15)?,
            4 => data.int_in_range(0..=memory as u32 + 16)?,
            5 => u32::MAX - data.int_in_range(0..=15)?,
            // So many records of 8 or 48 bytes that their length wraps around.
            6 => *data.choose(&[1 << 29, 1 << 31, u32::MAX / 48 + 1, 1024, 1025])?,
            _ => data.arbitrary()?,
        })
    }
}

impl Argument for u64 {
    fn of(data: &mut Unstructured<'_>, _: usize) -> arbitrary::Result<Self> {
        Ok(match data.int_in_range(0..=7_u8)? {
            0..=3 => data.int_in_range(0..=1 << 10)?,
            4 => (1 << 63) - data.int_in_range(0..=15)?,
            5 => u64::MAX - data.int_in_range(0..=15)?,
            6 => 1 << data.int_in_range(0..=63)?,
            _ => data.arbitrary()?,
        })
    }
}

impl Argument for i64 {
    fn of(data: &mut Unstructured<'_>, memory: usize) -> arbitrary::Result<Self> {
        Ok(u64::of(data, memory)?.cast_signed())
    }
}

impl Argument for Fd {
    fn of(data: &mut Unstructured<'_>, _: usize) -> arbitrary::Result<Self> {
        Ok(Self(match data.int_in_range(0..=7_u8)? {
            0..=2 => 3,
            3..=6 => data.int_in_range(0..=MAX_FD)?,
            _ => data.arbitrary()?,
        }))
    }
}

impl Argument for Ptr {
    fn of(data: &mut Unstructured<'_>, memory: usize) -> arbitrary::Result<Self> {
        let memory = memory as u32;
        Ok(Self(match data.int_in_range(0..=7_u8)? {
            0..=4 => data.int_in_range(0..=memory)?,
            5 => (memory + 16).saturating_sub(data.int_in_range(0..=64)?),
            6 => u32::MAX - data.int_in_range(0..=64)?,
            _ => data.arbitrary()?,
        }))
    }
}

/// Sets up to three words of the memory, then makes a call.
fn call(
    program: &mut Program,
    memory: &mut [u8],
    data: &mut Unstructured<'_>,
) -> arbitrary::Result<()> {
    for _ in 0..data.int_in_range(0..=3_u8)? {
        let at = Ptr::of(data, memory.len())?.0 as usize;
        let value = u32::of(data, memory.len())?;
        if let Some(word) = memory.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *word = value.to_le_bytes();
        }
    }
    let before = memory.to_vec();
    let function = data.int_in_range(0..=FUNCTIONS.len() - 1)?;
    if let Err(error) = call_function(FUNCTIONS[function], program, memory, data)? {
        let name = FUNCTIONS[function];
        assert!(*memory == before, "{name} failed with {error:?}");
    }
    Ok(())
}

macro_rules! functions {
    (
        answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
        ending { $exit:ident($code:ident: $code_type:ty); }
    ) => {
        const FUNCTIONS: &[&str] = &[$(stringify!($name),)* stringify!($exit)];

        fn call_function(
            function: &str,
            program: &mut Program,
            memory: &mut [u8],
            data: &mut Unstructured<'_>,
        ) -> arbitrary::Result<preview1::Result> {
            let len = memory.len();
            let mut memory = memory;
            Ok(match function {
                $(stringify!($name) => {
                    $(let $parameter = <$type>::of(data, len)?;)*
                    program.$name(&mut memory, $($parameter),*)
                })*
                stringify!($exit) => {
                    let code = <$code_type>::of(data, len)?;
                    assert_eq!(program.$exit(&mut memory, code), code);
                    Ok(())
                }
                _ => unreachable!("{function} is not in the list"),
            })
        }
    };
}
for_each_function!(functions);
