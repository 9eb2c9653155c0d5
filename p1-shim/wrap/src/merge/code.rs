//! The code section: function bodies encoded anew, on all processors.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{Encode, Section, SectionId};
use wasmparser::FunctionBody;

use super::layout::defined_functions;
use super::renumber::{IndexMaps, Renumber};
use super::sections::{Inputs, Result};
use crate::parallel;

/// The bodies of the merged module, in runs that were encoded apart from each other.
pub(super) struct Code {
    count: u32,
    runs: Vec<Vec<u8>>,
}

/// Encodes the inputs' bodies, without the shim's dead ones, and those that the merger writes.
pub(super) fn section(inputs: &Inputs<'_, '_>) -> Result<Code> {
    let mut bodies = Vec::new();
    for (module, Renumber(maps)) in inputs.parts() {
        let functions = defined_functions(module).zip(&module.bodies);
        let kept = functions.filter(|(old, _)| maps.keeps_function(*old));
        bodies.extend(kept.map(|(_, body)| (maps, body)));
    }
    let written = &inputs.layout.written;
    let count = (bodies.len() + written.len()) as u32;
    let mut runs = parallel::map_runs(bodies, |(_, body)| body.as_bytes().len(), encode)?;
    let mut last = Vec::new();
    for function in written {
        function.body.encode(&mut last);
    }
    runs.push(last);
    Ok(Code { count, runs })
}

fn encode(bodies: Vec<(&IndexMaps, &FunctionBody<'_>)>) -> Result<Vec<u8>> {
    let lens = bodies.iter().map(|(_, body)| body.as_bytes().len() + 5);
    let mut run = Vec::with_capacity(lens.sum());
    for (maps, body) in bodies {
        let mut renumber = Renumber(maps);
        let mut encoded = renumber
            .new_function_with_parsed_locals(body)?
            .into_raw_body();
        encoded.reserve(body.as_bytes().len());
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            renumber
                .parse_instruction(&mut operators)?
                .encode(&mut encoded);
        }
        encoded.encode(&mut run);
    }
    Ok(run)
}

impl Encode for Code {
    fn encode(&self, sink: &mut Vec<u8>) {
        let mut count = Vec::new();
        self.count.encode(&mut count);
        let len = count.len() + self.runs.iter().map(Vec::len).sum::<usize>();
        len.encode(sink);
        sink.reserve(len);
        sink.extend(count);
        for run in &self.runs {
            sink.extend(run);
        }
    }
}

impl Section for Code {
    fn id(&self) -> u8 {
        SectionId::Code.into()
    }
}
