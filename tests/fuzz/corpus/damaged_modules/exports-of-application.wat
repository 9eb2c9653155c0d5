;; The result exports what the application did, and nothing of the shim's.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") (export "heap") 1)
  (table (export "__indirect_function_table") 1 funcref)
  (global (export "__stack_pointer") (mut i32) (i32.const 0))
  (tag (export "failed"))
  (func (export "_initialize"))
  (func (export "run") (param i32) (result i32) (call $close (local.get 0))))
