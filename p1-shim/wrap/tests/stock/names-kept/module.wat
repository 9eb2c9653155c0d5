(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $helper (param $x i32) (result i32) (local.get $x))
  (func $main (export "_start")
    (drop (call $write (call $helper (i32.const 1)) (i32.const 8) (i32.const 0) (i32.const 4)))))
