(component
  (type $ty-wasi:cli/exit@0.2.12 (;0;)
    (instance
      (type (;0;) (func (param "status-code" u8)))
      (export (;0;) "exit-with-code" (func (type 0)))
    )
  )
  (import "wasi:cli/exit@0.2.12" (instance $wasi:cli/exit@0.2.12 (;0;) (type $ty-wasi:cli/exit@0.2.12)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (type (;1;) (func (param i32) (result i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func))
    (type (;4;) (func (param i32)))
    (type (;5;) (func (result i32)))
    (type (;6;) (func (param i64 i32)))
    (type (;7;) (func))
    (type (;8;) (func (param i32 i32 i32)))
    (type (;9;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;10;) (func (param i32) (result i32)))
    (type (;11;) (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (type (;12;) (func (param i32 i32) (result i32)))
    (import "wasi:cli/exit@0.2.12" "exit-with-code" (func (;0;) (type 4) (param i32)))
    (memory (;0;) 1)
    (memory (;1;) 2)
    (global (;0;) (mut i32) i32.const 0)
    (global (;1;) (mut i32) i32.const 4096)
    (global (;2;) i32 i32.const 5)
    (export "memory" (memory 1))
    (export "cabi_realloc" (func 3))
    (export "wasi:cli/run@0.2.12#run" (func 4))
    (elem (;0;) declare func 1 2)
    (func (;1;) (type 3)
      unreachable
    )
    (func (;2;) (type 3)
      i32.const 3
      i32.const 0
      i32.const 16
      i32.const 5
      i32.const 0
      i64.const 0
      i64.const 0
      i32.const 0
      i32.const 8
      call 6
      drop
      i32.const 3
      call 5
      call 7
    )
    (func (;3;) (type 9) (param i32 i32 i32 i32) (result i32)
      global.get 1
      global.get 1
      local.get 3
      i32.add
      global.set 1
    )
    (func (;4;) (type 5) (result i32)
      call 2
      i32.const 0
    )
    (func (;5;) (type 10) (param i32) (result i32)
      i32.const 65536
      global.get 2
      i32.add
      i32.load 1
    )
    (func (;6;) (type 11) (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)
      i32.const 2048
      local.get 2
      local.get 3
      memory.copy 1 0
      i32.const 44
    )
    (func (;7;) (type 4) (param i32)
      local.get 0
      call 0
      unreachable
    )
    (data (;0;) (memory 1) (i32.const 65536) "files")
    (@producers
      (processed-by "monaka-wrap" "VERSION")
    )
    (@custom "monaka-wrap" (after data) "\02\02\00\00\01\00\00\00\00\00\05\00\01\00\00\00\00\00VERSION")
  )
  (alias export $wasi:cli/exit@0.2.12 "exit-with-code" (func $exit-with-code (;0;)))
  (core func $exit-with-code (;0;) (canon lower (func $exit-with-code)))
  (core instance $wasi:cli/exit@0.2.12 (;0;)
    (export "exit-with-code" (func $exit-with-code))
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
