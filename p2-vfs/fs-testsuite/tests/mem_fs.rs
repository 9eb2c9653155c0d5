//! The rules on the file system in memory.

mod support;

use std::process::ExitCode;

use fs_testsuite::{read_only_rules, rules, two_file_systems_rules, two_preopens_rules};
use libtest_mimic::{Arguments, Trial};
use support::mem_subject::MemSubject;

fn main() -> ExitCode {
    let lists = [
        rules(),
        two_preopens_rules(),
        two_file_systems_rules(),
        read_only_rules(),
    ];
    let trials = lists.into_iter().flatten().map(|rule| {
        Trial::test(rule.name, move || {
            (rule.check)(&MemSubject);
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
