//! The rules, one test each, on the file system in memory and on Linux itself.

mod fork;
mod image;
#[cfg(target_os = "linux")]
mod linux;
#[path = "../support/mod.rs"]
mod support;
mod view;

use std::process::ExitCode;

use fork::ForkSubject;
use fs_testsuite::{
    ReadOnlyTree, Rule, TwoFileSystems, TwoPreopens, read_only_rules, rules,
    two_file_systems_rules, two_preopens_rules,
};
use image::ImageSubject;
use libtest_mimic::{Arguments, Trial};
use support::mem_subject::MemSubject;
use view::ViewSubject;

fn main() -> ExitCode {
    let mut trials = every_rule_on("mem_fs", MemSubject);
    trials.extend(every_rule_on("view", ViewSubject));
    let over_an_image = [rules(), read_only_rules()].into_iter().flatten();
    trials.extend(over_an_image.map(|rule| on("image", ImageSubject, rule)));
    let over_a_snapshot = [rules(), read_only_rules()].into_iter().flatten();
    trials.extend(over_a_snapshot.map(|rule| on("fork", ForkSubject, rule)));
    #[cfg(target_os = "linux")]
    trials.extend(linux::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn every_rule_on<S>(implementation: &str, subject: S) -> Vec<Trial>
where
    S: TwoPreopens + TwoFileSystems + ReadOnlyTree + Copy + Send + 'static,
{
    let rules = [
        rules(),
        two_preopens_rules(),
        two_file_systems_rules(),
        read_only_rules(),
    ];
    let rules = rules.into_iter().flatten();
    rules
        .map(|rule| on(implementation, subject, rule))
        .collect()
}

fn on<S: Send + 'static>(implementation: &str, subject: S, rule: Rule<S>) -> Trial {
    Trial::test(format!("{implementation}::{}", rule.name), move || {
        (rule.check)(&subject);
        Ok(())
    })
}
