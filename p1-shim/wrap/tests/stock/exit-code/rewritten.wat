(module
  (type (;0;) (func (param i32)))
  (type (;1;) (func))
  (type (;2;) (func (param i32)))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi:cli/exit@0.2.12" "exit-with-code" (func (;0;) (type 2) (param i32)))
  (memory (;0;) 4 4)
  (global (;0;) (mut i32) i32.const 2)
  (global (;1;) (mut i32) i32.const 131072)
  (export "memory" (memory 0))
  (export "_start" (func 1))
  (export "cabi_realloc" (func 3))
  (elem (;0;) declare func 1)
  (func (;1;) (type 1)
    i32.const 33
    call 0
  )
  (func (;2;) (type 3) (param i32) (result i32)
    local.get 0
    i32.const 2
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
  (func (;3;) (type 4) (param i32 i32 i32 i32) (result i32)
    local.get 0
    if ;; label = @1
      unreachable
    end
    local.get 3
    i32.const 262144
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
