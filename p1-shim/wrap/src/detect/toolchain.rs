//! Which toolchain made a module: what its `producers` section says, or what its exports give away.

use wasmparser::ProducersSectionReader;

use crate::module::Module;

/// The entries of a `producers` section, as `ProducersSection.md` of the
/// [tool conventions](https://github.com/WebAssembly/tool-conventions) defines it.
#[derive(Default)]
pub(crate) struct Producers<'a>(Vec<Producer<'a>>);

/// One entry: a field such as `language`, and a name with a version, which may be empty.
#[derive(PartialEq, Eq)]
pub(crate) struct Producer<'a> {
    pub(crate) field: &'a str,
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

impl<'a> Producers<'a> {
    /// Reads a section. A custom section cannot make a module invalid, so what does not parse is
    /// left out.
    pub(crate) fn read(section: ProducersSectionReader<'a>) -> Self {
        let mut producers = Vec::new();
        for field in section.into_iter().map_while(Result::ok) {
            for value in field.values.into_iter().map_while(Result::ok) {
                producers.push(Producer {
                    field: field.name,
                    name: value.name,
                    version: value.version,
                });
            }
        }
        Self(producers)
    }

    /// Reads the section of `module`, if it has one.
    pub(crate) fn of_module(module: &Module<'a>) -> Self {
        let section = module
            .customs
            .iter()
            .find_map(|custom| match custom.as_known() {
                wasmparser::KnownCustom::Producers(section) => Some(section),
                _ => None,
            });
        section.map(Self::read).unwrap_or_default()
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = Producer<'a>> {
        self.0.into_iter()
    }

    /// Whether `field` has an entry called `name`.
    pub(super) fn names(&self, field: &str, name: &str) -> bool {
        self.0
            .iter()
            .any(|producer| producer.field == field && producer.name == name)
    }

    /// The language and the tool that compiled it, such as `Rust, rustc 1.95.0`.
    pub(super) fn toolchain(&self) -> Option<String> {
        let first = |field| {
            self.0
                .iter()
                .find(|producer| producer.field == field)
                .map(Producer::title)
        };
        match (first("language"), first("processed-by")) {
            (Some(language), Some(tool)) => Some(format!("{language}, {tool}")),
            (language, tool) => language.or(tool),
        }
    }
}

impl Producer<'_> {
    fn title(&self) -> String {
        match self.version {
            "" => self.name.to_owned(),
            version => format!("{} {version}", self.name),
        }
    }
}

/// The toolchain of a module, as far as it shows.
pub(super) fn of_module(module: &Module<'_>) -> Option<String> {
    Producers::of_module(module)
        .toolchain()
        .or_else(|| by_conventions(module).map(str::to_owned))
}

/// Toolchains that leave no `producers` section but other traces.
fn by_conventions(module: &Module<'_>) -> Option<&'static str> {
    let exports = |name| module.export(name).is_some();
    let aborts = module
        .imports
        .iter()
        .any(|import| (import.module, import.name) == ("env", "abort"));
    if module.custom("go:buildid").is_some() {
        Some("Go")
    } else if exports("__rtti_base") || aborts {
        Some("AssemblyScript")
    } else if exports("asyncify_start_unwind") && exports("malloc") {
        Some("TinyGo")
    } else {
        None
    }
}
