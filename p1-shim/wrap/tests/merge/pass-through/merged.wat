(module $hello
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (;0;) (type 0) (param i32 i32 i32 i32) (result i32)))
  (memory (;0;) 1)
  (export "memory" (memory 0))
  (export "_start" (func $start))
  (func $start (;1;) (type 1)
    i32.const 1
    i32.const 0
    i32.const 1
    i32.const 8
    call $write
    drop
  )
)
