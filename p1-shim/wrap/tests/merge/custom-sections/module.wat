;; Which custom sections survive.
(module $application
  (@custom "go:buildid" (before first) "abc")
  (@custom ".debug_info" "stale")
  (@custom "sourceMappingURL" "stale")
  (@custom "metadata.code.branch_hint" "stale")
  (@custom "unheard-of" "unknown")
  (@producers
    (language "Go" "go1.26.1")
    (processed-by "Go cmd/compile" "go1.26.1"))
  (@custom "target_features" "\02+\07simd128+\0fmutable-globals")
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (func $start (export "_start") (drop (call $close (i32.const 3)))))
