(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32)))
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
  (import "wasi_snapshot_preview1" "proc_exit" (func (;0;) (type 7) (param i32)))
  (table (;0;) 2 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (global (;1;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (elem (;0;) (i32.const 1) func 2)
  (func (;1;) (type 2)
    i32.const 7
    call 0
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
