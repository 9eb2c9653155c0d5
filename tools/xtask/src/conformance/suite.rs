//! The tests of a checkout: modules, each with a specification in JSON beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::verdict::Expected;

/// The version of WASI that a manifest names for tests of preview 1.
const PREVIEW1: &str = "wasm32-wasip1";

/// A module, what it is started with and what it is to do.
#[derive(Debug, PartialEq)]
pub(super) struct Test {
    /// Its path in the suite, without `.wasm`.
    pub(super) name: String,
    pub(super) wasm: PathBuf,
    /// The directories it is given: the guest's name and the host's folder.
    pub(super) mounts: Vec<(String, PathBuf)>,
    pub(super) args: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) expected: Expected,
}

/// The folder's own description. Older suites name no version and hold preview 1 only.
#[derive(Deserialize)]
struct Manifest {
    version: Option<String>,
}

/// A test's own description, as the suite's `doc/specification.md` has it. All may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Specification {
    /// The folder to be the program's `/`.
    root: Option<String>,
    /// The same in older suites: folders by their own names.
    dirs: Vec<String>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    exit_code: i32,
    stdout: Option<String>,
    stderr: Option<String>,
}

/// The tests of preview 1 in a checkout, in the order of their names.
pub(super) fn tests(suite: &Path) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    collect(suite, suite, &mut tests)
        .with_context(|| format!("cannot read the suite in {}", suite.display()))?;
    ensure!(
        !tests.is_empty(),
        "no tests of preview 1 in {}; the suite's branch prod/testsuite-base has them",
        suite.display()
    );
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tests)
}

fn collect(suite: &Path, folder: &Path, tests: &mut Vec<Test>) -> Result<()> {
    let is_of_tests = is_of_preview1(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            collect(suite, &path, tests)?;
        } else if is_of_tests && path.extension().is_some_and(|end| end == "wasm") {
            tests.push(test(suite, path)?);
        }
    }
    Ok(())
}

fn is_of_preview1(folder: &Path) -> Result<bool> {
    let path = folder.join("manifest.json");
    if !path.is_file() {
        return Ok(false);
    }
    let manifest: Manifest = parse(&path)?;
    Ok(manifest.version.is_none_or(|version| version == PREVIEW1))
}

fn test(suite: &Path, wasm: PathBuf) -> Result<Test> {
    let path = wasm.with_extension("json");
    let specification = if path.is_file() {
        parse(&path)?
    } else {
        Specification::default()
    };
    let name = wasm.strip_prefix(suite)?.with_extension("");
    let mounts = specification.mounts(wasm.parent().unwrap_or(suite))?;
    Ok(Test {
        name: name.to_string_lossy().into_owned(),
        wasm,
        mounts,
        args: specification.args,
        env: specification.env,
        expected: Expected {
            exit_code: specification.exit_code,
            stdout: specification.stdout,
            stderr: specification.stderr,
        },
    })
}

fn parse<T: for<'d> Deserialize<'d>>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("cannot read {}", path.display()))
}

impl Specification {
    fn mounts(&self, folder: &Path) -> Result<Vec<(String, PathBuf)>> {
        let root = self.root.iter().map(|root| ("/".to_owned(), root));
        let named = self.dirs.iter().map(|dir| (format!("/{dir}"), dir));
        root.chain(named)
            .map(|(guest, host)| Ok((guest, clean(folder.join(host))?)))
            .collect()
    }
}

/// A tree as it was checked out: tests leave files that end in `.cleanup` on a host's directories.
fn clean(tree: PathBuf) -> Result<PathBuf> {
    let entries =
        fs::read_dir(&tree).with_context(|| format!("no directory {}", tree.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "cleanup") {
            bail!("{} is left from another run; remove it", path.display());
        }
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A suite of one test, with this specification.
    fn suite_of(manifest: &str, specification: Option<&str>) -> tempfile::TempDir {
        let suite = tempfile::tempdir().expect("a temporary directory");
        let folder = suite.path().join("tests/c");
        fs::create_dir_all(folder.join("tree")).expect("a directory");
        fs::write(folder.join("manifest.json"), manifest).expect("a file");
        fs::write(folder.join("test.wasm"), b"\0asm").expect("a file");
        if let Some(text) = specification {
            fs::write(folder.join("test.json"), text).expect("a file");
        }
        suite
    }

    fn only_test(manifest: &str, specification: Option<&str>) -> Result<Test> {
        let suite = suite_of(manifest, specification);
        let mut tests = tests(suite.path())?;
        assert_eq!(tests.len(), 1);
        let mut test = tests.remove(0);
        for (_, host) in &mut test.mounts {
            *host = host.strip_prefix(suite.path())?.to_owned();
        }
        Ok(test)
    }

    #[test]
    fn a_module_without_a_specification_gets_nothing_and_exits_with_0() {
        let test = only_test(r#"{"name": "C"}"#, None).expect("a test");
        assert_eq!(test.name, "tests/c/test");
        assert_eq!((test.mounts, test.args), (vec![], vec![]));
        assert_eq!(test.env, BTreeMap::new());
        assert_eq!(test.expected, Expected::default());
    }

    #[test]
    fn a_specification_says_what_the_test_gets_and_does() {
        let specification = r#"{
            "root": "tree", "args": ["a b"], "env": {"A": "1"},
            "exit_code": 33, "stdout": "out", "stderr": "err"
        }"#;
        let manifest = r#"{"name": "C", "version": "wasm32-wasip1"}"#;
        let test = only_test(manifest, Some(specification)).expect("a test");
        assert_eq!(test.mounts, [("/".to_owned(), "tests/c/tree".into())]);
        assert_eq!(test.args, ["a b"]);
        assert_eq!(test.env, BTreeMap::from([("A".to_owned(), "1".to_owned())]));
        let expected = Expected {
            exit_code: 33,
            stdout: Some("out".to_owned()),
            stderr: Some("err".to_owned()),
        };
        assert_eq!(test.expected, expected);
    }

    #[test]
    fn the_directories_of_older_suites_keep_their_names() {
        let specification = Some(r#"{"dirs": ["tree"]}"#);
        let test = only_test(r#"{"name": "C"}"#, specification).expect("a test");
        assert_eq!(test.mounts, [("/tree".to_owned(), "tests/c/tree".into())]);
    }

    #[test]
    fn a_specification_that_asks_for_more_is_refused() {
        let specification = Some(r#"{"operations": []}"#);
        let error = only_test(r#"{"name": "C"}"#, specification).expect_err("a refusal");
        let error = format!("{error:#}");
        assert!(error.contains("unknown field `operations`"), "{error}");
    }

    #[test]
    fn tests_of_other_versions_are_not_ours() {
        let manifest = r#"{"name": "C", "version": "wasm32-wasip3"}"#;
        let error = only_test(manifest, None).expect_err("no tests");
        assert!(error.to_string().contains("no tests of preview 1"));
    }

    #[test]
    fn what_another_run_left_in_a_tree_is_refused() {
        let suite = suite_of(r#"{"name": "C"}"#, Some(r#"{"root": "tree"}"#));
        let left = suite.path().join("tests/c/tree/file.cleanup");
        fs::write(&left, b"").expect("a file");
        let error = format!("{:#}", tests(suite.path()).expect_err("a refusal"));
        assert!(error.contains("file.cleanup is left"), "{error}");
    }
}
