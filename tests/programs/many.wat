;; Makes empty files until there is no room, removes one, makes another; exits with the number of
;; files that there was room for, or with 200 and more for what went wrong.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $expect (param $errno i32) (param $expected i32) (param $code i32)
    (if (i32.ne (local.get $errno) (local.get $expected))
      (then (call $exit (local.get $code)))))
  ;; A file whose name is one byte.
  (func $make (param $name i32) (result i32) (local $errno i32)
    (i32.store8 (i32.const 0) (local.get $name))
    (local.set $errno
      (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1)
        (i32.const 5) ;; CREAT and EXCL
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 32)))
    (if (i32.eqz (local.get $errno))
      (then
        (call $expect (call $close (i32.load (i32.const 32))) (i32.const 0) (i32.const 200))))
    (local.get $errno))
  (func (export "_start") (local $count i32) (local $errno i32)
    (loop $more
      (local.set $errno (call $make (i32.add (i32.const 65) (local.get $count))))
      (if (i32.eqz (local.get $errno))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $more))))
    (call $expect (local.get $errno) (i32.const 51) (i32.const 201)) ;; NOSPC
    (i32.store8 (i32.const 0) (i32.const 65))
    (call $expect
      (call $unlink (i32.const 3) (i32.const 0) (i32.const 1)) (i32.const 0) (i32.const 202))
    (call $expect (call $make (i32.const 64)) (i32.const 0) (i32.const 203))
    (call $expect (call $make (i32.const 65)) (i32.const 51) (i32.const 204))
    (call $exit (local.get $count))))
