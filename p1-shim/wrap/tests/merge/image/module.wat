;; The image begins where the shim's memory ended.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "application")
  (func (export "_start") (drop (call $close (i32.const 3)))))
