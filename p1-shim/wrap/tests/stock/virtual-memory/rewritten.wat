(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (result i32)))
  (type (;2;) (func))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (;0;) (type 3) (param i32) (result i32)))
  (memory (;0;) 4098)
  (global (;0;) (mut i32) i32.const 3)
  (global (;1;) (mut i32) i32.const 268435456)
  (export "memory" (memory 0))
  (export "_start" (func 2))
  (export "cabi_realloc" (func 4))
  (elem (;0;) declare func 2)
  (func (;1;) (type 1) (result i32)
    global.get 0
  )
  (func (;2;) (type 2)
    i32.const 2
    call 3
    drop
    call 1
    drop
    i32.const 3
    call 0
    drop
  )
  (func (;3;) (type 3) (param i32) (result i32)
    local.get 0
    i32.const 4096
    global.get 0
    i32.sub
    i32.gt_u
    if ;; label = @1
      i32.const -1
      return
    end
    global.get 0
    global.get 0
    local.get 0
    i32.add
    global.set 0
  )
  (func (;4;) (type 4) (param i32 i32 i32 i32) (result i32)
    local.get 0
    if ;; label = @1
      unreachable
    end
    local.get 3
    i32.const 268566528
    global.get 1
    i32.sub
    i32.gt_u
    if ;; label = @1
      unreachable
    end
    global.get 1
    local.get 3
    i32.const 7
    i32.add
    i32.const -8
    i32.and
    global.get 1
    i32.add
    global.set 1
  )
  (data (;0;) (i32.const 8) "data")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
)
