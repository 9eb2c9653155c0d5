(module
  (rec (type $a (func (param (ref null $b)))) (type $b (struct (field (ref null $a)))))
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (global (mut i64) (i64.const 5))
  (func $pair (param i32) (result i32 i64) (local.get 0) (global.get 0))
  (func (export "_start") (local v128)
    (call $pair (memory.size)) (global.set 0) (drop)))
