(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;2;) (func))
  (type (;3;) (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (;0;) (type 3) (param i32) (result i32)))
  (memory (;0;) 2)
  (export "memory" (memory 0))
  (export "_start" (func 2))
  (export "cabi_realloc" (func 1))
  (elem (;0;) declare func 1 2)
  (func (;1;) (type 1) (param i32 i32 i32 i32) (result i32)
    i32.const 1
    memory.grow
    i32.const 16
    i32.shl
  )
  (func (;2;) (type 2)
    memory.size
    drop
  )
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
)
