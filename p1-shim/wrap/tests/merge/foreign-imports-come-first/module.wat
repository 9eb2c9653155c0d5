;; Imports of the program's own host stay, in order, in front of those of the shim.
(module
  (import "env" "before" (func $before))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "env" "level" (global $level (mut i32)))
  (import "env" "oops" (tag $oops (param i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "env" "after" (func $after (param i64)))
  (memory (export "memory") 1)
  (global $own i32 (i32.const 5))
  (tag $mine)
  (func (export "_start")
    call $before
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
    (global.set $level (global.get $own))
    (call $after (i64.const 1))
    (if (call $close (i32.const 3))
      (then (throw $oops (i32.const 1)))
      (else (throw $mine)))))
