;; A shim that answers a handful of preview1 functions, to be merged into components.
(module $shim
  (import "wasi:cli/exit@0.2.12" "exit-with-code" (func $exit (param i32)))
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:random/random@0.2.12" "get-random-bytes" (func $random (param i64 i32)))
  (import "app" "_start" (func $start))
  (import "glue" "load" (func $load (param i32 i32 i32)))
  (import "glue" "image" (func $image (result i32)))
  (import "glue" "image_len" (func $image_len (result i32)))

  (memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 4096))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    global.get $heap
    global.get $heap
    local.get 3
    i32.add
    global.set $heap)
  (func (export "wasi:cli/run@0.2.12#run") (result i32)
    call $start
    i32.const 0)
  (func (export "fd_close") (param i32) (result i32)
    call $image
    call $image_len
    i32.add
    i32.load)
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)
    i32.const 2048
    local.get 2
    local.get 3
    call $load
    i32.const 44)
  (func (export "random_get") (param i32 i32) (result i32)
    local.get 1
    i64.extend_i32_u
    i32.const 0
    call $random
    i32.const 0)
  (func (export "proc_exit") (param i32)
    local.get 0
    call $exit
    unreachable))
