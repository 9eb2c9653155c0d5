//! What a module or component can reach outside itself, read off the names of its imports.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use wasmparser::{Encoding, Import, Parser, Payload};

use crate::nesting::Nesting;
use crate::preview1;

/// One thing in the outside world that an import gives access to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// Arguments and environment variables.
    Environment,
    /// Standard input, output and error, terminals included.
    Stdio,
    /// Files and directories of the host.
    Files,
    /// Wall clock and monotonic clock.
    Clocks,
    /// Random bytes.
    Random,
    /// Ending the program with a status.
    Exit,
    /// Waiting for events and timeouts.
    Polling,
    /// Giving up the processor.
    Scheduling,
    /// `wasi:io` streams and errors, which reach nothing by themselves: another interface hands
    /// them out.
    Streams,
    /// TCP, UDP and name lookup.
    Sockets,
    /// HTTP requests, in or out.
    Http,
    /// Imports that no WASI version defines; only the program's own host knows what they do.
    Foreign,
}

impl Capability {
    /// The name in reports, stable across releases.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Stdio => "stdio",
            Self::Files => "files",
            Self::Clocks => "clocks",
            Self::Random => "random",
            Self::Exit => "exit",
            Self::Polling => "polling",
            Self::Scheduling => "scheduling",
            Self::Streams => "streams",
            Self::Sockets => "sockets",
            Self::Http => "http",
            Self::Foreign => "foreign",
        }
    }

    /// What an import of the interface `name` gives, whatever its version.
    fn of_interface(name: &str) -> Self {
        let (path, _version) = name.split_once('@').unwrap_or((name, ""));
        let Some((package, interface)) = path.split_once('/') else {
            return Self::Foreign;
        };
        match (package, interface) {
            ("wasi:cli", "environment") => Self::Environment,
            ("wasi:cli", "exit") => Self::Exit,
            ("wasi:cli", "stdin" | "stdout" | "stderr") => Self::Stdio,
            ("wasi:cli", _) if interface.starts_with("terminal-") => Self::Stdio,
            ("wasi:filesystem", _) => Self::Files,
            ("wasi:clocks", _) => Self::Clocks,
            ("wasi:random", _) => Self::Random,
            ("wasi:io", "poll") => Self::Polling,
            ("wasi:io", _) => Self::Streams,
            ("wasi:sockets", _) => Self::Sockets,
            ("wasi:http", _) => Self::Http,
            _ => Self::Foreign,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "arguments and environment",
            Self::Stdio => "standard streams",
            Self::Files => "files of the host",
            Self::Clocks => "clocks",
            Self::Random => "random bytes",
            Self::Exit => "exit status",
            Self::Polling => "polling",
            Self::Scheduling => "scheduling",
            Self::Streams => "streams (no reach of their own)",
            Self::Sockets => "sockets",
            Self::Http => "HTTP",
            Self::Foreign => "functions of its own host",
        })
    }
}

/// The capabilities of a module or component, each with the imports that give it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(BTreeMap<Capability, Vec<String>>);

impl Reach {
    /// Every capability with its imports, `MODULE.NAME` for a module and the interface's name for a
    /// component.
    pub fn iter(&self) -> impl Iterator<Item = (Capability, &[String])> {
        self.0
            .iter()
            .map(|(capability, imports)| (*capability, imports.as_slice()))
    }

    /// The imports that give `capability`; empty when it cannot be reached.
    #[must_use]
    pub fn imports(&self, capability: Capability) -> &[String] {
        self.0.get(&capability).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing outside can be reached.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reach of a component that imports the interfaces `names`.
    pub(crate) fn of_interfaces<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reach = Self::default();
        for name in names {
            reach.add(Capability::of_interface(name), name.to_owned());
        }
        reach
    }

    /// The reach of a core module that imports `imports`, its preview1 descriptors being those of
    /// `descriptors`.
    pub(crate) fn of_imports(imports: &[Import<'_>], descriptors: Descriptors) -> Self {
        let mut reach = Self::default();
        for import in imports {
            let function = preview1::function_of(import);
            let capability = match (function, descriptors) {
                (Some(function), Descriptors::Host) => function.reaches,
                (Some(function), Descriptors::Shim) => function.remains.unwrap_or(function.reaches),
                (None, _) => Capability::of_interface(import.module),
            };
            reach.add(capability, format!("{}.{}", import.module, import.name));
        }
        reach
    }

    fn add(&mut self, capability: Capability, import: String) {
        let imports = self.0.entry(capability).or_default();
        if !imports.contains(&import) {
            imports.push(import);
        }
    }
}

/// Who answers for the file descriptors behind a module's preview1 imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Descriptors {
    /// The host: `fd_read` may read any file.
    Host,
    /// The merged shim, which hands on nothing but the standard streams.
    Shim,
}

/// Reads the reach of the module or component `bytes`, which has passed validation, off its
/// outermost imports.
pub(crate) fn of_binary(bytes: &[u8], descriptors: Descriptors) -> wasmparser::Result<Reach> {
    let mut imports = Vec::new();
    let mut interfaces: Vec<Cow<'_, str>> = Vec::new();
    let mut outermost = Encoding::Module;
    let mut nesting = Nesting::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if !nesting.is_outermost(&payload) {
            continue;
        }
        match payload {
            Payload::Version { encoding, .. } => outermost = encoding,
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports.push(import?);
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    interfaces.push(import?.name.full_name());
                }
            }
            _ => {}
        }
    }
    Ok(match outermost {
        Encoding::Module => Reach::of_imports(&imports, descriptors),
        Encoding::Component => Reach::of_interfaces(interfaces.iter().map(|name| &**name)),
    })
}
