//! `monaka-wrap inspect INPUT [--json]`.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use wrap::{Inspection, Prospect, inspect};

use crate::args::InspectArgs;
use crate::failure::Failure;
use crate::input;

pub(crate) fn execute(args: &InspectArgs) -> Result<ExitCode, Failure> {
    let bytes = input::read(&args.input)?;
    let inspection = inspect(&bytes).map_err(|source| Failure::Wrap {
        path: args.input.clone(),
        source,
    })?;
    if args.json {
        println!("{:#}", to_json(&inspection));
    } else {
        print(&inspection);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(inspection: &Inspection) {
    let line = |label: &str, text: &str| println!("{label:<11}{text}");
    line("kind", &inspection.kind.to_string());
    if let Some(toolchain) = &inspection.toolchain {
        line("toolchain", toolchain);
    }
    if let Some(entry) = inspection.entry {
        line("entry", entry);
    }
    for warning in &inspection.warnings {
        line("warning", warning);
    }
    if inspection.reach.is_empty() {
        line("can reach", "nothing");
    }
    for (capability, imports) in inspection.reach.iter() {
        line(
            "can reach",
            &format!("{capability}: {}", imports.join(", ")),
        );
    }
    let mut prospects = prospects(inspection).to_vec();
    if inspection.stock == Prospect::Adapt {
        prospects.push(("stock", &inspection.stock));
    }
    for (what, prospect) in prospects {
        let would = match prospect {
            Prospect::Merge => "would be merged with the shim: ",
            Prospect::Plug => "would be merged with the shim that imports files: ",
            Prospect::Adapt => "would be lifted by --adapter stock: ",
            Prospect::Compose => "would be composed with the VFS: ",
            Prospect::PassThrough => "would stay as it is: ",
            Prospect::Refuse { .. } => "would be refused: ",
        };
        line(what, &format!("{would}{}", prospect.why()));
    }
}

fn to_json(inspection: &Inspection) -> Value {
    let reach: Map<String, Value> = inspection
        .reach
        .iter()
        .map(|(capability, imports)| (capability.id().to_owned(), json!(imports)))
        .collect();
    let prospects: Map<String, Value> = prospects(inspection)
        .map(|(what, prospect)| (what.to_owned(), verdict(prospect)))
        .into_iter()
        .collect();
    json!({
        "kind": inspection.kind.id(),
        "description": inspection.kind.to_string(),
        "toolchain": inspection.toolchain,
        "entry": inspection.entry,
        "warnings": inspection.warnings,
        "reach": reach,
        "emit": prospects,
        "stock": verdict(&inspection.stock),
    })
}

fn verdict(prospect: &Prospect) -> Value {
    let pipeline = match prospect {
        Prospect::Merge => "merge",
        Prospect::Plug => "plug",
        Prospect::Adapt => "adapt",
        Prospect::Compose => "compose",
        Prospect::PassThrough => "pass-through",
        Prospect::Refuse { .. } => "refuse",
    };
    json!({ "pipeline": pipeline, "why": prospect.why() })
}

fn prospects(inspection: &Inspection) -> [(&'static str, &Prospect); 2] {
    [
        ("component", &inspection.component),
        ("core", &inspection.core),
    ]
}
