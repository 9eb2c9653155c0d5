;; Asks what no program should have to ask. Exits with the number of the answer that is wrong.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv"
    (func $sock_recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send"
    (func $sock_send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_raise" (func $proc_raise (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $badf i32 (i32.const 8))
  (global $nosys i32 (i32.const 52))
  (global $notsock i32 (i32.const 57))
  (global $closed i32 (i32.const 99))
  (global $root i32 (i32.const 3))

  (func $expect (param $errno i32) (param $expected i32) (param $number i32)
    (if (i32.ne (local.get $errno) (local.get $expected))
      (then (call $proc_exit (local.get $number)))))

  (func (export "_start")
    ;; Without buffers, only the descriptor counts.
    (call $expect
      (call $fd_read (global.get $closed) (i32.const 0) (i32.const 0) (i32.const 16))
      (global.get $badf) (i32.const 1))
    (call $expect
      (call $fd_write (global.get $closed) (i32.const 0) (i32.const 0) (i32.const 16))
      (global.get $badf) (i32.const 2))
    (i32.store (i32.const 16) (i32.const 7))
    (call $expect
      (call $fd_write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16))
      (i32.const 0) (i32.const 3))
    (call $expect (i32.load (i32.const 16)) (i32.const 0) (i32.const 4))
    ;; Nothing is a socket.
    (call $expect
      (call $sock_accept (global.get $closed) (i32.const 0) (i32.const 16))
      (global.get $badf) (i32.const 5))
    (call $expect
      (call $sock_accept (global.get $root) (i32.const 0) (i32.const 16))
      (global.get $notsock) (i32.const 6))
    (call $expect
      (call $sock_recv (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16)
        (i32.const 24))
      (global.get $notsock) (i32.const 7))
    (call $expect
      (call $sock_send (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16))
      (global.get $notsock) (i32.const 8))
    (call $expect (call $proc_raise (i32.const 6)) (global.get $nosys) (i32.const 9))))
