//! The file system as a whole.

use fs_core::{FileSystem, Preopen};

use crate::bindings::wasi::filesystem::preopens;
use crate::descriptor::WasiDescriptor;

/// The file system that this guest imports. There is one.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiFs;

impl FileSystem for WasiFs {
    type Descriptor = WasiDescriptor;

    fn preopens(&self) -> Vec<Preopen<WasiDescriptor>> {
        let directories = preopens::get_directories().into_iter();
        directories
            .map(|(descriptor, name)| Preopen {
                descriptor: WasiDescriptor::new(descriptor),
                name,
            })
            .collect()
    }
}
