(module
  (type (;0;) (func (param i32) (result i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func))
  (type (;3;) (func (param i32 i32)))
  (type (;4;) (func (param i32) (result i32)))
  (type (;5;) (func (result i32 i32 exnref)))
  (memory (;0;) 1)
  (memory (;1;) 1)
  (tag (;0;) (type 1) (param i32))
  (tag (;1;) (type 3) (param i32 i32))
  (global (;0;) i32 i32.const 0)
  (export "memory" (memory 0))
  (export "_start" (func 0))
  (func (;0;) (type 2)
    block (result i32) ;; label = @1
      try_table (catch 0 0 (;@1;)) ;; label = @2
        i32.const 3
        call 1
        throw 0
      end
      i32.const 0
    end
    drop
  )
  (func (;1;) (type 4) (param i32) (result i32)
    block (type 5) (result i32 i32 exnref) ;; label = @1
      try_table (catch_ref 1 0 (;@1;)) ;; label = @2
        i32.const 1
        i32.const 2
        throw 1
      end
      unreachable
    end
    throw_ref
  )
  (data (;0;) (memory 1) (i32.const 65536) "")
  (@producers
    (processed-by "monaka-wrap" "VERSION")
  )
  (@custom "monaka-wrap" (after data) "\02\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00VERSION")
)
