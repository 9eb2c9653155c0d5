;; A shim that answers a handful of preview1 functions, to be merged into core modules.
(module $shim
  (type $errno1 (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get"
    (func $host_random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $host_fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $host_clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $host_proc_exit (param i32)))
  (import "glue" "load" (func $load (param i32 i32 i32)))
  (import "glue" "store" (func $store (param i32 i32 i32)))
  (import "glue" "store_u32" (func $store_u32 (param i32 i32)))

  (memory (export "memory") 2)
  (table 2 2 funcref)
  (global $__stack_pointer (mut i32) (i32.const 65536))
  (data (i32.const 1024) "shim")
  (elem (i32.const 1) func $close)

  ;; A descriptor is whatever the table's function says: the call goes through the shim's table.
  (func $close (type $errno1)
    local.get 0
    i32.const 3
    i32.lt_u
    if (result i32)
      i32.const 8
    else
      i32.const 0
    end)
  (func (export "fd_close") (type $errno1)
    local.get 0
    i32.const 1
    call_indirect (type $errno1))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)
    ;; path into the shim's memory, new descriptor into the application's
    global.get $__stack_pointer
    local.get 2
    local.get 3
    call $load
    local.get 8
    i32.const 3
    call $store_u32
    i32.const 0)
  (func (export "fd_read") (param i32 i32 i32 i32) (result i32)
    local.get 1
    i32.const 1024
    i32.const 4
    call $store
    i32.const 0)
  (func (export "fd_write") (param i32 i32 i32 i32) (result i32)
    local.get 0
    local.get 1
    local.get 2
    local.get 3
    call $host_fd_write)
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32)
    i32.const 70)
  (func (export "random_get") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    call $host_random_get)
  (func (export "fd_filestat_set_times") (param i32 i64 i64 i32) (result i32)
    i32.const 0
    i64.const 0
    global.get $__stack_pointer
    call $host_clock_time_get)
  (export "proc_exit" (func $host_proc_exit)))
