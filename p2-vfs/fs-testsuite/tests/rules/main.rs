//! The rules, one test each, on the file system in memory and on Linux itself.

mod fork;
mod image;
#[cfg(target_os = "linux")]
mod linux;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use fork::ForkSubject;
use fs_testsuite::{Rule, read_only_rules, rules, two_file_systems_rules, two_preopens_rules};
use image::ImageSubject;
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
    .map(|rule| on("mem_fs", MemSubject, rule))
    .collect();
    let over_an_image = [rules(), read_only_rules()].into_iter().flatten();
    trials.extend(over_an_image.map(|rule| on("image", ImageSubject, rule)));
    let over_a_snapshot = [rules(), read_only_rules()].into_iter().flatten();
    trials.extend(over_a_snapshot.map(|rule| on("fork", ForkSubject, rule)));
    #[cfg(target_os = "linux")]
    trials.extend(linux::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn on<S: Send + 'static>(implementation: &str, subject: S, rule: Rule<S>) -> Trial {
    Trial::test(format!("{implementation}::{}", rule.name), move || {
        (rule.check)(&subject);
        Ok(())
    })
}
