(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func))
  (type (;3;) (func (param i32) (result i32)))
  (table (;0;) 2 funcref)
  (memory (;0;) 1)
  (memory (;1;) 1)
  (global (;0;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (elem (;0;) funcref (ref.func 1))
  (func (;0;) (type 1)
    i32.const 0
    i32.const 0
    i32.const 7
    memory.init 0
    data.drop 0
    i32.const 0
    i32.const 0
    i32.const 8
    memory.fill
    memory.size
    memory.grow
    drop
    i32.const 3
    call 2
    drop
  )
  (func (;1;) (type 2))
  (func (;2;) (type 3) (param i32) (result i32)
    i32.const 0
    i32.const 0
    i32.const 5
    memory.init 1 2
    data.drop 2
    i32.const 0
    i32.const 0
    i32.const 1
    table.init 0
    elem.drop 0
    i32.const 0
    call_indirect (type 2)
    i32.const 8
    i32.const 0
    i32.const 5
    memory.copy 1 1
    i32.const 0
    i32.const 0
    i32.const 5
    memory.fill 1
    i32.const 1
    memory.grow 1
    drop
    memory.size 1
  )
  (data (;0;) "passive")
  (data (;1;) (i32.const 8) "active")
  (data (;2;) "hello")
  (data (;3;) (memory 1) (i32.const 65536) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
