(module
  (rec
    (type (;0;) (func (param (ref null 1))))
    (type (;1;) (struct (field (ref null 0))))
  )
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i32) (result i32 i64)))
  (type (;4;) (func))
  (type (;5;) (func (param i32) (result i32)))
  (type (;6;) (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (;0;) (type 5) (param i32) (result i32)))
  (memory (;0;) 3 3)
  (global (;0;) (mut i64) i64.const 5)
  (global (;1;) (mut i32) i32.const 1)
  (global (;2;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "_start" (func 2))
  (export "cabi_realloc" (func 4))
  (elem (;0;) declare func 2)
  (func (;1;) (type 3) (param i32) (result i32 i64)
    local.get 0
    global.get 0
  )
  (func (;2;) (type 4)
    (local v128)
    global.get 1
    call 1
    global.set 0
    drop
  )
  (func (;3;) (type 5) (param i32) (result i32)
    local.get 0
    i32.const 1
    global.get 1
    i32.sub
    i32.gt_u
    if ;; label = @1
      i32.const -1
      return
    end
    global.get 1
    global.get 1
    local.get 0
    i32.add
    global.set 1
  )
  (func (;4;) (type 6) (param i32 i32 i32 i32) (result i32)
    local.get 0
    if ;; label = @1
      unreachable
    end
    local.get 3
    i32.const 196608
    global.get 2
    i32.sub
    i32.gt_u
    if ;; label = @1
      unreachable
    end
    global.get 2
    local.get 3
    i32.const 7
    i32.add
    i32.const -8
    i32.and
    global.get 2
    i32.add
    global.set 2
  )
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
)
