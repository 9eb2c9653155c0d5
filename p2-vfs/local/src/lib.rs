//! The VFS component whose files are in its own memory.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

// They have names that native linkers refuse.
#[cfg(target_family = "wasm")]
mod exports;

use std::sync::OnceLock;

use fs_core::image::Settings;
use fs_core::{FileSystem, MemDescriptor, MemFs, Preopen};
use vfs_component::{Backend, WallClock};

struct Memory;

impl Backend for Memory {
    type Descriptor = MemDescriptor;

    fn preopens() -> Vec<Preopen<MemDescriptor>> {
        files().0.preopens()
    }

    fn working_directory() -> Option<String> {
        files().1.working_directory.clone()
    }
}

/// The files, and what else the program finds; made when the program first asks.
fn files() -> &'static (MemFs, Settings) {
    static FILES: OnceLock<(MemFs, Settings)> = OnceLock::new();
    FILES.get_or_init(|| {
        embedded::file_system(WallClock).expect("images of another version are not embedded")
    })
}
