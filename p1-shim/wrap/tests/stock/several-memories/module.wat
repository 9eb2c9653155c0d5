;; Only the memory that pointers refer to is the adapter's, too.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory $scratch 1 4)
  (memory $main (export "memory") 2)
  (func (export "_start")
    (drop (memory.grow $scratch (i32.const 1)))
    (drop (memory.size $scratch))
    (drop (memory.grow $main (i32.const 1)))
    (drop (memory.size $main))
    (memory.copy $main $scratch (i32.const 0) (i32.const 0) (i32.const 4))))
