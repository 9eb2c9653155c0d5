//! Arguments and environment, for an outside that has them in memory of its own.

use crate::errno::{Errno, Result};
use crate::memory::{GuestMemory, GuestRange, Ptr};

/// Stores how many strings there are, and how many bytes they take with one NUL each.
///
/// # Errors
/// `OVERFLOW`: more than 4 GiB of them.
pub fn store_sizes(
    memory: &mut impl GuestMemory,
    strings: &[impl AsRef<[u8]>],
    count: GuestRange,
    bytes: GuestRange,
) -> Result {
    let sizes = Sizes::of(strings)?;
    memory.store_u32(count, sizes.count);
    memory.store_u32(bytes, sizes.bytes);
    Ok(())
}

/// Stores the strings at `bytes`, each ended by a NUL, and pointers to them at `pointers`.
///
/// # Errors
/// `OVERFLOW`, as [`store_sizes`]; `FAULT`, before anything is written.
pub fn store_strings(
    memory: &mut impl GuestMemory,
    strings: &[impl AsRef<[u8]>],
    pointers: Ptr,
    bytes: Ptr,
) -> Result {
    let sizes = Sizes::of(strings)?;
    let mut pointers = GuestRange::check_array(memory, pointers, sizes.count, 4)?;
    let mut bytes = GuestRange::check(memory, bytes, sizes.bytes)?;
    for string in strings {
        pointers.put(memory, &bytes.start().0.to_le_bytes());
        bytes.put(memory, string.as_ref());
        bytes.put(memory, &[0]);
    }
    Ok(())
}

struct Sizes {
    count: u32,
    bytes: u32,
}

impl Sizes {
    fn of(strings: &[impl AsRef<[u8]>]) -> Result<Self> {
        let bytes: u64 = strings
            .iter()
            .map(|string| string.as_ref().len() as u64 + 1)
            .sum();
        Ok(Self {
            count: u32::try_from(strings.len()).map_err(|_| Errno::OVERFLOW)?,
            bytes: u32::try_from(bytes).map_err(|_| Errno::OVERFLOW)?,
        })
    }
}
