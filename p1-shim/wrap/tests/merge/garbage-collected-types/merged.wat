(module
  (type (;0;) (func))
  (rec
    (type (;1;) (struct (field i32) (field (ref null 1))))
    (type (;2;) (func (param (ref 1)) (result i32)))
  )
  (type (;3;) (array (mut i8)))
  (type (;4;) (sub (struct (field i32))))
  (type (;5;) (sub final 4 (struct (field i32) (field i64))))
  (type (;6;) (func (param i32) (result i32)))
  (type (;7;) (func (param i32) (result i32)))
  (type (;8;) (func (param i32 i32) (result i32)))
  (type (;9;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;10;) (func (param i32 i64 i32) (result i32)))
  (type (;11;) (func (param i32)))
  (type (;12;) (func (param i32 i32 i32)))
  (type (;13;) (func (param i32 i32)))
  (type (;14;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (type (;15;) (func (param i32 i64 i32 i32) (result i32)))
  (type (;16;) (func (param i32 i64 i64 i32) (result i32)))
  (table (;0;) 2 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 2)
  (global (;0;) (ref null 1) ref.null 1)
  (global (;1;) (mut i32) i32.const 65536)
  (global (;2;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (elem (;0;) (i32.const 1) func 2)
  (func (;0;) (type 2) (param (ref 1)) (result i32)
    local.get 0
    struct.get 1 0
  )
  (func (;1;) (type 0)
    i32.const 3
    global.get 0
    struct.new 1
    call 0
    call 3
    drop
    i32.const 1
    i32.const 4
    array.new 3
    drop
    i32.const 1
    i64.const 2
    struct.new 5
    ref.cast (ref 4)
    drop
    i32.const 1
    ref.i31
    ref.test (ref i31)
    drop
  )
  (func (;2;) (type 7) (param i32) (result i32)
    local.get 0
    i32.const 3
    i32.lt_u
    if (result i32) ;; label = @1
      i32.const 8
    else
      i32.const 0
    end
  )
  (func (;3;) (type 7) (param i32) (result i32)
    local.get 0
    i32.const 1
    call_indirect (type 7)
  )
  (data (;0;) (memory 1) (i32.const 1024) "shim")
  (data (;1;) (memory 1) (i32.const 131072) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
