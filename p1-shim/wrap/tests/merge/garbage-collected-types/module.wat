;; Recursion groups keep their shape; the shim's types follow them.
(module
  (type $unit (func))
  (rec
    (type $list (struct (field i32) (field (ref null $list))))
    (type $walk (func (param (ref $list)) (result i32))))
  (type $bytes (array (mut i8)))
  (type $open (sub (struct (field i32))))
  (type $wider (sub final $open (struct (field i32) (field i64))))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $nil (ref null $list) (ref.null $list))
  (func $first (type $walk)
    (struct.get $list 0 (local.get 0)))
  (func (export "_start")
    (drop (call $close (call $first (struct.new $list (i32.const 3) (global.get $nil)))))
    (drop (array.new $bytes (i32.const 1) (i32.const 4)))
    (drop (ref.cast (ref $open) (struct.new $wider (i32.const 1) (i64.const 2))))
    (drop (ref.test (ref i31) (ref.i31 (i32.const 1))))))
