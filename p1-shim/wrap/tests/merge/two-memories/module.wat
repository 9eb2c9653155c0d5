;; Pointers refer to the memory called `memory`, whichever of several that is.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory $private 1)
  (memory $public (export "memory") 2 3)
  (data (memory $private) (i32.const 0) "private")
  (data (memory $public) (i32.const 0) "public")
  (func (export "_start")
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (memory.copy $private $public (i32.const 0) (i32.const 0) (i32.const 4))
    (i32.store $public (i32.const 0) (i32.load $private (i32.const 4)))))
