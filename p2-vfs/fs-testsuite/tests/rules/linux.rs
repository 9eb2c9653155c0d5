//! The rules on Linux: what holds here is not our invention.

use std::panic::catch_unwind;

use fs_testsuite::{Rule, rules};
use libtest_mimic::{Failed, Trial};

use crate::support::host_fs::HostSubject;

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
        "times::reading_moves_nothing",
        "Linux moves the time of access of a link that is read, also with O_NOATIME",
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    rules().into_iter().map(trial).collect()
}

fn trial(rule: Rule<HostSubject>) -> Trial {
    let name = format!("linux::{}", rule.name);
    if DIFFERENCES.iter().any(|(listed, _)| *listed == rule.name) {
        return Trial::test(name, move || differs(&rule)).with_kind("differs");
    }
    Trial::test(name, move || {
        (rule.check)(&HostSubject);
        Ok(())
    })
}

fn differs(rule: &Rule<HostSubject>) -> Result<(), Failed> {
    match catch_unwind(|| (rule.check)(&HostSubject)) {
        Err(_) => Ok(()),
        Ok(()) => Err("Linux keeps this rule: it is no difference any more".into()),
    }
}
