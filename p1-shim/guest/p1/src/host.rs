//! What is left of the host's preview 1.
//!
//! Every function answers an `errno`. They are safe to call: the pointers are the application's,
//! and a host checks them as it would without us.
#![expect(unsafe_code, reason = "the functions are imported")]

use preview1::Ptr;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub(crate) safe fn args_get(argv: Ptr, argv_buf: Ptr) -> u32;
    pub(crate) safe fn args_sizes_get(argc: Ptr, argv_buf_size: Ptr) -> u32;
    pub(crate) safe fn clock_res_get(id: u32, resolution: Ptr) -> u32;
    pub(crate) safe fn clock_time_get(id: u32, precision: u64, time: Ptr) -> u32;
    pub(crate) safe fn environ_get(environ: Ptr, environ_buf: Ptr) -> u32;
    pub(crate) safe fn environ_sizes_get(count: Ptr, environ_buf_size: Ptr) -> u32;
    pub(crate) safe fn fd_fdstat_get(fd: u32, stat: Ptr) -> u32;
    pub(crate) safe fn fd_read(fd: u32, iovs: Ptr, iovs_len: u32, nread: Ptr) -> u32;
    pub(crate) safe fn fd_write(fd: u32, iovs: Ptr, iovs_len: u32, nwritten: Ptr) -> u32;
    pub(crate) safe fn poll_oneoff(subs: Ptr, events: Ptr, len: u32, nevents: Ptr) -> u32;
    pub(crate) safe fn proc_exit(code: u32) -> !;
    pub(crate) safe fn random_get(buf: Ptr, buf_len: u32) -> u32;
    pub(crate) safe fn sched_yield() -> u32;
}
