(module
  (func (export "fd_close") (param i32) (result i32) i32.const 0))
