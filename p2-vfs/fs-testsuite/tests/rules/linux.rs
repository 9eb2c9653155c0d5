//! The rules on Linux: what holds here is not our invention.

use std::cell::Cell;
use std::panic;

use fs_testsuite::{Rule, rules};
use libtest_mimic::{Failed, Trial};
use rustix::fs::{StatVfsMountFlags, statvfs};

use crate::support::host_fs::{HostSubject, TMPFS};

/// The one rule that a mount option decides.
const READING_A_LINK: &str = "times::reading_a_link_moves_nothing";

/// The rules that Linux does not keep, and why ours differ. Each must fail there, so that this
/// list stays true.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "open::opening_never_makes_or_empties_a_directory",
        "Linux ignores EXCLUSIVE without CREATE, and looks at the path first",
    ),
    (
        "content::writing_has_an_end",
        "Linux answers EINVAL for the sum, though the offset is good",
    ),
    (
        "content::the_size_of_a_directory_cannot_be_set",
        "Linux answers EINVAL; ours is what writing to it answers",
    ),
    (
        "links::a_hard_link_never_follows_its_source",
        "Linux follows; wasi:filesystem has no use for it and other hosts refuse",
    ),
    (
        "links::a_symbolic_link_with_a_slash_over_a_file_is_not_a_directory",
        "Linux answers EEXIST; WASI's tests expect ENOTDIR",
    ),
    (
        "links::a_symbolic_link_has_no_absolute_target",
        "Linux makes it; below a preopen nobody could follow it",
    ),
    (
        "directories::a_directory_has_no_size",
        "Linux tells the room that the names take, which differs between its file systems",
    ),
    (
        READING_A_LINK,
        "Linux moves its time of access, as no open flag is there to say otherwise",
    ),
];

thread_local! {
    static FAILURE_IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn trials() -> Vec<Trial> {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |failure| {
        if !FAILURE_IS_EXPECTED.get() {
            report(failure);
        }
    }));
    rules().into_iter().map(trial).collect()
}

fn trial(rule: Rule<HostSubject>) -> Trial {
    let name = format!("linux::{}", rule.name);
    if is_different(rule.name) {
        return Trial::test(name, move || differs(&rule)).with_kind("differs");
    }
    Trial::test(name, move || {
        (rule.check)(&HostSubject);
        Ok(())
    })
}

fn is_different(rule: &str) -> bool {
    let is_listed = DIFFERENCES.iter().any(|(listed, _)| *listed == rule);
    is_listed && !(rule == READING_A_LINK && is_noatime())
}

fn is_noatime() -> bool {
    let mount = statvfs(TMPFS).expect("a tmpfs");
    mount.f_flag.contains(StatVfsMountFlags::NOATIME)
}

fn differs(rule: &Rule<HostSubject>) -> Result<(), Failed> {
    FAILURE_IS_EXPECTED.set(true);
    let outcome = panic::catch_unwind(|| (rule.check)(&HostSubject));
    FAILURE_IS_EXPECTED.set(false);
    match outcome {
        Err(_) => Ok(()),
        Ok(()) => Err("Linux keeps this rule: it is no difference any more".into()),
    }
}
