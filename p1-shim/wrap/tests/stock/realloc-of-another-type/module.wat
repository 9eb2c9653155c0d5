(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "cabi_realloc") (result i32) (i32.const 0))
  (func (export "_start") (drop (memory.size))))
