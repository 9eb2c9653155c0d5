//! What the documents name is there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The places of tests that `docs/SEMANTICS.md` lists: a folder of files, or one file.
const PLACES: [(&str, &str); 8] = [
    ("rule", "p2-vfs/fs-testsuite/src"),
    ("calls", "p1-shim/preview1/tests/calls"),
    ("memory", "p2-vfs/fs-core/tests/mem_fs"),
    ("host", "p2-vfs/host/tests"),
    ("components", "tests/components"),
    ("content", "tests/content"),
    ("cli", "tests/cli.rs"),
    ("differential", "tests/differential.rs"),
];

#[test]
fn every_promise_names_tests_that_exist() -> Result<()> {
    let page = read("docs/SEMANTICS.md")?;
    let mut missing = Vec::new();
    for statement in statements(&page) {
        let names: Vec<_> = statement.split('`').filter_map(TestName::parse).collect();
        ensure!(!names.is_empty(), "no test is named for: {statement}");
        for name in names {
            if !name.exists()? {
                missing.push(format!("{}::{}", name.file.display(), name.function));
            }
        }
    }
    ensure!(missing.is_empty(), "no such tests: {}", missing.join(", "));
    Ok(())
}

/// The points of all lists, and the rows of the table of refusals.
fn statements(page: &str) -> impl Iterator<Item = &str> {
    let points = page
        .split("\n- ")
        .skip(1)
        .map(|point| point.split("\n\n").next().unwrap_or(point));
    let rows = page
        .lines()
        .skip_while(|line| *line != "## Refused")
        .filter(|line| line.starts_with("| `") || line.starts_with("| permissions"));
    points.chain(rows)
}

/// A function in a file of the repository.
struct TestName<'a> {
    file: PathBuf,
    function: &'a str,
}

impl<'a> TestName<'a> {
    /// `place::file::function`, or `place::function` where the place is a file.
    fn parse(name: &'a str) -> Option<Self> {
        let (place, rest) = name.split_once("::")?;
        let (_, path) = PLACES.iter().find(|(known, _)| *known == place)?;
        let path = Path::new(path);
        Some(match rest.split_once("::") {
            Some((file, function)) => Self {
                file: path.join(file).with_extension("rs"),
                function,
            },
            None => Self {
                file: path.to_owned(),
                function: rest,
            },
        })
    }

    fn exists(&self) -> Result<bool> {
        let source = read(&self.file)?;
        Ok([
            format!("fn {}(", self.function),
            format!("fn {}<", self.function),
        ]
        .iter()
        .any(|definition| source.contains(definition)))
    }
}

fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}
