//! The one program in a merged module.
#![expect(unsafe_code, reason = "the exported functions share a static")]

use core::cell::UnsafeCell;

use fs_core::{FileSystem, MemFs};
use preview1::{Outside, Preview1};

use crate::file_clock::FileClock;

/// What preview 1 knows of the application, made at its first call: a start section may call
/// before `_start`.
pub struct Program<F: FileSystem, O> {
    start: fn() -> Preview1<F, O>,
    preview1: UnsafeCell<Option<Preview1<F, O>>>,
}

// SAFETY: without the atomics feature a module has one thread.
unsafe impl<F: FileSystem, O> Sync for Program<F, O> {}

impl<F: FileSystem, O: Outside> Program<F, O> {
    /// A program that has not called yet, and is as `start` says when it does.
    pub const fn new(start: fn() -> Preview1<F, O>) -> Self {
        Self {
            start,
            preview1: UnsafeCell::new(None),
        }
    }

    /// Makes one call.
    #[inline]
    pub fn call<R>(&self, call: impl FnOnce(&mut Preview1<F, O>) -> R) -> R {
        // SAFETY: calls do not nest. Nothing of the application runs during one, and hosts do not
        // call the application while it calls them: the component model forbids it, and no host
        // function of preview 1 takes a callback. A call that a trap has cut off never goes on.
        let preview1 = unsafe { &mut *self.preview1.get() };
        call(preview1.get_or_insert_with(self.start))
    }
}

/// A program with the files that were embedded in the shim, which get their times from `clock`.
#[cold]
#[inline(never)]
pub fn with_embedded_files<O: Outside + Default>(clock: &'static FileClock) -> Preview1<MemFs, O> {
    let (files, settings) =
        embedded::file_system(clock).expect("the merger embeds images of this version");
    let program = Preview1::new(&files, O::default());
    match settings.working_directory {
        Some(directory) => program.working_directory(&directory),
        None => program,
    }
}
