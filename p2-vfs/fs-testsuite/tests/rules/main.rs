//! The rules, one test each, on the file system in memory and on Linux itself.

#[cfg(target_os = "linux")]
mod linux;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use fs_testsuite::{Rule, read_only_rules, rules, two_file_systems_rules, two_preopens_rules};
use libtest_mimic::{Arguments, Trial};
use support::mem_subject::MemSubject;

fn main() -> ExitCode {
    let mut trials: Vec<_> = [
        rules(),
        two_preopens_rules(),
        two_file_systems_rules(),
        read_only_rules(),
    ]
    .into_iter()
    .flatten()
    .map(in_memory)
    .collect();
    #[cfg(target_os = "linux")]
    trials.extend(linux::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn in_memory(rule: Rule<MemSubject>) -> Trial {
    Trial::test(format!("mem_fs::{}", rule.name), move || {
        (rule.check)(&MemSubject);
        Ok(())
    })
}
