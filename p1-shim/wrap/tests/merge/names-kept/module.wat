;; Function names follow their functions; everything else in the name section is left out.
(module $application
  (import "env" "kept" (func $kept))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory $mem (export "memory") 1)
  (func $start (export "_start") (local $descriptor i32)
    call $kept
    (drop (call $close (local.get $descriptor)))))
