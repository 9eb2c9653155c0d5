//! The exit code. The adapter knows but success and failure; `exit-with-code` takes what
//! `proc_exit` was given, of which the canonical ABI keeps the low eight bits, as Linux does.

use std::borrow::Cow;

use wasm_encoder::CustomSection;
use wit_component::{StringEncoding, metadata};
use wit_parser::Resolve;

use crate::ExitStatus;

/// The import in place of `proc_exit`.
pub(super) const MODULE: &str = "wasi:cli/exit@0.2.12";
pub(super) const FUNCTION: &str = "exit-with-code";

const WIT: &str = "package wasi:cli@0.2.12;

interface exit {
    exit-with-code: func(status-code: u8);
}

world program {
    import exit;
}";

/// The section that says what the import is, for the component encoder.
///
/// # Errors
/// The words of the WIT parser or encoder.
pub(super) fn world(exit: ExitStatus) -> Result<Option<CustomSection<'static>>, String> {
    match exit {
        ExitStatus::Code => encode().map(Some),
        ExitStatus::Outcome => Ok(None),
    }
}

fn encode() -> Result<CustomSection<'static>, String> {
    let mut resolve = Resolve::default();
    let data = resolve
        .push_source("exit.wit", WIT)
        .and_then(|package| resolve.select_world(&[package], None))
        .and_then(|world| metadata::encode(&resolve, world, StringEncoding::UTF8, None, false));
    Ok(CustomSection {
        name: Cow::Borrowed("component-type"),
        data: Cow::Owned(data.map_err(|error| format!("{error:#}"))?),
    })
}
