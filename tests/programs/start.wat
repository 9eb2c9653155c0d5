;; Writes before _start is called, and from there through a reference that only an export declares.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (type $callback (func (param i32)))
  (memory (export "memory") 1)
  (table $callbacks 1 funcref)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00\16\00\00\00\05\00\00\00start\nmain\n")
  (func $print (export "print") (param $iovec i32)
    (drop (call $fd_write (i32.const 1) (local.get $iovec) (i32.const 1) (i32.const 64))))
  (func $start (call $print (i32.const 0)))
  (start $start)
  (func (export "_start")
    (table.set (i32.const 0) (ref.func $print))
    (call_indirect (type $callback) (i32.const 8) (i32.const 0))))
