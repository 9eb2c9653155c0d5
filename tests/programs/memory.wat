;; Owns all of its memory, as the allocators of Go and AssemblyScript do: takes page after page up to
;; its maximum, marks each, asks the host for the time in between, and looks at all marks in the end.
;; Exits with the number of the check that failed.
(module
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2 64)

  (func $check (param $holds i32) (param $number i32)
    (if (i32.eqz (local.get $holds)) (then (call $proc_exit (local.get $number)))))

  ;; Where a page is marked: at its first and its last word.
  (func $first (param $page i32) (result i32) (i32.shl (local.get $page) (i32.const 16)))
  (func $last (param $page i32) (result i32)
    (i32.add (call $first (local.get $page)) (i32.const 65532)))
  (func $mark (param $page i32)
    (i32.store (call $first (local.get $page)) (i32.add (local.get $page) (i32.const 7)))
    (i32.store (call $last (local.get $page)) (i32.add (local.get $page) (i32.const 9))))
  (func $is_marked (param $page i32) (result i32)
    (i32.and
      (i32.eq (i32.load (call $first (local.get $page)))
        (i32.add (local.get $page) (i32.const 7)))
      (i32.eq (i32.load (call $last (local.get $page)))
        (i32.add (local.get $page) (i32.const 9)))))

  (func (export "_start") (local $page i32)
    (call $check (i32.eq (memory.size) (i32.const 2)) (i32.const 1))
    (call $check (i32.eqz (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 8)))
      (i32.const 2))
    (call $mark (i32.const 1))
    (local.set $page (i32.const 2))
    (loop $next
      (call $check (i32.eq (memory.grow (i32.const 1)) (local.get $page)) (i32.const 3))
      (call $check (i32.eqz (i32.load (call $first (local.get $page)))) (i32.const 4))
      (call $check (i32.eqz (i32.load (call $last (local.get $page)))) (i32.const 5))
      (call $mark (local.get $page))
      (call $check (i32.eqz (call $random_get (i32.const 16) (i32.const 32))) (i32.const 6))
      (local.set $page (i32.add (local.get $page) (i32.const 1)))
      (call $check (i32.eq (memory.size) (local.get $page)) (i32.const 7))
      (br_if $next (i32.lt_u (local.get $page) (i32.const 64))))
    (call $check (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (i32.const 8))
    (call $check (i32.eq (memory.grow (i32.const -1)) (i32.const -1)) (i32.const 9))
    (call $check (i32.eq (memory.grow (i32.const 0)) (i32.const 64)) (i32.const 10))
    (loop $look
      (local.set $page (i32.sub (local.get $page) (i32.const 1)))
      (call $check (call $is_marked (local.get $page)) (i32.const 11))
      (br_if $look (i32.gt_u (local.get $page) (i32.const 1))))))
