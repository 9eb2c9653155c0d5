//! The ways in which the tool runs a program: whatever its `run --via` takes.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// A value of `run --via`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way(String);

impl Way {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(super) fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Asks the tool for all of its ways.
pub(super) fn offered(bin: &Path) -> Result<Vec<Way>> {
    let help = command::output(Command::new(bin).args(["run", "-h"]))?;
    in_help(&help).with_context(|| format!("`{} run -h` names no ways for --via", bin.display()))
}

fn in_help(help: &str) -> Option<Vec<Way>> {
    let (_, from_via) = help.split_once("--via")?;
    // An option's values come before the next option.
    let of_via = from_via.split("\n      --").next()?;
    let (_, values) = of_via.split_once("[possible values:")?;
    let (values, _) = values.split_once(']')?;
    Some(values.split(',').map(str::trim).map(Way::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_are_those_in_the_help_of_the_option() {
        let help = "Options:
      --via <WAY>      How to run it [default: component] [possible values: component,
                       core]
      --color <WHEN>   When to colour messages [possible values: auto, always]
";
        assert_eq!(
            in_help(help),
            Some(vec![Way::new("component"), Way::new("core")])
        );
    }

    #[test]
    fn the_values_of_another_option_are_no_ways() {
        let help = "Options:
      --via <WAY>      How to run it
      --color <WHEN>   When to colour messages [possible values: auto, always]
";
        assert_eq!(in_help(help), None);
    }
}
