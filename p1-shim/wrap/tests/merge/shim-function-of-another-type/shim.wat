(module
  (memory (export "memory") 1)
  (func (export "fd_close") (param i64) (result i32) i32.const 0))
