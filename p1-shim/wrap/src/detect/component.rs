//! Components: which WASI they were made for, and by what.

use std::borrow::Cow;

use wasmparser::{CanonicalFunction, CanonicalOption, KnownCustom, Parser, Payload};

use super::toolchain::Producers;
use super::{Detected, Found};
use crate::error::{Error, UnsupportedKind};
use crate::marker::{self, Marker};
use crate::nesting::Nesting;
use crate::preview1;
use crate::reach::Reach;

/// What a walk through a component and everything nested in it finds.
#[derive(Default)]
struct Findings<'a> {
    /// Names of the outermost imports.
    imports: Vec<Cow<'a, str>>,
    /// Names of the outermost exports.
    exports: Vec<Cow<'a, str>>,
    /// Uses async functions, streams or futures.
    is_async: bool,
    /// A nested module imports preview1, so an adapter serves it.
    is_lifted: bool,
    /// The tool that has already supplied a file system.
    wrapped_by: Option<String>,
    toolchain: Option<String>,
}

/// Recognises a component.
pub(super) fn detect(bytes: &[u8]) -> Result<Detected<'_>, Error> {
    let findings = Findings::of(bytes)?;
    let runs = findings
        .exports
        .iter()
        .any(|name| name.starts_with("wasi:cli/run@"));
    Ok(Detected {
        found: findings.found(bytes),
        reach: Reach::of_interfaces(findings.imports.iter().map(|name| &**name)),
        entry: runs.then_some("wasi:cli/run"),
        warnings: findings
            .is_lifted
            .then_some(STOCK_ADAPTER)
            .into_iter()
            .collect(),
        toolchain: findings.toolchain,
    })
}

const STOCK_ADAPTER: &str = "has the stock preview1 adapter in it, whose limits stay; \
                             wrapping the module it was made from does away with them";

impl<'a> Findings<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut findings = Self::default();
        let mut nesting = Nesting::default();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            let is_outermost = nesting.is_outermost(&payload);
            findings.add(payload, is_outermost)?;
        }
        Ok(findings)
    }

    fn add(&mut self, payload: Payload<'a>, is_outermost: bool) -> Result<(), Error> {
        match payload {
            Payload::ComponentImportSection(section) if is_outermost => {
                for import in section {
                    self.imports.push(import?.name.full_name());
                }
            }
            Payload::ComponentExportSection(section) if is_outermost => {
                for export in section {
                    self.exports.push(export?.name.full_name());
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    self.is_async |= is_async(&function?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.is_lifted |= import?.module == preview1::MODULE;
                }
            }
            Payload::CustomSection(section) if section.name() == marker::SECTION => {
                self.wrapped_by = Some(Marker::author(section.data()));
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Producers(producers) = section.as_known() {
                    self.add_producers(&Producers::read(producers));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_producers(&mut self, producers: &Producers<'_>) {
        if producers.names("processed-by", "wasi-virt") {
            self.wrapped_by
                .get_or_insert_with(|| "WASI-Virt".to_owned());
        }
        if self.toolchain.is_none() {
            self.toolchain = producers.toolchain();
        }
    }

    fn found(&self, bytes: &'a [u8]) -> Found<'a> {
        let is_preview3 = |name: &Cow<'_, str>| name.starts_with("wasi:") && name.contains("@0.3.");
        let has_files_of_its_own = !self.imports.iter().any(|name| is_of_files(name));
        if let (Some(by), true) = (&self.wrapped_by, has_files_of_its_own) {
            Found::Unsupported(UnsupportedKind::AlreadyWrapped { by: by.clone() })
        } else if self.is_async || self.imports.iter().chain(&self.exports).any(is_preview3) {
            Found::Unsupported(UnsupportedKind::AsyncComponent)
        } else {
            Found::Component {
                bytes,
                is_lifted: self.is_lifted,
            }
        }
    }
}

fn is_of_files(interface: &str) -> bool {
    interface.starts_with("wasi:filesystem/")
}

/// Whether a canonical function belongs to the async half of the component model.
fn is_async(function: &CanonicalFunction) -> bool {
    match function {
        CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } => {
            options.contains(&CanonicalOption::Async)
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => false,
        _ => true,
    }
}
