//! WASI 0.2 components, composed with the VFS and run.

mod interfaces;
mod lifted;
mod support;
