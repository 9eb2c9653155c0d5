//! Guests on one file system: what they share, and what they cannot do to each other.

use std::thread;
use std::time::Duration;

use fs_core::{Descriptor, DescriptorFlags, Limits, MemFs, OpenFlags, PathFlags, ReadOnly};
use vfs_host::{OutputBuffer, VfsCtx, WallTime, preview1};
use wasmtime::{Config, Engine, Linker, Module, Result, Store, Trap};

fn files() -> MemFs {
    MemFs::builder(WallTime).build().expect("room for a root")
}

fn engine() -> Engine {
    let mut config = Config::new();
    config.epoch_interruption(true);
    Engine::new(&config).expect("an engine")
}

/// A module with what every guest here imports, data at 64, and this as its body.
fn module(engine: &Engine, data: &str, body: &str) -> Module {
    let text = format!(
        r#"(module
            (import "wasi_snapshot_preview1" "path_open" (func $open
                (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_write" (func $write
                (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_read" (func $read
                (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll
                (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink
                (param i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 64) "{data}")
            (func $check (param i32) (if (local.get 0) (then unreachable)))
            (func (export "_start") (local $i i32) {body}))"#
    );
    let binary = wat::parse_str(text).expect("a module");
    Module::new(engine, binary).expect("a module")
}

/// Runs a guest whose epoch deadline is the next epoch.
fn run<F: fs_core::FileSystem + 'static>(module: &Module, guest: VfsCtx<F>) -> Result<()>
where
    VfsCtx<F>: Send,
{
    let engine = module.engine();
    let mut linker = Linker::new(engine);
    preview1::add_to_linker(&mut linker, |guest: &mut VfsCtx<F>| guest)?;
    let mut store = Store::new(engine, guest);
    store.set_epoch_deadline(1);
    let instance = linker.instantiate(&mut store, module)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())
}

fn read(files: &MemFs, path: &str) -> Vec<u8> {
    let root = files.root();
    let file = root.open_at(
        PathFlags::empty(),
        path,
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    let file = file.expect("the file");
    file.read_to_vec(0, u64::MAX).expect("its content")
}

/// Opens `log` for appending and writes the 16 bytes at 80 many times.
const APPENDING: &str = r#"
    (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3)
        (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 1) (i32.const 0)))
    (i32.store (i32.const 16) (i32.const 80))
    (i32.store (i32.const 20) (i32.const 9))
    (i32.store (i32.const 24) (i32.const 89))
    (i32.store (i32.const 28) (i32.const 7))
    (loop $again
        (call $check (call $write (i32.load (i32.const 0)) (i32.const 16) (i32.const 2) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 2000))))"#;

#[test]
fn sixteen_guests_append_to_one_log_and_every_line_is_whole() {
    let (engine, files) = (engine(), files());
    thread::scope(|scope| {
        for number in 0..16 {
            let line = format!("log{:13}guest {number:02}, line\\n\\n", "");
            let module = module(&engine, &line, APPENDING);
            let files = &files;
            scope.spawn(move || {
                run(&module, VfsCtx::builder().build(files)).expect("the guest ends well")
            });
        }
    });
    let log = String::from_utf8(read(&files, "log")).expect("text");
    let mut counts = [0; 16];
    for line in log.split_inclusive("\n\n") {
        let number = line
            .strip_prefix("guest ")
            .and_then(|rest| rest.strip_suffix(", line\n\n"));
        let number: usize = number.and_then(|text| text.parse().ok()).expect(line);
        counts[number] += 1;
    }
    assert_eq!(counts, [2000; 16]);
}

#[test]
fn a_guest_that_traps_gives_back_what_it_held() {
    let (engine, files) = (engine(), files());
    let before = files.usage();
    let body = r#"
        (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
        (i32.store (i32.const 20) (i32.const 65536))
        (call $check (call $write (i32.load (i32.const 0)) (i32.const 16) (i32.const 1) (i32.const 8)))
        (call $check (call $unlink (i32.const 3) (i32.const 64) (i32.const 3)))
        unreachable"#;
    let ended = run(
        &module(&engine, "log", body),
        VfsCtx::builder().build(&files),
    );
    assert_eq!(
        ended.expect_err("a trap").downcast_ref(),
        Some(&Trap::UnreachableCodeReached)
    );
    assert_eq!(files.usage(), before);
}

#[test]
fn a_guest_that_sleeps_or_waits_for_input_meets_its_epoch_deadline() {
    // Subscriptions to a timer of a hundred years, and to standard input that says nothing.
    let sleeping = r#"
        (i32.store8 (i32.const 1008) (i32.const 0))
        (i64.store (i32.const 1024) (i64.const 3153600000000000000))
        (i32.store (i32.const 1016) (i32.const 1))
        (drop (call $poll (i32.const 1000) (i32.const 2000) (i32.const 1) (i32.const 8)))"#;
    let reading = r#"
        (i32.store (i32.const 20) (i32.const 16))
        (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))"#;
    for body in [sleeping, reading] {
        let engine = engine();
        let module = module(&engine, "", body);
        let (silent, _writer) = std::io::pipe().expect("a pipe");
        let guest = VfsCtx::builder().stdin(silent).build(&files());
        let ended = thread::scope(|scope| {
            let running = scope.spawn(|| run(&module, guest));
            while !running.is_finished() {
                engine.increment_epoch();
                thread::sleep(Duration::from_millis(1));
            }
            running.join().expect("no panic")
        });
        let error = ended.expect_err("an interruption");
        assert_eq!(error.downcast_ref(), Some(&Trap::Interrupt), "{error:?}");
    }
}

#[test]
fn a_guest_opens_as_many_files_as_it_may() {
    const MFILE: i32 = 33;
    let engine = engine();
    let body = format!(
        r#"(loop $again
            (local.set $i (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3)
                (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
            (br_if $again (i32.eqz (local.get $i))))
        (call $check (i32.ne (local.get $i) (i32.const {MFILE})))
        (call $check (i32.ne (i32.load (i32.const 0)) (i32.const 99)))"#
    );
    let guest = VfsCtx::builder().max_open_files(100).build(&files());
    run(&module(&engine, "log", &body), guest).expect("the last number is 99");
}

#[test]
fn pointers_that_lead_nowhere_are_faults() {
    const FAULT: i32 = 21;
    let engine = engine();
    let body = format!(
        r#"(call $check (i32.ne (i32.const {FAULT})
            (call $read (i32.const 0) (i32.const -1) (i32.const 1) (i32.const 8))))
        (i32.store (i32.const 16) (i32.const -1))
        (i32.store (i32.const 20) (i32.const -1))
        (call $check (i32.ne (i32.const {FAULT})
            (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))
        (call $check (i32.ne (i32.const {FAULT})
            (call $poll (i32.const 65530) (i32.const 0) (i32.const 1) (i32.const 8))))"#
    );
    run(
        &module(&engine, "", &body),
        VfsCtx::builder().build(&files()),
    )
    .expect("every answer is FAULT");
}

#[test]
fn output_beyond_the_limit_of_its_buffer_fails() {
    const NOSPC: i32 = 51;
    let engine = engine();
    let output = OutputBuffer::new(10);
    let body = format!(
        r#"(i32.store (i32.const 16) (i32.const 64))
        (i32.store (i32.const 20) (i32.const 7))
        (call $check (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))
        (call $check (i32.ne (i32.const {NOSPC})
            (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))"#
    );
    let guest = VfsCtx::builder().stdout(output.clone()).build(&files());
    run(&module(&engine, "0123456", &body), guest).expect("the second write fails");
    assert_eq!(output.contents(), b"0123456012");
}

#[test]
fn a_guest_of_a_read_only_view_changes_nothing() {
    const ROFS: i32 = 69;
    let (engine, files) = (engine(), files());
    let body = format!(
        r#"(call $check (i32.ne (i32.const {ROFS})
            (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3)
                (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0))))"#
    );
    let guest = VfsCtx::builder().build(&ReadOnly::new(files.clone()));
    run(&module(&engine, "log", &body), guest).expect("opening is refused");
    assert!(files.root().stat_at(PathFlags::empty(), "log").is_err());
}

#[test]
fn a_full_file_system_is_an_errno() {
    const NOSPC: i32 = 51;
    let limits = Limits {
        bytes: 1 << 20,
        ..Limits::default()
    };
    let files = MemFs::builder(WallTime).limits(limits).build();
    let files = files.expect("room for a root");
    let engine = engine();
    let body = format!(
        r#"(call $check (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 3)
            (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
        (i32.store (i32.const 20) (i32.const 65536))
        (loop $again
            (local.set $i (call $write
                (i32.load (i32.const 4096)) (i32.const 16) (i32.const 1) (i32.const 8)))
            (br_if $again (i32.eqz (local.get $i))))
        (call $check (i32.ne (local.get $i) (i32.const {NOSPC})))"#
    )
    .replace(
        "(i32.const 0)))\n        (i32.store",
        "(i32.const 4096)))\n        (i32.store",
    );
    let guest = VfsCtx::builder().build(&files);
    run(&module(&engine, "log", &body), guest).expect("a full file system is NOSPC");
    assert!(files.usage().bytes <= 1 << 20);
}
