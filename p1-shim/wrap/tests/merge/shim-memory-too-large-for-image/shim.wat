(module
  (memory (export "memory") 65536)
  (func (export "fd_close") (param i32) (result i32) i32.const 0))
