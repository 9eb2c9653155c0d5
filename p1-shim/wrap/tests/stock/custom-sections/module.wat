(module
  (@custom "go:buildid" (before first) "id")
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "_start"))
  (@custom ".debug_info" "\00")
  (@custom "sourceMappingURL" "\03map")
  (@custom "target_features" "\01+\0bbulk-memory")
  (@producers (language "Go" "1.26")))
