//! What the guests are made from, as one digest.
//!
//! Sorted by name: the files of the guest packages and of the packages they depend on by path, the
//! interface definitions, the lock entries of their dependencies, and the parts of the root
//! manifest that say how they are built. Tests, and the rest of the workspace, are not in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::Guest;
use super::manifest::Digest;
use crate::checkout::Checkout;

/// The digest of everything that shapes the modules.
pub(super) fn digest(checkout: &Checkout) -> Result<Digest> {
    let mut inputs = Inputs::new(checkout)?;
    for guest in Guest::ALL {
        inputs.add_package(guest.name())?;
    }
    inputs.add_files("wit")?;
    inputs.add_setting(&["profile", "guest"]);
    inputs.add_setting(&["profile", "release"]);
    inputs.add_setting(&["workspace", "package", "edition"]);

    let mut bytes = Vec::new();
    for (name, content) in &inputs.contents {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(content);
    }
    Ok(Digest::of(&bytes))
}

struct Inputs<'a> {
    checkout: &'a Checkout,
    manifest: Table,
    /// The entries of the lock file.
    locked: Vec<Table>,
    /// The folders of the workspace's own packages, by package.
    members: BTreeMap<String, String>,
    /// What was found, by name.
    contents: BTreeMap<String, Vec<u8>>,
}

impl<'a> Inputs<'a> {
    fn new(checkout: &'a Checkout) -> Result<Self> {
        let manifest = read_table(checkout, "Cargo.toml")?;
        let lock = read_table(checkout, "Cargo.lock")?;
        let mut members = BTreeMap::new();
        for folder in strings(setting(&manifest, &["workspace", "members"])) {
            let member = read_table(checkout, &format!("{folder}/Cargo.toml"))?;
            if let Some(name) = setting(&member, &["package", "name"]).and_then(Value::as_str) {
                members.insert(name.to_owned(), folder.to_owned());
            }
        }
        let packages = lock.get("package").and_then(Value::as_array);
        let locked = packages.into_iter().flatten().filter_map(Value::as_table);
        Ok(Self {
            locked: locked.cloned().collect(),
            checkout,
            manifest,
            members,
            contents: BTreeMap::new(),
        })
    }

    /// Adds a package, given as a lock file names it, and what it depends on.
    fn add_package(&mut self, reference: &str) -> Result<()> {
        let entry = self.entry(reference)?;
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, checksum) = (text("name"), text("checksum"));
        let title = format!("Cargo.lock {name} {}", text("version"));
        if self.contents.insert(title, checksum.into()).is_some() {
            return Ok(());
        }
        let mut dependencies = strings(entry.get("dependencies"));
        if let Some(folder) = self.members.get(name).cloned() {
            // The lock file counts what only tests need, too.
            let needed = self.add_member(&folder)?;
            dependencies.retain(|reference| needed.contains(first_word(reference)));
        }
        for dependency in dependencies {
            self.add_package(dependency)?;
        }
        Ok(())
    }

    /// Adds the files of a workspace package and returns what it depends on outside of tests.
    fn add_member(&mut self, folder: &str) -> Result<BTreeSet<String>> {
        self.add_files(&format!("{folder}/Cargo.toml"))?;
        self.add_files(&format!("{folder}/src"))?;
        let manifest = read_table(self.checkout, &format!("{folder}/Cargo.toml"))?;
        let dependencies = manifest.get("dependencies").and_then(Value::as_table);
        let needed: BTreeSet<String> = dependencies
            .into_iter()
            .flat_map(Table::keys)
            .cloned()
            .collect();
        for name in &needed {
            self.add_setting(&["workspace", "dependencies", name]);
        }
        Ok(needed)
    }

    /// Adds a file, or every file below a folder.
    fn add_files(&mut self, path: &str) -> Result<()> {
        let place = self.checkout.join(path);
        if place.is_dir() {
            for entry in fs::read_dir(&place)? {
                let name = entry?.file_name();
                let name = name.to_str().context("a file name that is not UTF-8")?;
                self.add_files(&format!("{path}/{name}"))?;
            }
            return Ok(());
        }
        let content = fs::read(&place).with_context(|| format!("cannot read {path}"))?;
        self.contents.insert(path.to_owned(), content);
        Ok(())
    }

    /// Adds a value of the root manifest, if it is there.
    fn add_setting(&mut self, path: &[&str]) {
        if let Some(value) = setting(&self.manifest, path) {
            let content = canonical(value).into_bytes();
            self.contents
                .insert(format!("Cargo.toml {}", path.join(".")), content);
        }
    }

    /// The lock entry that a reference, a name with or without a version, stands for.
    fn entry(&self, reference: &str) -> Result<Table> {
        let mut words = reference.split(' ');
        let (name, version) = (words.next(), words.next());
        let is = |entry: &Table, key: &str, value: Option<&str>| {
            value.is_none() || entry.get(key).and_then(Value::as_str) == value
        };
        self.locked
            .iter()
            .find(|entry| is(entry, "name", name) && is(entry, "version", version))
            .cloned()
            .with_context(|| format!("Cargo.lock has no {reference}"))
    }
}

fn read_table(checkout: &Checkout, path: &str) -> Result<Table> {
    let file = checkout.join(path);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
    text.parse().with_context(|| format!("{path} is not TOML"))
}

fn setting<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Value> {
    let (last, folders) = path.split_last()?;
    let inner = folders
        .iter()
        .try_fold(table, |table, key| table.get(*key)?.as_table())?;
    inner.get(*last)
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    let values = value.and_then(Value::as_array);
    values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// A value as text that does not depend on the order in which tables list their keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let sorted: BTreeMap<&String, String> = table
                .iter()
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            format!("{sorted:?}")
        }
        Value::Array(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Float(_)
        | Value::Integer(_)
        | Value::String(_) => value.to_string(),
    }
}
