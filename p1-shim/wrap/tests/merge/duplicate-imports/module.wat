;; One function imported twice, under two of several equal types, as Go does.
(module
  (type $a (func (param i32) (result i32)))
  (type $b (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $first (type $a)))
  (import "wasi_snapshot_preview1" "fd_close" (func $second (type $b)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $first (i32.const 1)))
    (drop (call $second (i32.const 2)))))
