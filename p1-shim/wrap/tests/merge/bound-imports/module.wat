;; Imports become the shim's functions; its imports of what is not asked for are left out.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "a.txt")
  (func $open (result i32)
    (call $path_open
      (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 8)))
  (func (export "_start")
    (drop (call $open))
    (drop (call $fd_close (i32.load (i32.const 8))))))
