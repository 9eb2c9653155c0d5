//! The rules on Linux itself: what holds here is not our invention.

#[cfg(target_os = "linux")]
mod support;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let trials = fs_testsuite::rules().into_iter().map(linux::trial);
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials.collect()).exit_code()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::panic::catch_unwind;

    use fs_testsuite::Rule;
    use libtest_mimic::Trial;

    use crate::support::host_fs::HostSubject;

    /// The rules that Linux does not keep, and why ours differ. Each must fail there, so that this
    /// list stays true.
    const DIFFERENCES: &[(&str, &str)] = &[
        (
            "open::opening_never_makes_or_empties_a_directory",
            "Linux ignores EXCLUSIVE without CREATE, and looks at the path first",
        ),
        (
            "open::a_file_is_not_created_with_a_trailing_slash",
            "Linux answers EISDIR, though there is no directory; WASI's tests demand ENOENT",
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

    pub(crate) fn trial(rule: Rule<HostSubject>) -> Trial {
        let keeps = move || {
            (rule.check)(&HostSubject);
            Ok(())
        };
        let differs = move || match catch_unwind(|| (rule.check)(&HostSubject)) {
            Err(_) => Ok(()),
            Ok(()) => Err("Linux keeps this rule: it is no difference any more".into()),
        };
        if DIFFERENCES.iter().any(|(name, _)| *name == rule.name) {
            Trial::test(rule.name, differs).with_kind("differs")
        } else {
            Trial::test(rule.name, keeps)
        }
    }
}
