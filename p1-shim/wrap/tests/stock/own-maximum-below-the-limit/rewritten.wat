(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32) (result i32)))
  (type (;3;) (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (;0;) (type 2) (param i32) (result i32)))
  (memory (;0;) 22 22)
  (global (;0;) (mut i32) i32.const 1)
  (global (;1;) (mut i32) i32.const 1310720)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (export "cabi_realloc" (func 3))
  (elem (;0;) declare func 1)
  (func (;1;) (type 1))
  (func (;2;) (type 2) (param i32) (result i32)
    local.get 0
    i32.const 20
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
  (func (;3;) (type 3) (param i32 i32 i32 i32) (result i32)
    local.get 0
    if ;; label = @1
      unreachable
    end
    local.get 3
    i32.const 1441792
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
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
)
