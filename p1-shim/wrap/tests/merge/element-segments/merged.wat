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
  (table (;0;) 16 funcref)
  (table (;1;) 16 funcref)
  (table (;2;) 2 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 2)
  (global (;0;) (mut i32) i32.const 65536)
  (global (;1;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (elem (;0;) (i32.const 0) func 3 0)
  (elem (;1;) func 3 0)
  (elem (;2;) (table 1) (i32.const 0) func 3 0)
  (elem (;3;) declare func 3 0)
  (elem (;4;) (i32.const 2) funcref (ref.func 3) (ref.null func))
  (elem (;5;) funcref (ref.func 3) (ref.null func))
  (elem (;6;) (table 1) (i32.const 2) funcref (ref.func 3) (ref.null func))
  (elem (;7;) declare funcref (ref.func 3) (ref.null func))
  (elem (;8;) (table 2) (i32.const 1) func 2)
  (func (;0;) (type 0) (param i32) (result i32)
    local.get 0
  )
  (func (;1;) (type 1)
    i32.const 1
    i32.const 0
    call_indirect 1 (type 0)
    drop
    i32.const 4
    i32.const 0
    i32.const 2
    table.init 5
    elem.drop 1
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
    call_indirect 2 (type 2)
  )
  (data (;0;) (memory 1) (i32.const 1024) "shim")
  (data (;1;) (memory 1) (i32.const 131072) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
