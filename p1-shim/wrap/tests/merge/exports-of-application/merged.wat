(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;5;) (func (param i32 i64 i32) (result i32)))
  (type (;6;) (func (param i32)))
  (type (;7;) (func (param i32 i32 i32)))
  (type (;8;) (func (param i32 i32)))
  (type (;9;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (type (;10;) (func (param i32 i64 i32 i32) (result i32)))
  (type (;11;) (func (param i32 i64 i64 i32) (result i32)))
  (table (;0;) 1 funcref)
  (table (;1;) 2 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 2)
  (tag (;0;) (type 1))
  (global (;0;) (mut i32) i32.const 0)
  (global (;1;) (mut i32) i32.const 65536)
  (global (;2;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "heap" (memory 0))
  (export "__indirect_function_table" (table 0))
  (export "__stack_pointer" (global 0))
  (export "failed" (tag 0))
  (export "_initialize" (func 0))
  (export "run" (func 1))
  (elem (;0;) (table 1) (i32.const 1) func 2)
  (func (;0;) (type 1))
  (func (;1;) (type 0) (param i32) (result i32)
    local.get 0
    call 3
  )
  (func (;2;) (type 2) (param i32) (result i32)
    local.get 0
    i32.const 3
    i32.lt_u
    if (result i32) ;; label = @1
      i32.const 8
    else
      i32.const 0
    end
  )
  (func (;3;) (type 2) (param i32) (result i32)
    local.get 0
    i32.const 1
    call_indirect 1 (type 2)
  )
  (data (;0;) (memory 1) (i32.const 1024) "shim")
  (data (;1;) (memory 1) (i32.const 131072) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
