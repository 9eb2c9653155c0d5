//! The exported functions, generated.
use vfs_component::{Vfs, bindings};

use crate::Memory;

type Component = Vfs<Memory>;

bindings::export!(Component with_types_in bindings);
