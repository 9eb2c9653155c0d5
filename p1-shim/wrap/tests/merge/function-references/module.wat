;; Every instruction with a function index.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $g (mut funcref) (ref.func $close))
  (table $t 4 funcref)
  (elem declare func $tail $tail_indirect)
  (export "close" (func $close))
  (func $tail (param i32) (result i32)
    local.get 0
    return_call $close)
  (func $tail_indirect (param i32) (result i32)
    local.get 0
    i32.const 0
    return_call_indirect $t (param i32) (result i32))
  (func (export "_start")
    (table.set $t (i32.const 0) (ref.func $close))
    (global.set $g (table.get $t (i32.const 0)))
    (drop (table.grow $t (ref.func $tail) (i32.const 1)))
    (table.fill $t (i32.const 1) (ref.func $tail_indirect) (i32.const 2))
    (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
    (drop (call $close (table.size $t)))))
