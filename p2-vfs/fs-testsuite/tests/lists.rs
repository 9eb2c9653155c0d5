//! The lists of rules against the sources: no rule is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fs_core::{MemDescriptor, MemFs, ReadOnly};
use fs_testsuite::{
    ReadOnlyTree, Subject, TwoFileSystems, TwoPreopens, read_only_rules, rules,
    two_file_systems_rules, two_preopens_rules,
};

/// What can do everything, as far as types say.
enum Everything {}

impl Subject for Everything {
    type FileSystem = MemFs;

    fn fresh(&self) -> MemFs {
        match *self {}
    }
}

impl TwoPreopens for Everything {
    fn two_preopens(&self) -> MemFs {
        match *self {}
    }
}

impl TwoFileSystems for Everything {
    fn two_file_systems(&self) -> [MemFs; 2] {
        match *self {}
    }
}

impl ReadOnlyTree for Everything {
    type ReadOnly = ReadOnly<MemFs>;

    fn read_only(&self, _: impl FnOnce(&MemDescriptor)) -> ReadOnly<MemFs> {
        match *self {}
    }
}

fn listed() -> Vec<&'static str> {
    let lists = [
        rules::<Everything>(),
        two_preopens_rules(),
        two_file_systems_rules(),
        read_only_rules(),
    ];
    lists.into_iter().flatten().map(|rule| rule.name).collect()
}

/// The public functions of the modules in `src` that take a subject.
fn written() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for file in fs::read_dir(sources).expect("the sources of this crate") {
        let path = file.expect("an entry of the folder").path();
        let Some(module) = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_suffix(".rs"))
        else {
            continue;
        };
        let source = fs::read_to_string(&path).expect("a source");
        let functions = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub fn "));
        let rules = functions.filter_map(|line| line.split_once("<S: "));
        found.extend(rules.map(|(rule, _)| format!("{module}::{rule}")));
    }
    found
}

#[test]
fn every_rule_is_listed_once() {
    let listed = listed();
    let all: BTreeSet<_> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(all, written());
    assert_eq!(all.len(), listed.len());
}
