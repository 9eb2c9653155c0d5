//! The 46 functions of `wasi_snapshot_preview1`, with the core signatures that the witx files of
//! WASI (`phases/snapshot/witx/wasi_snapshot_preview1.witx`) lower to.

use wasmparser::ValType::{I32, I64};
use wasmparser::{FuncType, Import, TypeRef, ValType};

use crate::reach::Capability::{
    self, Clocks, Environment, Exit, Files, Polling, Random, Scheduling, Sockets, Stdio,
};

/// The import module that all functions belong to.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// One preview1 function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    params: &'static [ValType],
    results: &'static [ValType],
    /// What the function gives a module whose descriptors are the host's.
    pub(crate) reaches: Capability,
    /// What it still gives once a shim owns the descriptors; `None` where the shim has no reason to
    /// call the host.
    pub(crate) remains: Option<Capability>,
}

impl Function {
    pub(crate) fn ty(&self) -> FuncType {
        FuncType::new(self.params.to_vec(), self.results.to_vec())
    }
}

/// A function signature as text, such as `(i32, i64) -> (i32)`.
pub(crate) fn signature(ty: &FuncType) -> String {
    let list = |types: &[ValType]| {
        types
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    format!("({}) -> ({})", list(ty.params()), list(ty.results()))
}

/// The function called `name`, if preview1 has one.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The preview1 function that `import` names; `None` for other modules, other kinds and unknown
/// names.
pub(crate) fn function_of(import: &Import<'_>) -> Option<&'static Function> {
    let is_function = matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
    (import.module == MODULE && is_function)
        .then(|| function(import.name))
        .flatten()
}

const ERRNO: &[ValType] = &[I32];
const NOTHING: &[ValType] = &[];

const fn row(
    name: &'static str,
    params: &'static [ValType],
    results: &'static [ValType],
    reaches: Capability,
    remains: Option<Capability>,
) -> Function {
    Function {
        name,
        params,
        results,
        reaches,
        remains,
    }
}

#[rustfmt::skip]
const FUNCTIONS: [Function; 46] = [
    row("args_get", &[I32, I32], ERRNO, Environment, Some(Environment)),
    row("args_sizes_get", &[I32, I32], ERRNO, Environment, Some(Environment)),
    row("environ_get", &[I32, I32], ERRNO, Environment, Some(Environment)),
    row("environ_sizes_get", &[I32, I32], ERRNO, Environment, Some(Environment)),
    row("clock_res_get", &[I32, I32], ERRNO, Clocks, Some(Clocks)),
    row("clock_time_get", &[I32, I64, I32], ERRNO, Clocks, Some(Clocks)),
    row("fd_advise", &[I32, I64, I64, I32], ERRNO, Files, None),
    row("fd_allocate", &[I32, I64, I64], ERRNO, Files, None),
    row("fd_close", &[I32], ERRNO, Files, None),
    row("fd_datasync", &[I32], ERRNO, Files, None),
    row("fd_fdstat_get", &[I32, I32], ERRNO, Files, Some(Stdio)),
    row("fd_fdstat_set_flags", &[I32, I32], ERRNO, Files, None),
    row("fd_fdstat_set_rights", &[I32, I64, I64], ERRNO, Files, None),
    row("fd_filestat_get", &[I32, I32], ERRNO, Files, None),
    row("fd_filestat_set_size", &[I32, I64], ERRNO, Files, None),
    row("fd_filestat_set_times", &[I32, I64, I64, I32], ERRNO, Files, None),
    row("fd_pread", &[I32, I32, I32, I64, I32], ERRNO, Files, None),
    row("fd_prestat_get", &[I32, I32], ERRNO, Files, None),
    row("fd_prestat_dir_name", &[I32, I32, I32], ERRNO, Files, None),
    row("fd_pwrite", &[I32, I32, I32, I64, I32], ERRNO, Files, None),
    row("fd_read", &[I32, I32, I32, I32], ERRNO, Files, Some(Stdio)),
    row("fd_readdir", &[I32, I32, I32, I64, I32], ERRNO, Files, None),
    row("fd_renumber", &[I32, I32], ERRNO, Files, None),
    row("fd_seek", &[I32, I64, I32, I32], ERRNO, Files, None),
    row("fd_sync", &[I32], ERRNO, Files, None),
    row("fd_tell", &[I32, I32], ERRNO, Files, None),
    row("fd_write", &[I32, I32, I32, I32], ERRNO, Files, Some(Stdio)),
    row("path_create_directory", &[I32, I32, I32], ERRNO, Files, None),
    row("path_filestat_get", &[I32, I32, I32, I32, I32], ERRNO, Files, None),
    row("path_filestat_set_times", &[I32, I32, I32, I32, I64, I64, I32], ERRNO, Files, None),
    row("path_link", &[I32, I32, I32, I32, I32, I32, I32], ERRNO, Files, None),
    row("path_open", &[I32, I32, I32, I32, I32, I64, I64, I32, I32], ERRNO, Files, None),
    row("path_readlink", &[I32, I32, I32, I32, I32, I32], ERRNO, Files, None),
    row("path_remove_directory", &[I32, I32, I32], ERRNO, Files, None),
    row("path_rename", &[I32, I32, I32, I32, I32, I32], ERRNO, Files, None),
    row("path_symlink", &[I32, I32, I32, I32, I32], ERRNO, Files, None),
    row("path_unlink_file", &[I32, I32, I32], ERRNO, Files, None),
    row("poll_oneoff", &[I32, I32, I32, I32], ERRNO, Polling, Some(Polling)),
    row("proc_exit", &[I32], NOTHING, Exit, Some(Exit)),
    row("proc_raise", &[I32], ERRNO, Exit, Some(Exit)),
    row("sched_yield", &[], ERRNO, Scheduling, Some(Scheduling)),
    row("random_get", &[I32, I32], ERRNO, Random, Some(Random)),
    row("sock_accept", &[I32, I32, I32], ERRNO, Sockets, None),
    row("sock_recv", &[I32, I32, I32, I32, I32, I32], ERRNO, Sockets, None),
    row("sock_send", &[I32, I32, I32, I32, I32], ERRNO, Sockets, None),
    row("sock_shutdown", &[I32, I32], ERRNO, Sockets, None),
];
