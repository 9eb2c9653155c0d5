//! The shim for programs whose files are another component's, or a host's.
//!
//! Its outside is WASI 0.2, and so are its files: it imports `wasi:filesystem`.

mod exports;

use outside_p2::Wasi;
use preview1::Preview1;
use shim::Program;
use wasi_fs::WasiFs;

static PROGRAM: Program<WasiFs, Wasi> = Program::new(|| Preview1::new(&WasiFs, Wasi::default()));
