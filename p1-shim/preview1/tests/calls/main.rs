//! Preview 1 as a guest sees it: every call goes through the ABI's parameters, over a `MemFs`, a
//! slice as memory and a scripted outside. The rules are those of the official test suite and of
//! the programs that rely on them.

mod attributes;
mod bounds;
mod clocks;
mod descriptors;
mod fdstat;
mod guest;
mod hostile;
mod links;
mod names;
mod open;
mod path;
mod poll;
mod preopens;
mod process;
mod read_write;
mod readdir;
mod renumber;
mod script;
mod seek_size;
mod sockets;
mod stdio;
