(component
  (type $ty-wasi:cli/exit@0.2.12 (;0;)
    (instance
      (type (;0;) (result))
      (type (;1;) (func (param "status" 0)))
      (export (;0;) "exit" (func (type 1)))
    )
  )
  (import "wasi:cli/exit@0.2.12" (instance $wasi:cli/exit@0.2.12 (;0;) (type $ty-wasi:cli/exit@0.2.12)))
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
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
    (import "wasi:cli/exit@0.2.12" "exit" (func (;0;) (type 2) (param i32)))
    (memory (;0;) 2 2)
    (memory (;1;) 1)
    (global (;0;) (mut i32) i32.const 4096)
    (global (;1;) i32 i32.const 0)
    (export "memory" (memory 1))
    (export "cabi_realloc" (func 2))
    (export "wasi:cli/run@0.2.12#run" (func 3))
    (elem (;0;) declare func 1)
    (func (;1;) (type 1)
      i32.const 33
      call 4
    )
    (func (;2;) (type 7) (param i32 i32 i32 i32) (result i32)
      global.get 0
      global.get 0
      local.get 3
      i32.add
      global.set 0
    )
    (func (;3;) (type 3) (result i32)
      call 1
      i32.const 0
    )
    (func (;4;) (type 2) (param i32)
      local.get 0
      call 5
      unreachable
    )
    (func (;5;) (type 2) (param i32)
      local.get 0
      i32.const 0
      i32.ne
      call 0
    )
    (data (;0;) (memory 1) (i32.const 65536) "")
    (@producers
      (processed-by "monaka-wrap" "VERSION")
    )
    (@custom "monaka-wrap" (after data) "\02\02\00\00\01\00\00\00\00\00\00\00\01\00\00\00\00\00VERSION")
  )
  (alias export $wasi:cli/exit@0.2.12 "exit" (func $exit (;0;)))
  (core func $exit (;0;) (canon lower (func $exit)))
  (core instance $wasi:cli/exit@0.2.12 (;0;)
    (export "exit" (func $exit))
  )
  (core instance $main (;1;) (instantiate $main
      (with "wasi:cli/exit@0.2.12" (instance $wasi:cli/exit@0.2.12))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (type (;1;) (result))
  (type (;2;) (func (result 1)))
  (alias core export $main "wasi:cli/run@0.2.12#run" (core func $wasi:cli/run@0.2.12#run (;1;)))
  (func $run (;1;) (type 2) (canon lift (core func $wasi:cli/run@0.2.12#run)))
  (component $wasi:cli/run@0.2.12-shim-component (;0;)
    (type (;0;) (result))
    (type (;1;) (func (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance $wasi:cli/run@0.2.12-shim-instance (;1;) (instantiate $wasi:cli/run@0.2.12-shim-component
      (with "import-func-run" (func $run))
    )
  )
  (export $wasi:cli/run@0.2.12 (;2;) "wasi:cli/run@0.2.12" (instance $wasi:cli/run@0.2.12-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
