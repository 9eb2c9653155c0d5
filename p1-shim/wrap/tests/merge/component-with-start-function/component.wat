(component
  (core module $main (;0;)
    (type (;0;) (func (param i32) (result i32)))
    (type (;1;) (func))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (result i32)))
    (type (;4;) (func (param i64 i32)))
    (type (;5;) (func))
    (type (;6;) (func (param i32 i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;8;) (func (param i32) (result i32)))
    (type (;9;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (type (;10;) (func (param i32 i32) (result i32)))
    (table (;0;) 1 1 funcref)
    (memory (;0;) 1)
    (memory (;1;) 1)
    (global (;0;) (mut i32) i32.const 4096)
    (global (;1;) i32 i32.const 0)
    (export "memory" (memory 1))
    (export "cabi_realloc" (func 3))
    (export "wasi:cli/run@0.2.12#run" (func 4))
    (elem (;0;) (i32.const 0) func 5)
    (elem (;1;) declare func 1 2)
    (func (;0;) (type 1)
      i32.const 0
      i32.const 0
      i32.const 7
      memory.init 0
    )
    (func (;1;) (type 1))
    (func (;2;) (type 1)
      i32.const 3
      i32.const 0
      call_indirect (type 0)
      drop
    )
    (func (;3;) (type 7) (param i32 i32 i32 i32) (result i32)
      global.get 0
      global.get 0
      local.get 3
      i32.add
      global.set 0
    )
    (func (;4;) (type 3) (result i32)
      call 6
      i32.const 0
    )
    (func (;5;) (type 8) (param i32) (result i32)
      i32.const 65536
      global.get 1
      i32.add
      i32.load 1
    )
    (func (;6;) (type 1)
      call 0
      call 2
    )
    (data (;0;) "passive")
    (data (;1;) (memory 1) (i32.const 65536) "")
    (@producers
      (processed-by "monaka-wrap" "VERSION")
    )
    (@custom "monaka-wrap" (after data) "\02\02\00\00\01\00\00\00\00\00\00\00\01\00\00\00\00\00VERSION")
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (type (;0;) (result))
  (type (;1;) (func (result 0)))
  (alias core export $main "wasi:cli/run@0.2.12#run" (core func $wasi:cli/run@0.2.12#run (;0;)))
  (func $run (;0;) (type 1) (canon lift (core func $wasi:cli/run@0.2.12#run)))
  (component $wasi:cli/run@0.2.12-shim-component (;0;)
    (type (;0;) (result))
    (type (;1;) (func (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance $wasi:cli/run@0.2.12-shim-instance (;0;) (instantiate $wasi:cli/run@0.2.12-shim-component
      (with "import-func-run" (func $run))
    )
  )
  (export $wasi:cli/run@0.2.12 (;1;) "wasi:cli/run@0.2.12" (instance $wasi:cli/run@0.2.12-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
