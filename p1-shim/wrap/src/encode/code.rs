//! The code section: function bodies encoded anew, on all processors.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode, Section, SectionId};
use wasmparser::FunctionBody;

use super::Written;
use crate::parallel;

/// The bodies of the module being written, in runs that were encoded apart from each other.
pub(crate) struct Code {
    count: u32,
    runs: Vec<Vec<u8>>,
}

impl Code {
    /// Encodes `bodies`, each with the reencoder of its input, and then those of `written`.
    pub(crate) fn new<R>(
        bodies: Vec<(R, &FunctionBody<'_>)>,
        written: &[Written],
    ) -> Result<Self, Error<R::Error>>
    where
        R: Reencode<Error: Send> + Send,
    {
        let count = (bodies.len() + written.len()) as u32;
        let mut runs = parallel::map_runs(bodies, |(_, body)| body.as_bytes().len(), encode)?;
        let mut last = Vec::new();
        for function in written {
            function.body.encode(&mut last);
        }
        runs.push(last);
        Ok(Self { count, runs })
    }
}

fn encode<R: Reencode>(bodies: Vec<(R, &FunctionBody<'_>)>) -> Result<Vec<u8>, Error<R::Error>> {
    let lens = bodies.iter().map(|(_, body)| body.as_bytes().len() + 5);
    let mut run = Vec::with_capacity(lens.sum());
    for (mut reencoder, body) in bodies {
        let mut encoded = reencoder
            .new_function_with_parsed_locals(body)?
            .into_raw_body();
        encoded.reserve(body.as_bytes().len());
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            reencoder
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
