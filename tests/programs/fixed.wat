;; Has a memory that cannot grow, and says so.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\08\00\00\00\06\00\00\00fixed\n")
  (func (export "_start")
    (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
      (then (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))))
