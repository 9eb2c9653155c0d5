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
    call 2
    i32.const 0
    i32.const 1
    i32.const 2
    call 3
    i32.const 0
    i32.const 1
    call 5
    call 7
    i32.const 0
    i32.const 1
    call 6
    call 8
    call 4
    call 9
    call 10
    i32.add
    i32.add
  )
  (func (;2;) (type 2) (param i32 i32 i32)
    local.get 0
    local.get 1
    local.get 2
    memory.copy 1 0
  )
  (func (;3;) (type 2) (param i32 i32 i32)
    local.get 0
    local.get 1
    local.get 2
    memory.copy 0 1
  )
  (func (;4;) (type 3) (result i32)
    memory.size
  )
  (func (;5;) (type 4) (param i32) (result i32)
    local.get 0
    i32.load align=1
  )
  (func (;6;) (type 5) (param i32) (result i64)
    local.get 0
    i64.load align=1
  )
  (func (;7;) (type 6) (param i32 i32)
    local.get 0
    local.get 1
    i32.store align=1
  )
  (func (;8;) (type 7) (param i32 i64)
    local.get 0
    local.get 1
    i64.store align=1
  )
  (func (;9;) (type 3) (result i32)
    i32.const 0
  )
  (func (;10;) (type 3) (result i32)
    i32.const 0
  )
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after code) "\01\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
