(module
  (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32) (result i32)))
  (type (;3;) (func (param i32) (result i32)))
  (type (;4;) (func))
  (type (;5;) (func (param i32 i32 i32 i32) (result i32)))
  (type (;6;) (func (param i32 i32) (result i32)))
  (type (;7;) (func (param i32 i64 i32 i32) (result i32)))
  (type (;8;) (func (param i32 i32 i32) (result i32)))
  (type (;9;) (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func (;0;) (type 5) (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_renumber" (func (;1;) (type 6) (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func (;2;) (type 5) (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func (;3;) (type 7) (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func (;4;) (type 6) (param i32 i32) (result i32)))
  (table (;0;) 5 5 funcref)
  (memory (;0;) 3 3)
  (global (;0;) (mut i32) i32.const 1)
  (global (;1;) (mut i32) i32.const 65536)
  (export "memory" (memory 0))
  (export "_start" (func 5))
  (export "cabi_realloc" (func 11))
  (elem (;0;) (table 0) (i32.const 0) func 6 7 4 8 9)
  (elem (;1;) declare func 5)
  (func (;5;) (type 4)
    i32.const 0
    i32.const 8
    i32.const 1
    i32.const 4
    call 6
    drop
  )
  (func (;6;) (type 5) (param i32 i32 i32 i32) (result i32)
    local.get 2
    i32.eqz
    if ;; label = @1
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
  (func (;7;) (type 5) (param i32 i32 i32 i32) (result i32)
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
      call 3
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
    call 2
  )
  (func (;8;) (type 8) (param i32 i32 i32) (result i32)
    local.get 0
    local.get 0
    call 1
    local.tee 1
    if ;; label = @1
      local.get 1
      return
    end
    i32.const 57
  )
  (func (;9;) (type 9) (param i32) (result i32)
    i32.const 52
  )
  (func (;10;) (type 9) (param i32) (result i32)
    local.get 0
    i32.const 1
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
  (func (;11;) (type 5) (param i32 i32 i32 i32) (result i32)
    local.get 0
    if ;; label = @1
      unreachable
    end
    local.get 3
    i32.const 196608
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
