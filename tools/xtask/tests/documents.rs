//! What the documents name is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

#[test]
fn every_promise_names_tests_that_exist() -> Result<()> {
    let page = read("docs/SEMANTICS.md")?;
    let places = places(&page);
    let mut missing = Vec::new();
    for statement in statements(&page) {
        let words = statement.split('`');
        let names: Vec<_> = words
            .filter_map(|it| TestName::parse(it, &places))
            .collect();
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

/// The places of tests by their names, as the first table has them: a folder of files, or one file.
fn places(page: &str) -> BTreeMap<&str, &Path> {
    let table = page.lines().skip_while(|line| !line.starts_with("| place"));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    let mut places = BTreeMap::new();
    for row in rows {
        let mut cells = row.split('|').skip(1);
        let mut quoted = || {
            let cell = cells.next().unwrap_or_default();
            cell.split('`').skip(1).step_by(2)
        };
        places.extend(quoted().zip(quoted().map(Path::new)));
    }
    places
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
    fn parse(name: &'a str, places: &BTreeMap<&str, &Path>) -> Option<Self> {
        let (place, rest) = name.split_once("::")?;
        let path = *places.get(place)?;
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
