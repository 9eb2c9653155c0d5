;; The application grows its memory by itself and exports no cabi_realloc.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 3)
  (data (i32.const 8) "data")
  (func $pages (result i32) memory.size)
  (func (export "_start")
    (drop (memory.grow (i32.const 2)))
    (drop (call $pages))
    (drop (call $close (i32.const 3)))))
