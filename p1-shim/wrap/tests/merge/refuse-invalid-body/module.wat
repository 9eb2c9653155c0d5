;; Only the result is validated, but the fault is found in the input.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $close (i64.const 3))))
