(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32) (result i32 i64)))
  (type (;2;) (func))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func (param i32 i32) (result i32)))
  (type (;5;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;6;) (func (param i32 i64 i32) (result i32)))
  (type (;7;) (func (param i32)))
  (type (;8;) (func (param i32 i32 i32)))
  (type (;9;) (func (param i32 i32)))
  (type (;10;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (type (;11;) (func (param i32 i64 i32 i32) (result i32)))
  (type (;12;) (func (param i32 i64 i64 i32) (result i32)))
  (table (;0;) 2 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (global (;1;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (elem (;0;) (i32.const 1) func 2)
  (func (;0;) (type 1) (param i32) (result i32 i64)
    local.get 0
    i64.const 2
  )
  (func (;1;) (type 2)
    (local v128 externref)
    i32.const 0
    v128.load offset=16 align=1
    local.set 0
    local.get 0
    local.get 0
    i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
    local.set 0
    i32.const 0
    local.get 0
    v128.load8_lane 3
    local.set 0
    i32.const 1
    block (type 1) (param i32) (result i32 i64) ;; label = @1
      call 0
      br 0 (;@1;)
    end
    drop
    drop
    ref.null extern
    local.get 1
    i32.const 0
    select (result externref)
    local.set 1
    f32.const nan:0x200000 (;=NaN;)
    drop
    f64.const -0x0p+0 (;=-0;)
    i32.trunc_sat_f64_s
    call 3
    drop
  )
  (func (;2;) (type 3) (param i32) (result i32)
    local.get 0
    i32.const 3
    i32.lt_u
    if (result i32) ;; label = @1
      i32.const 8
    else
      i32.const 0
    end
  )
  (func (;3;) (type 3) (param i32) (result i32)
    local.get 0
    i32.const 1
    call_indirect (type 3)
  )
  (data (;0;) (memory 1) (i32.const 1024) "shim")
  (data (;1;) (memory 1) (i32.const 131072) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
