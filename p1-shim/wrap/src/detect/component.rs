//! Components: which WASI they were made for, and by what.

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
    imports: Vec<&'a str>,
    /// Names of the outermost exports.
    exports: Vec<&'a str>,
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
        found: Found::Unsupported(findings.kind()),
        reach: Reach::of_interfaces(findings.imports.iter().copied()),
        toolchain: findings.toolchain,
        entry: runs.then_some("wasi:cli/run"),
        warnings: Vec::new(),
    })
}

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
                    self.imports.push(import?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if is_outermost => {
                for export in section {
                    self.exports.push(export?.name.name);
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

    fn kind(&self) -> UnsupportedKind {
        let is_preview3 = |name: &&str| name.starts_with("wasi:") && name.contains("@0.3.");
        if let Some(by) = &self.wrapped_by {
            UnsupportedKind::AlreadyWrapped { by: by.clone() }
        } else if self.is_async || self.imports.iter().chain(&self.exports).any(is_preview3) {
            UnsupportedKind::AsyncComponent
        } else if self.is_lifted {
            UnsupportedKind::LiftedComponent
        } else {
            UnsupportedKind::Component
        }
    }
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
