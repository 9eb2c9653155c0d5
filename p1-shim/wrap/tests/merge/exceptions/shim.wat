(module
  (memory (export "memory") 1)
  (tag $own (param i32 i32))
  (func (export "fd_close") (param i32) (result i32)
    (block $caught (result i32 i32 exnref)
      (try_table (catch_ref $own $caught)
        (throw $own (i32.const 1) (i32.const 2)))
      unreachable)
    throw_ref))
