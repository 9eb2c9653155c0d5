;; Reads and writes one descriptor in turns and switches it to appending in between; prints what
;; became of the file. Exits with the errno on failure.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags"
    (func $fd_fdstat_set_flags (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; 0: descriptor, 8: iovec, 16: count, 24: position, 32: the path, 64: letters, 128: what is read
  (data (i32.const 32) "file")
  (data (i32.const 64) "abcdefXYVZ")

  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))
  (func $write (param $fd i32) (param $at i32) (param $len i32)
    (i32.store (i32.const 8) (local.get $at))
    (i32.store (i32.const 12) (local.get $len))
    (call $check
      (call $fd_write (local.get $fd) (i32.const 8) (i32.const 1) (i32.const 16))))
  (func $read (param $len i32)
    (i32.store (i32.const 8) (i32.const 128))
    (i32.store (i32.const 12) (local.get $len))
    (call $check
      (call $fd_read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16))))
  (func $rewind
    (call $check (call $fd_seek (i32.load (i32.const 0)) (i64.const 0) (i32.const 0)
      (i32.const 24))))

  (func (export "_start")
    (call $check
      (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4)
        (i32.const 1) (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 0)))
    (call $write (i32.load (i32.const 0)) (i32.const 64) (i32.const 6))
    (call $rewind)
    (call $read (i32.const 1))                                           ;; a
    (call $write (i32.load (i32.const 0)) (i32.const 70) (i32.const 1))  ;; aX
    (call $read (i32.const 1))                                           ;; c
    (call $write (i32.load (i32.const 0)) (i32.const 71) (i32.const 1))  ;; aXcY
    (call $rewind)
    (call $write (i32.load (i32.const 0)) (i32.const 72) (i32.const 1))  ;; V
    (call $check (call $fd_fdstat_set_flags (i32.load (i32.const 0)) (i32.const 1)))
    (call $write (i32.load (i32.const 0)) (i32.const 73) (i32.const 1))  ;; at the end: Z
    (call $rewind)
    (call $read (i32.const 32))
    (call $write (i32.const 1) (i32.const 128) (i32.load (i32.const 16)))))
