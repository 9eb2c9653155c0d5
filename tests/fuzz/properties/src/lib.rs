//! What holds for any bytes whatsoever. A property is a function of bytes that panics if it does not
//! hold; fuzzers look for such bytes, and a test of this crate runs those that were found, with
//! the corpora they were found from.

mod calls;
mod images;
mod memory_files;
mod modules;
mod paths;

pub use calls::calls;
pub use images::images;
pub use modules::{damaged_modules, generated_modules};
pub use paths::paths;

/// A property and its name, which is that of its fuzz target and of its corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const PROPERTIES: [Property; 5] = [
    ("calls", calls),
    ("damaged_modules", damaged_modules),
    ("generated_modules", generated_modules),
    ("images", images),
    ("paths", paths),
];
