//! What the merger writes: functions that see both memories.
//!
//! An access outside of the application's memory traps.
#![expect(unsafe_code, reason = "the functions are imported")]

use preview1::Ptr;

#[link(wasm_import_module = "glue")]
unsafe extern "C" {
    fn load(to: *mut u8, from: Ptr, len: usize);
    fn store(to: Ptr, from: *const u8, len: usize);

    /// Four bytes of the application, at any alignment.
    pub(crate) safe fn load_u32(from: Ptr) -> u32;
    /// Eight bytes of the application, at any alignment.
    pub(crate) safe fn load_u64(from: Ptr) -> u64;
    /// Sets four bytes of the application, at any alignment.
    pub(crate) safe fn store_u32(to: Ptr, value: u32);
    /// Sets eight bytes of the application, at any alignment.
    pub(crate) safe fn store_u64(to: Ptr, value: u64);
    /// The size of the application's memory in pages of 64 KiB.
    pub(crate) safe fn size() -> u32;
}

/// Copies bytes of the application.
#[inline]
pub(crate) fn copy_from(from: Ptr, into: &mut [u8]) {
    // SAFETY: the function writes to these bytes and no others.
    unsafe { load(into.as_mut_ptr(), from, into.len()) }
}

/// Copies bytes to the application.
#[inline]
pub(crate) fn copy_to(to: Ptr, from: &[u8]) {
    // SAFETY: the function reads these bytes and writes to the other memory only.
    unsafe { store(to, from.as_ptr(), from.len()) }
}
