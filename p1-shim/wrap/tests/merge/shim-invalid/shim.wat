(module
  (memory (export "memory") 1)
  (func (export "fd_close") (param i32) (result i32) i64.const 0))
