;; A component imports each function once.
(module
  (type $write (func (param i32 i32 i32 i32) (result i32)))
  (type $again (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $a (type $write)))
  (import "wasi_snapshot_preview1" "fd_close" (func $c (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $b (type $again)))
  (import "wasi_snapshot_preview1" "fd_close" (func $d (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (table funcref (elem $a $b $c $d))
  (func (export "_start")
    (drop (call_indirect (type $again)
      (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 4) (i32.const 0)))))
