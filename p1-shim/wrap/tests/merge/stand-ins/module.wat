;; Imports that AssemblyScript and Emscripten add for any host.
(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "env" "emscripten_notify_memory_growth" (func $grown (param i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $grown (memory.grow (i32.const 1)))
    (if (call $close (i32.const 3))
      (then (call $abort (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1))))))
