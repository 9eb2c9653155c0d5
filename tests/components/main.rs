//! WASI 0.2 components, composed with the VFS and run.

mod calls;
mod interfaces;
mod lifted;
mod network;
mod plugged;
mod rules;
mod support;
