(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32 i32 i32)))
  (type (;3;) (func (result i32)))
  (type (;4;) (func (param i32) (result i32)))
  (type (;5;) (func (param i32) (result i64)))
  (type (;6;) (func (param i32 i32)))
  (type (;7;) (func (param i32 i64)))
  (memory (;0;) 1)
  (memory (;1;) 1)
  (global (;0;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (func (;0;) (type 1)
    i32.const 3
    call 1
    drop
  )
  (func (;1;) (type 4) (param i32) (result i32)
    i32.const 0
    i32.const 1
    i32.const 2
    memory.copy 1 0
    i32.const 0
    i32.const 1
    i32.const 2
    memory.copy 0 1
    i32.const 0
    i32.const 1
    i32.load align=1
    i32.store align=1
    i32.const 0
    i32.const 1
    i64.load align=1
    i64.store align=1
    memory.size
    i32.const 65536
    global.get 0
    i32.add
    i32.add
  )
  (data (;0;) (memory 1) (i32.const 65536) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\01\00\00\00\00\00\00\00\01\00\00\00\00\00VERSION")
)
