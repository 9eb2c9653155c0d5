;; Preview1 hosts look up `memory`; the only memory is meant.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory 1)
  (func (export "_start") (drop (call $close (i32.const 3)))))
