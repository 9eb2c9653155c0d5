//! The rules on the file system in memory.

mod support;

use std::process::ExitCode;

use fs_testsuite::rules;
use libtest_mimic::Arguments;
use support::mem_subject::MemSubject;
use support::trials;

fn main() -> ExitCode {
    let trials = trials("", &MemSubject, rules());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
