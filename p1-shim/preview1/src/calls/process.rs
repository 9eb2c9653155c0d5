//! The program itself: what it was started with, random bytes, its end.

use fs_core::FileSystem;

use crate::errno::{Errno, Result};
use crate::memory::{GuestMemory, GuestRange, Ptr};
use crate::outside::{Outside, Strings};
use crate::preview1::Preview1;

impl<F: FileSystem, O: Outside> Preview1<F, O> {
    /// The arguments, the program's name first.
    ///
    /// # Errors
    /// `FAULT`.
    pub fn args_get(&mut self, memory: &mut impl GuestMemory, argv: Ptr, argv_buf: Ptr) -> Result {
        self.outside
            .strings_get(memory, Strings::Arguments, argv, argv_buf)
    }

    /// The number of arguments, and their bytes with one NUL each.
    ///
    /// # Errors
    /// `FAULT`.
    pub fn args_sizes_get(
        &mut self,
        memory: &mut impl GuestMemory,
        argc: Ptr,
        argv_buf_size: Ptr,
    ) -> Result {
        self.strings_sizes(memory, Strings::Arguments, argc, argv_buf_size)
    }

    /// The environment, as `NAME=VALUE`.
    ///
    /// # Errors
    /// `FAULT`.
    pub fn environ_get(
        &mut self,
        memory: &mut impl GuestMemory,
        environ: Ptr,
        environ_buf: Ptr,
    ) -> Result {
        let environment = Strings::Environment;
        let Some(variable) = &self.variable else {
            return self
                .outside
                .strings_get(memory, environment, environ, environ_buf);
        };
        // The guest's buffers have room for more than these eight bytes until they are filled.
        let count = GuestRange::check(memory, environ, 4)?;
        let bytes = GuestRange::check(memory, environ_buf, 4)?;
        self.outside
            .strings_sizes(memory, environment, count, bytes)?;
        let last = behind(environ, u64::from(memory.load_u32(count)) * 4)?;
        let string = behind(environ_buf, u64::from(memory.load_u32(bytes)))?;
        let pointer = GuestRange::check(memory, last, 4)?;
        let text = GuestRange::check(memory, string, variable.len() as u32)?;
        self.outside
            .strings_get(memory, environment, environ, environ_buf)?;
        memory.write(text, variable);
        memory.store_u32(pointer, string.0);
        Ok(())
    }

    /// The number of environment variables, and their bytes with one NUL each.
    ///
    /// # Errors
    /// `FAULT`.
    pub fn environ_sizes_get(
        &mut self,
        memory: &mut impl GuestMemory,
        count: Ptr,
        environ_buf_size: Ptr,
    ) -> Result {
        self.strings_sizes(memory, Strings::Environment, count, environ_buf_size)?;
        if let Some(variable) = &self.variable {
            let count = GuestRange::check(memory, count, 4)?;
            let bytes = GuestRange::check(memory, environ_buf_size, 4)?;
            let (counted, sized) = (memory.load_u32(count), memory.load_u32(bytes));
            memory.store_u32(count, counted.saturating_add(1));
            memory.store_u32(bytes, sized.saturating_add(variable.len() as u32));
        }
        Ok(())
    }

    /// Fills a buffer with random bytes. No bytes are fine at any pointer.
    ///
    /// # Errors
    /// `FAULT`.
    pub fn random_get(&mut self, memory: &mut impl GuestMemory, buf: Ptr, buf_len: u32) -> Result {
        if buf_len == 0 {
            return Ok(());
        }
        let bytes = GuestRange::check(memory, buf, buf_len)?;
        self.outside.random(memory, bytes)
    }

    /// Lets others run.
    ///
    /// # Errors
    /// Those of the outside.
    pub fn sched_yield(&mut self, _memory: &mut impl GuestMemory) -> Result {
        self.outside.sched_yield()
    }

    /// Ends the program with exactly this code.
    pub fn proc_exit(&mut self, _memory: &mut impl GuestMemory, rval: u32) -> O::Exited {
        self.outside.exit(rval)
    }

    /// Refuses: there are no signals.
    ///
    /// # Errors
    /// `NOSYS`.
    pub fn proc_raise(&mut self, _memory: &mut impl GuestMemory, _sig: u32) -> Result {
        Err(Errno::NOSYS)
    }

    fn strings_sizes(
        &mut self,
        memory: &mut impl GuestMemory,
        which: Strings,
        count: Ptr,
        bytes: Ptr,
    ) -> Result {
        let count = GuestRange::check(memory, count, 4)?;
        let bytes = GuestRange::check(memory, bytes, 4)?;
        self.outside.strings_sizes(memory, which, count, bytes)
    }
}

/// The place `len` bytes behind a pointer.
///
/// # Errors
/// `FAULT`: there is none.
fn behind(pointer: Ptr, len: u64) -> Result<Ptr> {
    let place = u64::from(pointer.0) + len;
    u32::try_from(place).map(Ptr).map_err(|_| Errno::FAULT)
}
