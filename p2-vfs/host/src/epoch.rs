//! A look at whether a guest's time is over, for functions that wait.

use std::sync::OnceLock;

use wasmtime::{AsContextMut, Instance, Module};

/// A function that does nothing. As compiled code it compares the epoch with the deadline of its
/// store when it is entered, which wasmtime offers host functions in no other way.
const NOTHING: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01a\0\0\x0a\x04\x01\x02\0\x0b";

/// Compiled when a guest first waits for long.
#[derive(Debug, Default)]
pub(crate) struct Epoch(OnceLock<Module>);

impl Epoch {
    /// Does what the store does at an epoch deadline, if that is reached.
    ///
    /// # Errors
    /// Whatever the store ends its guest with.
    pub(crate) fn check(&self, mut store: impl AsContextMut) -> wasmtime::Result<()> {
        let module = match self.0.get() {
            Some(module) => module,
            None => {
                let module = Module::new(store.as_context().engine(), NOTHING)?;
                self.0.get_or_init(|| module)
            }
        };
        let instance = Instance::new(&mut store, module, &[])?;
        let nothing = instance.get_typed_func::<(), ()>(&mut store, "a")?;
        nothing.call(&mut store, ())
    }
}
