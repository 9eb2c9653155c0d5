(module
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func $pair (param i32) (result i32 i64)
    local.get 0
    i64.const 2)
  (func (export "_start")
    (local v128 externref)
    (local.set 0 (v128.load offset=16 align=1 (i32.const 0)))
    (local.set 0 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get 0) (local.get 0)))
    (local.set 0 (v128.load8_lane 3 (i32.const 0) (local.get 0)))
    i32.const 1
    (block $b (param i32) (result i32 i64)
      call $pair
      br $b)
    drop
    drop
    (local.set 1 (select (result externref) (ref.null extern) (local.get 1) (i32.const 0)))
    (drop (f32.const nan:0x200000))
    (drop (call $close (i32.trunc_sat_f64_s (f64.const -0))))))
