;; memory.init and data.drop need the number of data segments of both modules.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data $passive "passive")
  (data (i32.const 8) "active")
  (func (export "_start")
    (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7))
    (data.drop $passive)
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 8))
    (drop (memory.grow (memory.size)))
    (drop (call $close (i32.const 3)))))
