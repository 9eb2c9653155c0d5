;; Writes to one file until there is no room, empties it, writes again; exits with the number of
;; KiB that there was room for, or with 200 and more for what went wrong.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size"
    (func $set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "full")
  (data (i32.const 16) "\00\04\00\00\e8\03\00\00") ;; 1,000 bytes at 1,024
  (func $write (result i32)
    (call $fd_write (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 40)))
  (func $expect (param $errno i32) (param $expected i32) (param $code i32)
    (if (i32.ne (local.get $errno) (local.get $expected))
      (then (call $exit (local.get $code)))))
  (func (export "_start") (local $total i32) (local $errno i32)
    (call $expect
      (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 1)
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 32))
      (i32.const 0) (i32.const 200))
    (loop $more
      (local.set $errno (call $write))
      (if (i32.eqz (local.get $errno))
        (then
          (local.set $total (i32.add (local.get $total) (i32.load (i32.const 40))))
          (br $more))))
    (call $expect (local.get $errno) (i32.const 51) (i32.const 201)) ;; NOSPC
    (call $expect
      (call $set_size (i32.load (i32.const 32)) (i64.const 0)) (i32.const 0) (i32.const 202))
    (call $expect (call $write) (i32.const 0) (i32.const 203))
    (call $exit (i32.shr_u (local.get $total) (i32.const 10)))))
