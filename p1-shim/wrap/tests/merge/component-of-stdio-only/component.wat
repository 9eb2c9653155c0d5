(component
  (type $ty-wasi:random/random@0.2.12 (;0;)
    (instance
      (type (;0;) (list u8))
      (type (;1;) (func (param "len" u64) (result 0)))
      (export (;0;) "get-random-bytes" (func (type 1)))
    )
  )
  (import "wasi:random/random@0.2.12" (instance $wasi:random/random@0.2.12 (;0;) (type $ty-wasi:random/random@0.2.12)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32) (result i32)))
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
    (import "wasi:random/random@0.2.12" "get-random-bytes" (func (;0;) (type 4) (param i64 i32)))
    (memory (;0;) 1)
    (memory (;1;) 1)
    (global (;0;) (mut i32) i32.const 4096)
    (global (;1;) i32 i32.const 0)
    (export "memory" (memory 1))
    (export "cabi_realloc" (func 2))
    (export "wasi:cli/run@0.2.12#run" (func 3))
    (elem (;0;) declare func 1)
    (func (;1;) (type 1)
      i32.const 0
      i32.const 4
      call 4
      drop
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
    (func (;4;) (type 10) (param i32 i32) (result i32)
      local.get 1
      i64.extend_i32_u
      i32.const 0
      call 0
      i32.const 0
    )
    (data (;0;) (memory 1) (i32.const 65536) "")
    (@producers
      (processed-by "monaka-wrap" "VERSION")
    )
    (@custom "monaka-wrap" (after data) "\02\02\00\00\01\00\00\00\00\00\00\00\01\00\00\00\00\00VERSION")
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i64 i32)))
    (table (;0;) 1 1 funcref)
    (export "0" (func 0))
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i64 i32)
      local.get 0
      local.get 1
      i32.const 0
      call_indirect (type 0)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias core export $wit-component-shim-instance "0" (core func $indirect-wasi:random/random@0.2.12-get-random-bytes (;0;)))
  (core instance $wasi:random/random@0.2.12 (;1;)
    (export "get-random-bytes" (func $indirect-wasi:random/random@0.2.12-get-random-bytes))
  )
  (core instance $main (;2;) (instantiate $main
      (with "wasi:random/random@0.2.12" (instance $wasi:random/random@0.2.12))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i64 i32)))
    (import "actual" "0" (func (;0;) (type 0) (param i64 i32)))
    (import "shim" "$imports" (table (;0;) 1 1 funcref))
    (elem (;0;) (i32.const 0) func 0)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $wasi:random/random@0.2.12 "get-random-bytes" (func $get-random-bytes (;0;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;1;)))
  (core func $"#core-func2 indirect-wasi:random/random@0.2.12-get-random-bytes" (@name "indirect-wasi:random/random@0.2.12-get-random-bytes") (;2;) (canon lower (func $get-random-bytes) (memory $memory) (realloc $cabi_realloc)))
  (core instance $actual (;3;)
    (export "0" (func $"#core-func2 indirect-wasi:random/random@0.2.12-get-random-bytes"))
  )
  (core instance $fixup (;4;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;1;) (result))
  (type (;2;) (func (result 1)))
  (alias core export $main "wasi:cli/run@0.2.12#run" (core func $wasi:cli/run@0.2.12#run (;3;)))
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
