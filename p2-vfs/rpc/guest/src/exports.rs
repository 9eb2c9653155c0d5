//! The exported functions, generated.
use vfs_component::{Vfs, bindings};

use crate::Remote;

type Component = Vfs<Remote>;

bindings::export!(Component with_types_in bindings);
