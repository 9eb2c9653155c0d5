;; Such a type equals no type of another module, and call_indirect would trap.
(module
  (rec
    (type $errno (func (param i32) (result i32)))
    (type $other (func)))
  (import "wasi_snapshot_preview1" "fd_close" (func (type $errno)))
  (memory (export "memory") 1)
  (func (export "_start")))
