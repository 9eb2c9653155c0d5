;; Writes `kept` to the file `file`, asks for it to be durable if it has an argument, says `ready`,
;; and waits until standard input ends. Exits with the errno on failure.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_sync" (func $fd_sync (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; 64: the file and its content, 80: the message
  (data (i32.const 64) "filekept")
  (data (i32.const 80) "ready\n")

  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  (func (export "_start")
    ;; 0: argc, 4: size of the strings
    (call $check (call $args_sizes_get (i32.const 0) (i32.const 4)))
    ;; 8: the descriptor; created, emptied, with the rights to sync and to write
    (call $check
      (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4)
        (i32.const 9) (i64.const 80) (i64.const 0) (i32.const 0) (i32.const 8)))
    ;; 16: the iovec, 24: count
    (i32.store (i32.const 16) (i32.const 68))
    (i32.store (i32.const 20) (i32.const 4))
    (call $check (call $fd_write (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24)))
    (if (i32.gt_u (i32.load (i32.const 0)) (i32.const 1))
      (then (call $check (call $fd_sync (i32.load (i32.const 8))))))
    (i32.store (i32.const 16) (i32.const 80))
    (i32.store (i32.const 20) (i32.const 6))
    (call $check (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 1))
    (call $check (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))))
