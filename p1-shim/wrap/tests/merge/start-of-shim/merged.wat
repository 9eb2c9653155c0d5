(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func))
  (type (;3;) (func (param i32) (result i32)))
  (memory (;0;) 1)
  (memory (;1;) 1)
  (global (;0;) (mut i32) i32.const 0)
  (global (;1;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (start 1)
  (func (;0;) (type 1)
    i32.const 3
    call 2
    drop
  )
  (func (;1;) (type 2)
    i32.const 1
    global.set 0
  )
  (func (;2;) (type 3) (param i32) (result i32)
    global.get 0
  )
  (data (;0;) (memory 1) (i32.const 65536) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
