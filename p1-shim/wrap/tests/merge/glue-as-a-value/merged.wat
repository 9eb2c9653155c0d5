(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (result i32)))
  (type (;3;) (func (param i32) (result i32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (memory (;1;) 1)
  (global (;0;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (elem (;0;) (i32.const 0) func 3)
  (elem (;1;) declare func 4)
  (func (;0;) (type 1)
    i32.const 3
    call 1
    drop
  )
  (func (;1;) (type 3) (param i32) (result i32)
    ref.func 4
    drop
    i32.const 0
    call_indirect (type 2)
    drop
    memory.size
    drop
    return_call 2
  )
  (func (;2;) (type 2) (result i32)
    memory.size
  )
  (func (;3;) (type 2) (result i32)
    i32.const 65536
  )
  (func (;4;) (type 2) (result i32)
    global.get 0
  )
  (data (;0;) (memory 1) (i32.const 65536) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\01\00\00\00\00\00\00\00\01\00\00\00\00\00VERSION")
)
