//! Random operations on file systems and on the model.
//!
//! `PROPTEST_CASES` says how many sequences, `PROPTEST_RNG_SEED` which; unless they do, few and the
//! same each time.

mod operations;
#[path = "../support/mod.rs"]
mod support;

use std::env;

use fs_core::{FileSystem, Preopen};
use fs_testsuite::Subject;
use fs_testsuite::model::compare;
use operations::{Scope, operations};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use support::mem_subject::MemSubject;

fn agrees<S: Subject>(subject: &S, scope: Scope, cases: u32) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(0);
    }
    let compared = std::cell::Cell::new(0);
    let outcome = TestRunner::new(config).run(&operations(scope), |operations| {
        let Preopen { descriptor, .. } = subject.fresh().preopens().remove(0);
        let count = compare(descriptor, &operations);
        let count = count.map_err(|difference| TestCaseError::fail(difference.to_string()))?;
        compared.set(compared.get() + count);
        Ok(())
    });
    println!("{} operations", compared.get());
    match outcome {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("{reason}"),
        Err(TestError::Fail(reason, operations)) => panic!("{reason}\n{operations:#?}"),
    }
}

#[test]
fn the_file_system_in_memory_is_the_model() {
    agrees(&MemSubject, Scope::All, 1000);
}

#[cfg(target_os = "linux")]
#[test]
fn linux_is_the_model() {
    agrees(&support::host_fs::HostSubject, Scope::Linux, 300);
}
