//! What the test programs share.

pub(crate) mod mem_subject;

use fs_testsuite::Rule;
use libtest_mimic::Trial;

/// One trial per rule.
pub(crate) fn trials<S>(list: &str, subject: &S, rules: Vec<Rule<S>>) -> Vec<Trial>
where
    S: Clone + Send + 'static,
{
    let trial = |rule: Rule<S>| {
        let subject = subject.clone();
        let run = move || {
            (rule.check)(&subject);
            Ok(())
        };
        Trial::test(rule.name, run).with_kind(list)
    };
    rules.into_iter().map(trial).collect()
}
