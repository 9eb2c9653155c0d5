;; Glue that is not called but named: a tail call, a table and a reference need a function.
(module
  (import "glue" "size" (func $size (result i32)))
  (import "glue" "image" (func $image (result i32)))
  (import "glue" "image_len" (func $image_len (result i32)))
  (memory (export "memory") 1)
  (table 1 1 funcref)
  (elem (i32.const 0) $image)
  (elem declare func $image_len)
  (func (export "fd_close") (param i32) (result i32)
    (drop (ref.func $image_len))
    (drop (call_indirect (result i32) (i32.const 0)))
    (drop (call $size))
    (return_call $size)))
