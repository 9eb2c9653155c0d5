//! The functions, by topic.

#![expect(
    clippy::too_many_arguments,
    reason = "the parameters are those of the ABI"
)]

mod attributes;
mod clocks;
mod data;
mod descriptors;
mod open;
mod paths;
mod poll;
mod preopens;
mod process;
mod readdir;
mod sockets;
