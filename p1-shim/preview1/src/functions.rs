//! The list of functions, once, for every front door.

use crate::memory::Ptr;
use crate::types::Fd;

/// Calls a macro with all 46 functions: their names, and their parameters in the order of the ABI.
///
/// The macro is given two groups, because one function does not return. `Fd` and `Ptr` are to be
/// in scope where it is expanded; both are transparent, so they can stand in an `extern "C"`
/// signature.
///
/// ```
/// use preview1::{Fd, Ptr};
///
/// macro_rules! names {
///     (
///         answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
///         ending { $exit:ident($code:ident: $code_type:ty); }
///     ) => {
///         const NAMES: &[&str] = &[$(stringify!($name),)* stringify!($exit)];
///     };
/// }
/// preview1::for_each_function!(names);
///
/// assert_eq!(NAMES.len(), 46);
/// ```
///
/// The functions that answer return an `errno` as `i32` at the ABI ([`Errno::code`]); the one that
/// ends the program returns nothing.
///
/// [`Errno::code`]: crate::Errno::code
#[macro_export]
macro_rules! for_each_function {
    ($then:ident) => {
        $then! {
            answering {
                args_get(argv: Ptr, argv_buf: Ptr);
                args_sizes_get(argc: Ptr, argv_buf_size: Ptr);
                clock_res_get(id: u32, resolution: Ptr);
                clock_time_get(id: u32, precision: u64, time: Ptr);
                environ_get(environ: Ptr, environ_buf: Ptr);
                environ_sizes_get(count: Ptr, environ_buf_size: Ptr);
                fd_advise(fd: Fd, offset: u64, len: u64, advice: u32);
                fd_allocate(fd: Fd, offset: u64, len: u64);
                fd_close(fd: Fd);
                fd_datasync(fd: Fd);
                fd_fdstat_get(fd: Fd, stat: Ptr);
                fd_fdstat_set_flags(fd: Fd, flags: u32);
                fd_fdstat_set_rights(fd: Fd, base: u64, inheriting: u64);
                fd_filestat_get(fd: Fd, stat: Ptr);
                fd_filestat_set_size(fd: Fd, size: u64);
                fd_filestat_set_times(fd: Fd, atim: u64, mtim: u64, fst_flags: u32);
                fd_pread(fd: Fd, iovs: Ptr, iovs_len: u32, offset: u64, nread: Ptr);
                fd_prestat_dir_name(fd: Fd, path: Ptr, path_len: u32);
                fd_prestat_get(fd: Fd, record: Ptr);
                fd_pwrite(fd: Fd, iovs: Ptr, iovs_len: u32, offset: u64, nwritten: Ptr);
                fd_read(fd: Fd, iovs: Ptr, iovs_len: u32, nread: Ptr);
                fd_readdir(fd: Fd, buf: Ptr, buf_len: u32, cookie: u64, bufused: Ptr);
                fd_renumber(fd: Fd, to: Fd);
                fd_seek(fd: Fd, offset: i64, whence: u32, new_offset: Ptr);
                fd_sync(fd: Fd);
                fd_tell(fd: Fd, offset: Ptr);
                fd_write(fd: Fd, iovs: Ptr, iovs_len: u32, nwritten: Ptr);
                path_create_directory(fd: Fd, path: Ptr, path_len: u32);
                path_filestat_get(fd: Fd, flags: u32, path: Ptr, path_len: u32, stat: Ptr);
                path_filestat_set_times(
                    fd: Fd, flags: u32, path: Ptr, path_len: u32,
                    atim: u64, mtim: u64, fst_flags: u32
                );
                path_link(
                    old_fd: Fd, old_flags: u32, old_path: Ptr, old_path_len: u32,
                    new_fd: Fd, new_path: Ptr, new_path_len: u32
                );
                path_open(
                    fd: Fd, dirflags: u32, path: Ptr, path_len: u32, oflags: u32,
                    rights_base: u64, rights_inheriting: u64, fdflags: u32, opened: Ptr
                );
                path_readlink(
                    fd: Fd, path: Ptr, path_len: u32, buf: Ptr, buf_len: u32, bufused: Ptr
                );
                path_remove_directory(fd: Fd, path: Ptr, path_len: u32);
                path_rename(
                    fd: Fd, old_path: Ptr, old_path_len: u32,
                    new_fd: Fd, new_path: Ptr, new_path_len: u32
                );
                path_symlink(
                    old_path: Ptr, old_path_len: u32, fd: Fd, new_path: Ptr, new_path_len: u32
                );
                path_unlink_file(fd: Fd, path: Ptr, path_len: u32);
                poll_oneoff(
                    subscriptions: Ptr, events: Ptr, nsubscriptions: u32, nevents: Ptr
                );
                proc_raise(sig: u32);
                random_get(buf: Ptr, buf_len: u32);
                sched_yield();
                sock_accept(fd: Fd, flags: u32, accepted: Ptr);
                sock_recv(
                    fd: Fd, ri_data: Ptr, ri_data_len: u32, ri_flags: u32,
                    ro_data_len: Ptr, ro_flags: Ptr
                );
                sock_send(
                    fd: Fd, si_data: Ptr, si_data_len: u32, si_flags: u32, so_data_len: Ptr
                );
                sock_shutdown(fd: Fd, how: u32);
            }
            ending {
                proc_exit(rval: u32);
            }
        }
    };
}

/// A core wasm type of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreType {
    /// `i32`: numbers of up to 32 bits, flags, pointers, descriptors.
    I32,
    /// `i64`: sizes, offsets, times, rights, cookies.
    I64,
}

/// A type of a parameter, and what carries it at the ABI.
pub trait Parameter {
    /// The Rust integer of the same width.
    type Raw;

    /// The core wasm type.
    const CORE: CoreType;

    /// The parameter that a raw value stands for; there is one for each.
    fn from_raw(raw: Self::Raw) -> Self;
}

macro_rules! parameters {
    ($($type:ty = $raw:ty, $core:ident, $from_raw:expr;)*) => {
        $(impl Parameter for $type {
            type Raw = $raw;
            const CORE: CoreType = CoreType::$core;

            #[inline]
            fn from_raw(raw: $raw) -> Self {
                $from_raw(raw)
            }
        })*
    };
}

parameters! {
    u32 = u32, I32, core::convert::identity;
    u64 = u64, I64, core::convert::identity;
    i64 = i64, I64, core::convert::identity;
    Fd = u32, I32, Fd;
    Ptr = u32, I32, Ptr;
}

/// A function's name and core wasm signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name it is imported by.
    pub name: &'static str,
    /// Its parameters.
    pub parameters: &'static [CoreType],
    /// Its result: an `errno`, or nothing.
    pub result: Option<CoreType>,
}

macro_rules! signatures {
    (
        answering { $($name:ident($($parameter:ident: $type:ty),*);)* }
        ending { $exit:ident($code:ident: $code_type:ty); }
    ) => {
        /// The signatures of all functions; names in ascending order but for the last.
        pub static FUNCTIONS: &[Function] = &[
            $(Function {
                name: stringify!($name),
                parameters: &[$(<$type as Parameter>::CORE),*],
                result: Some(CoreType::I32),
            },)*
            Function {
                name: stringify!($exit),
                parameters: &[<$code_type as Parameter>::CORE],
                result: None,
            },
        ];
    };
}
for_each_function!(signatures);
