//! What the shims share: the two memories, the one program, the exported functions.
//!
//! A shim is merged with an application into one module of two memories: the application's, and
//! the shim's own. Code of the shim sees only its own memory; to the application's lead the
//! functions of import module `glue`, which the merger writes, because only a module that has both
//! memories can copy between them.
//!
//! ```text
//! application ── fd_read ──> exported function ──> Preview1 ──> FileSystem in the shim's memory, or
//!                                                     │                    what another has
//!      memory <── glue ── Application (GuestMemory)   └───────> Outside    what the host gives
//! ```
//!
//! A shim is a `cdylib` with an [`Outside`](preview1::Outside), a
//! [`FileSystem`](fs_core::FileSystem), a [`Program`] of both and [`export_functions!`].

mod application;
mod exports;
mod file_clock;
mod glue;
mod program;

pub use application::Application;
pub use file_clock::FileClock;
pub use program::{Program, with_embedded_files};
