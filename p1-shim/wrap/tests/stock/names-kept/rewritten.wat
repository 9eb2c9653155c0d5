(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32) (result i32)))
  (type (;2;) (func))
  (type (;3;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32) (result i32)))
  (type (;5;) (func (param i32 i64 i32 i32) (result i32)))
  (type (;6;) (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func (;0;) (type 3) (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_renumber" (func (;1;) (type 4) (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func (;2;) (type 5) (param i32 i64 i32 i32) (result i32)))
  (memory (;0;) 4098)
  (global (;0;) (mut i32) i32.const 1)
  (global (;1;) (mut i32) i32.const 268435456)
  (export "memory" (memory 0))
  (export "_start" (func $main))
  (export "cabi_realloc" (func $cabi_realloc))
  (elem (;0;) declare func $main)
  (func $helper (;3;) (type 1) (param i32) (result i32)
    local.get 0
  )
  (func $main (;4;) (type 2)
    i32.const 1
    call $helper
    i32.const 8
    i32.const 0
    i32.const 4
    call $write
    drop
  )
  (func $write (;5;) (type 3) (param i32 i32 i32 i32) (result i32)
    (local i64)
    local.get 2
    if ;; label = @1
      local.get 1
      i64.load align=1
      local.set 4
      local.get 0
      i64.const 0
      i32.const 1
      local.get 1
      call 2
      drop
      local.get 1
      local.get 4
      i64.store align=1
    else
      local.get 0
      local.get 0
      call 1
      local.tee 1
      if ;; label = @2
        local.get 1
        return
      end
    end
    local.get 0
    local.get 1
    local.get 2
    local.get 3
    call 0
  )
  (func $memory.grow (;6;) (type 6) (param i32) (result i32)
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
  (func $cabi_realloc (;7;) (type 3) (param i32 i32 i32 i32) (result i32)
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
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
)
