(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "_start")
    (call $abort (i32.const 0) (i32.const 0) (call $close (i32.const 3)) (i32.const 0))))
