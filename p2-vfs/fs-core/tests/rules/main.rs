//! The rules of the file system, operation by operation.

mod content;
mod image;
mod names;
mod open;
mod support;
mod times;
