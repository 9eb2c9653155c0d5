;; Segments, start function and tables of the application are in the component.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory 1)
  (table 1 1 funcref)
  (elem (i32.const 0) $close)
  (data $passive "passive")
  (func $init (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 7)))
  (start $init)
  (func (export "_initialize"))
  (func (export "_start")
    (drop (call_indirect (param i32) (result i32) (i32.const 3) (i32.const 0)))))
