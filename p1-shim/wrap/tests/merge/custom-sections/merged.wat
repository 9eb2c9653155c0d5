(module
  (@custom "go:buildid" (before first) "abc")
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32) (result i32)))
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
  (func (;1;) (type 2) (param i32) (result i32)
    i32.const 0
  )
  (data (;0;) (memory 1) (i32.const 65536) "")
  (@custom "target_features" (after data) "\04+\0bbulk-memory+\0bmultimemory+\0fmutable-globals+\07simd128")
  (@producers
    (language "Go" "go1.26.1")
    (language "Rust" "")
    (processed-by "Go cmd/compile" "go1.26.1")
    (processed-by "rustc" "1.95.0")
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
