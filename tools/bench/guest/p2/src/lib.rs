//! Times single file operations of WASI 0.2. It prints nothing, so that what it is composed with
//! needs no standard streams.
#![cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "nothing is exported to native code")
)]

mod bindings;
#[cfg(target_family = "wasm")]
mod exports;

use bindings::wasi::clocks::monotonic_clock;
use bindings::wasi::filesystem::preopens;
use bindings::wasi::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};

const BLOCK: usize = 4096;
/// Blocks of the file that is read and written: 1 MiB.
const BLOCKS: u64 = 256;
const PASSES: u64 = 40;
const FILES: u64 = 2000;

struct Program;

impl bindings::Guest for Program {
    fn run() -> Vec<(String, f64)> {
        let (root, _) = preopens::get_directories().swap_remove(0);
        let mut times = Vec::new();
        transfers(&root, &mut times);
        names(&root, &mut times);
        times
    }
}

/// Nanoseconds per operation, by the operation's name.
type Times = Vec<(String, f64)>;

fn time(times: &mut Times, name: &str, operations: u64, run: impl FnOnce()) {
    let start = monotonic_clock::now();
    run();
    let elapsed = monotonic_clock::now() - start;
    times.push((name.to_owned(), elapsed as f64 / operations as f64));
}

fn transfers(root: &Descriptor, times: &mut Times) {
    let file = create(root, "data");
    let block = [1; BLOCK];
    let offset = |index: u64| index % BLOCKS * BLOCK as u64;
    let write = || {
        for index in 0..BLOCKS * PASSES {
            check(file.write(&block, offset(index)) == Ok(BLOCK as u64));
        }
    };
    write();
    time(times, "write-4k", BLOCKS * PASSES, write);
    time(times, "write-4k-stream", BLOCKS * PASSES, || {
        for _ in 0..PASSES {
            let stream = file.write_via_stream(0).expect("a stream");
            for _ in 0..BLOCKS {
                check(stream.blocking_write_and_flush(&block).is_ok());
            }
        }
    });
    time(times, "read-4k", BLOCKS * PASSES, || {
        for index in 0..BLOCKS * PASSES {
            let read = file.read(BLOCK as u64, offset(index));
            check(read.is_ok_and(|(bytes, _)| bytes.len() == BLOCK));
        }
    });
    time(times, "read-4k-stream", BLOCKS * PASSES, || {
        for _ in 0..PASSES {
            let stream = file.read_via_stream(0).expect("a stream");
            for _ in 0..BLOCKS {
                let read = stream.blocking_read(BLOCK as u64);
                check(read.is_ok_and(|bytes| bytes.len() == BLOCK));
            }
        }
    });
}

fn names(root: &Descriptor, times: &mut Times) {
    let names: Vec<String> = (0..FILES).map(|number| number.to_string()).collect();
    time(times, "create-write-close", FILES, || {
        for name in &names {
            check(create(root, name).write(b"x", 0) == Ok(1));
        }
    });
    time(times, "stat", 20 * FILES, || {
        for _ in 0..20 * FILES {
            check(root.stat_at(PathFlags::SYMLINK_FOLLOW, "7").is_ok());
        }
    });
    time(times, "unlink", FILES, || {
        for name in &names {
            check(root.unlink_file_at(name).is_ok());
        }
    });
}

fn create(root: &Descriptor, name: &str) -> Descriptor {
    let access = DescriptorFlags::READ | DescriptorFlags::WRITE;
    root.open_at(PathFlags::SYMLINK_FOLLOW, name, OpenFlags::CREATE, access)
        .expect("a file")
}

/// A trap ends the benchmark.
fn check(condition: bool) {
    assert!(condition);
}
