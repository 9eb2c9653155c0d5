(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (result i32)))
  (type (;3;) (func (param i32) (result i32)))
  (memory (;0;) 1)
  (memory (;1;) 4 6)
  (global (;0;) i32 i32.const 20)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (func (;0;) (type 1)
    i32.const 3
    call 1
    drop
  )
  (func (;1;) (type 3) (param i32) (result i32)
    i32.const 196608
    global.get 0
    i32.add
  )
  (data (;0;) (i32.const 0) "application")
  (data (;1;) (memory 1) (i32.const 0) "shim")
  (data (;2;) (memory 1) (i32.const 196608) "files of the program")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\03\00\00\00\00\00\14\00\03\00\00\00\00\00VERSION")
)
