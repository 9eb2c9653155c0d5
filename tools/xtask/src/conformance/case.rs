//! What a test is given and what it must answer.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::verdict::Expected;

/// The folder of the tests of one language, below `tests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    AssemblyScript,
    C,
    Rust,
}

impl Language {
    const ALL: [Self; 3] = [Self::AssemblyScript, Self::C, Self::Rust];

    fn folder(self) -> &'static str {
        match self {
            Self::AssemblyScript => "assemblyscript",
            Self::C => "c",
            Self::Rust => "rust",
        }
    }
}

/// One test.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) language: Language,
    pub(super) module: PathBuf,
    /// What the test finds at `/`; without it, it is given no directory.
    pub(super) root: Option<PathBuf>,
    /// Without the program's name.
    pub(super) args: Vec<String>,
    /// Each as `NAME=VALUE`.
    pub(super) env: Vec<String>,
    pub(super) expected: Expected,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.module.file_stem().unwrap_or_default();
        write!(f, "{}/{}", self.language.folder(), name.display())
    }
}

/// The file beside a module. A missing key, and a missing file, stand for nothing.
#[derive(Debug, Default, Deserialize)]
struct Specification {
    root: Option<String>,
    /// What `root` was called before.
    #[serde(default)]
    dirs: Vec<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    exit_code: i32,
    stdout: Option<String>,
    stderr: Option<String>,
}

/// Every test of preview 1, in a fixed order.
///
/// # Errors
/// There is none, or a file beside one cannot be read.
pub(super) fn read_suite(suite: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for language in Language::ALL {
        let folder = suite
            .join("tests")
            .join(language.folder())
            .join("testsuite/wasm32-wasip1");
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        let mut modules = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                modules.push(path);
            }
        }
        modules.sort();
        for module in modules {
            cases.push(read_case(language, module)?);
        }
    }
    ensure!(
        !cases.is_empty(),
        "{} holds no tests of preview 1; it must be a checkout of wasi-testsuite's branch \
         prod/testsuite-base",
        suite.display()
    );
    Ok(cases)
}

fn read_case(language: Language, module: PathBuf) -> Result<Case> {
    let beside = module.with_extension("json");
    let specification = if beside.exists() {
        let text = fs::read_to_string(&beside)?;
        parse(&text).with_context(|| format!("cannot read {}", beside.display()))?
    } else {
        Specification::default()
    };
    let root = specification.root.or(specification.dirs.into_iter().next());
    let variable = |(name, value)| format!("{name}={value}");
    Ok(Case {
        language,
        root: root.map(|root| module.with_file_name(root)),
        args: specification.args,
        env: specification.env.into_iter().map(variable).collect(),
        expected: Expected {
            exit_code: specification.exit_code,
            stdout: specification.stdout,
            stderr: specification.stderr,
        },
        module,
    })
}

fn parse(text: &str) -> serde_json::Result<Specification> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join("tests").join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    #[test]
    fn a_module_without_a_specification_is_given_nothing_and_must_succeed() {
        let suite = suite(&[("c/testsuite/wasm32-wasip1/a.wasm", "")]);
        let cases = read_suite(suite.path()).expect("a suite");
        let [case] = cases.as_slice() else {
            panic!("one test, not {}", cases.len());
        };
        assert_eq!(case.to_string(), "c/a");
        assert_eq!((&case.root, case.args.len(), case.env.len()), (&None, 0, 0));
        assert_eq!(case.expected.exit_code, 0);
    }

    #[test]
    fn the_specification_says_what_a_test_is_given_and_must_answer() {
        let text = r#"{"dirs": ["old.dir"], "args": ["x y"], "env": {"B": "2", "A": "1"},
                       "exit_code": 33, "stdout": "hi\n"}"#;
        let suite = suite(&[
            ("rust/testsuite/wasm32-wasip1/a.wasm", ""),
            ("rust/testsuite/wasm32-wasip1/a.json", text),
        ]);
        let cases = read_suite(suite.path()).expect("a suite");
        let case = &cases[0];
        assert!(
            case.root
                .as_ref()
                .is_some_and(|root| root.ends_with("wasm32-wasip1/old.dir"))
        );
        assert_eq!(case.args, ["x y"]);
        assert_eq!(case.env, ["A=1", "B=2"]);
        assert_eq!(case.expected.exit_code, 33);
        assert_eq!(case.expected.stdout.as_deref(), Some("hi\n"));
    }

    #[test]
    fn a_folder_without_tests_is_an_error_that_says_what_is_wanted() {
        let suite = suite(&[]);
        let error = read_suite(suite.path()).expect_err("nothing there");
        assert!(error.to_string().contains("prod/testsuite-base"), "{error}");
    }
}
