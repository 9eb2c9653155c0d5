;; Code may refer to $callback only because something declares it, here its export.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (table $callbacks 1 funcref)
  (global $handler funcref (ref.func $close))
  (func $callback (export "callback") (param i32) (result i32) (local.get 0))
  (func (export "_start")
    (table.set (i32.const 0) (ref.func $callback))
    (drop (call_indirect (param i32) (result i32) (i32.const 3) (i32.const 0)))))
