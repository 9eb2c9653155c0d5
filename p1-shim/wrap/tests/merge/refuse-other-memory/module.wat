;; Memory 1 is the shim's, which the application must not name.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (i32.store 1 (i32.const 0) (i32.const 0))))
