//! `wasi_snapshot_preview1` for unmodified core modules.

use std::sync::Arc;

use fs_core::FileSystem;
use preview1::{Errno, Fd, Parameter, Ptr};
use wasmtime::{AsContextMut, Caller, Extern, Linker};

use crate::context::VfsCtx;
use crate::epoch::Epoch;

/// The name of the import module.
pub const MODULE: &str = "wasi_snapshot_preview1";

macro_rules! define_functions {
    (
        answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
        ending { $exit:ident($code:ident: $code_type:ty); }
    ) => {
        /// Defines all functions of preview 1. `get` finds the guest in the data of its store.
        ///
        /// Guest memory is what the calling instance exports as `memory`. The functions run on the
        /// guest's thread; one that waits looks at the epoch meanwhile. For that the store must
        /// be one that is called synchronously.
        ///
        /// # Errors
        /// A function of that name is defined already.
        pub fn add_to_linker<T, F, G>(linker: &mut Linker<T>, get: G) -> wasmtime::Result<()>
        where
            T: 'static,
            F: FileSystem + 'static,
            G: Fn(&mut T) -> &mut VfsCtx<F> + Copy + Send + Sync + 'static,
        {
            let epoch = Arc::new(Epoch::default());
            $({
                let epoch = epoch.clone();
                let function = move |
                    mut caller: Caller<'_, T>,
                    $($parameter: <$type as Parameter>::Raw),*
                | -> wasmtime::Result<u32> {
                    loop {
                        let (mut memory, guest) = guest_of(&mut caller, get)?;
                        let answer = guest.preview1.$name(
                            &mut memory,
                            $(<$type as Parameter>::from_raw($parameter)),*
                        );
                        if !guest.must_wait() {
                            return Ok(Errno::code(answer));
                        }
                        epoch.check(caller.as_context_mut())?;
                    }
                };
                linker.func_wrap(MODULE, stringify!($name), function)?;
            })*
            let function = move |
                mut caller: Caller<'_, T>,
                $code: $code_type,
            | -> wasmtime::Result<()> {
                let (mut memory, guest) = guest_of(&mut caller, get)?;
                Err(guest.preview1.$exit(&mut memory, $code))
            };
            linker.func_wrap(MODULE, stringify!($exit), function)?;
            Ok(())
        }
    };
}
preview1::for_each_function!(define_functions);

/// The calling instance's memory, and what its store knows of the guest.
#[inline]
fn guest_of<'c, T, F, G>(
    caller: &'c mut Caller<'_, T>,
    get: G,
) -> wasmtime::Result<(&'c mut [u8], &'c mut VfsCtx<F>)>
where
    T: 'static,
    F: FileSystem + 'static,
    G: Fn(&mut T) -> &mut VfsCtx<F>,
{
    match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => {
            let (bytes, data) = memory.data_and_store_mut(caller);
            Ok((bytes, get(data)))
        }
        Some(Extern::SharedMemory(_)) => Err(wasmtime::Error::msg(
            "a memory that threads share cannot be used with preview 1",
        )),
        // A program may end, or yield, without a memory. Every pointer is a fault.
        _ => Ok((&mut [], get(caller.data_mut()))),
    }
}

impl<F: FileSystem> VfsCtx<F> {
    /// Whether the last call is to be made again because it still waits.
    #[inline]
    fn must_wait(&mut self) -> bool {
        let world = self.preview1.outside_mut();
        if !world.must_wait {
            world.waiting_since = None;
            world.written = 0;
        }
        std::mem::take(&mut world.must_wait)
    }
}
